import type { Journey } from "./journey.ts";

/** Paths on our own origin; anything else is nobody's collector. */
const OWN_PATH = /^\/[\w-]+(\/[\w-]+)*$/;
const CONTEXT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/;

/** A step that this browser took in an order's trace; moments in milliseconds since 1970. */
interface Step {
  name: string;
  spanId: string;
  /** Missing for the step that began the trace. */
  parentId?: string;
  start: number;
  end: number;
  attributes: Record<string, string>;
}

/** Random lower-case hexadecimal digits, two for each byte. */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends the step that placing the order was: from the click to the shop's answer. */
export function sendClick(orderId: string, journey: Journey): void {
  send(journey, {
    name: "place order",
    spanId: journey.spanId,
    start: journey.clicked,
    end: journey.answered,
    attributes: { "order.id": orderId },
  });
}

/** Sends the step that showing a status was: from its frame to the paint, below the step that told of it. */
export function sendDrawn(orderId: string, journey: Journey, version: number): void {
  const sighting = journey.seen.find((one) => one.version === version);
  if (sighting?.drawn === undefined) return;
  const [, traceId, teller] = CONTEXT.exec(sighting.traceparent ?? "") ?? [];
  send(journey, {
    name: "show status",
    spanId: randomHex(8),
    // A frame that names no step of this trace hangs from the click.
    parentId: traceId === journey.traceId && teller !== undefined ? teller : journey.spanId,
    start: sighting.received,
    end: sighting.drawn,
    attributes: { "order.id": orderId, "order.version": String(version) },
  });
}

/** OpenTelemetry's JSON over HTTP, in the background. Whether it arrives is nobody's business here. */
function send(journey: Journey, step: Step): void {
  if (journey.spans === undefined || !OWN_PATH.test(journey.spans)) return;
  const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const span = {
    traceId: journey.traceId,
    spanId: step.spanId,
    parentSpanId: step.parentId ?? "",
    name: step.name,
    kind: 1,
    startTimeUnixNano: nanoseconds(step.start),
    endTimeUnixNano: nanoseconds(step.end),
    attributes: Object.entries(step.attributes).map(([key, value]) => text(key, value)),
  };
  const resource = { attributes: [text("service.namespace", "velure"), text("service.name", "velure-web")] };
  const body = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "velure" }, spans: [span] }] }] };
  void fetch(journey.spans, {
    method: "POST",
    headers: { "content-type": "application/json" },
    credentials: "omit",
    // Also from a page that is being left.
    keepalive: true,
    body: JSON.stringify(body),
  }).catch(() => undefined);
}

/** Whole nanoseconds as the protocol writes them: 64 bits do not fit into a number. */
function nanoseconds(milliseconds: number): string {
  return (BigInt(Math.round(milliseconds * 1000)) * 1000n).toString();
}
