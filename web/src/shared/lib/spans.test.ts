import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { server } from "../../testing/server.ts";
import { newTrace, recordDrawn, recordPlacement, recordReceived } from "./journey.ts";
import { sendClick } from "./spans.ts";

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

function receive(): Span[] {
  const received: Span[] = [];
  server.use(
    http.post("/telemetry/spans", async ({ request }) => {
      const body = (await request.json()) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      received.push(...body.resourceSpans.flatMap((group) => group.scopeSpans.flatMap((scope) => scope.spans)));
      return new HttpResponse(null, { status: 200 });
    }),
  );
  return received;
}

const TELLER = "00f067aa0ba902b7";

test("the click begins the trace and the paint ends it, below the step that told of the status", async () => {
  const received = receive();
  const { traceId, spanId } = newTrace();
  const journey = recordPlacement("o-1", { traceId, spanId, spans: "/telemetry/spans", clicked: 1764158400000.25, answered: 1764158400050 });
  sendClick("o-1", journey!);
  recordReceived("o-1", 2, `00-${traceId}-${TELLER}-01`);
  recordDrawn("o-1", 2, Date.now() + 1);
  // A frame of another trace, or of none, hangs from the click.
  recordReceived("o-1", 3, `00-${"f".repeat(32)}-${TELLER}-01`);
  recordDrawn("o-1", 3, Date.now() + 2);
  await vi.waitFor(() => expect(received).toHaveLength(3));
  const [click, shown, other] = received.toSorted((a, b) => a.startTimeUnixNano.localeCompare(b.startTimeUnixNano));
  expect(click).toMatchObject({
    traceId,
    spanId,
    parentSpanId: "",
    name: "place order",
    startTimeUnixNano: "1764158400000250000",
    endTimeUnixNano: "1764158400050000000",
  });
  expect(shown).toMatchObject({ traceId, parentSpanId: TELLER, name: "show status" });
  expect(other).toMatchObject({ traceId, parentSpanId: spanId });
});

test("nothing is sent unless the shop says where, and never to another origin", async () => {
  const received = receive();
  const fetched = vi.spyOn(globalThis, "fetch");
  for (const spans of [undefined, "https://elsewhere.example/spans", "//elsewhere.example/spans", "spans"]) {
    sendClick("o-2", { ...newTrace(), spans, clicked: 1, answered: 2, seen: [] });
  }
  expect(fetched).not.toHaveBeenCalled();
  expect(received).toEqual([]);
  fetched.mockRestore();
});
