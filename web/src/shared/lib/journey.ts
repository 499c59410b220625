import { randomHex, sendDrawn } from "./spans.ts";
import { session } from "./storage.ts";

/** What this browser saw of an order that was placed in it. Milliseconds since 1970 by its own clock, with fractions. */
export interface Journey {
  /** The trace that the order's request began. */
  traceId: string;
  /** The step of that trace that the click was. */
  spanId: string;
  /** Where this browser's own steps are sent; missing when nobody takes them. */
  spans?: string | undefined;
  clicked: number;
  answered: number;
  /** Statuses that came by the live stream. */
  seen: Sighting[];
}

/** One status on its last metres. */
export interface Sighting {
  version: number;
  received: number;
  /** The step that told of it, as its frame said. */
  traceparent?: string;
  /** When the browser had painted it; missing while the page was in the background. */
  drawn?: number;
}

const YEAR_2001 = 1e12;
const PREFIX = "velure.journey.";

/** The moment of an event or of now, as milliseconds since 1970. */
export function moment(time = performance.now()): number {
  // Events carry the time since the page began, and in older engines the time since 1970.
  return time < YEAR_2001 ? performance.timeOrigin + time : time;
}

/** A W3C trace context that begins a trace. */
export function newTrace(): { traceId: string; spanId: string; traceparent: string } {
  const [traceId, spanId] = [randomHex(16), randomHex(8)];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/** Keeps when the buyer clicked and when the shop had answered; nothing when the order has its journey already. */
export function recordPlacement(orderId: string, placement: Omit<Journey, "seen">): Journey | undefined {
  // The answer to a repeated request is the same order, and its first click is what counts.
  if (journeyOf(orderId) !== undefined) return undefined;
  const journey = { ...placement, seen: [] };
  write(orderId, journey);
  return journey;
}

/** Keeps when a status arrived. */
export function recordReceived(orderId: string, version: number, traceparent?: string | null): void {
  const journey = journeyOf(orderId);
  if (journey === undefined || journey.seen.some((one) => one.version === version)) return;
  write(orderId, { ...journey, seen: [...journey.seen, { version, received: moment(), ...(traceparent ? { traceparent } : {}) }] });
}

/** Keeps when a status that arrived had been painted. */
export function recordDrawn(orderId: string, version: number, drawn: number): void {
  const journey = journeyOf(orderId);
  const sighting = journey?.seen.find((one) => one.version === version);
  if (journey === undefined || sighting === undefined || sighting.drawn !== undefined) return;
  const next = { ...journey, seen: journey.seen.map((one) => (one === sighting ? { ...one, drawn } : one)) };
  write(orderId, next);
  sendDrawn(orderId, next, version);
}

/** What this browser saw of an order; nothing when it was placed elsewhere, or before this tab was opened. */
export function journeyOf(orderId: string): Journey | undefined {
  const text = session.get(PREFIX + orderId);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as Journey;
  } catch {
    return undefined;
  }
}

function write(orderId: string, journey: Journey): void {
  session.set(PREFIX + orderId, JSON.stringify(journey));
}
