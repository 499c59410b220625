import { act, render, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { Order } from "../../api/model.ts";
import { rememberSession } from "../../api/session-hint.ts";
import { routes } from "../../app/router.tsx";
import { journeyOf, recordDrawn, recordPlacement, recordReceived } from "../../shared/lib/journey.ts";
import { FakeEventSource } from "../../testing/event-source.ts";
import { renderRoutes } from "../../testing/render.tsx";
import { frame, order, user } from "../../testing/samples.ts";
import { answer } from "../../testing/server.ts";
import { formatLength, instant, waterfallOf } from "./waterfall.ts";
import { WaterfallSection } from "./WaterfallSection.tsx";

const ZERO = Date.parse("2026-05-03T14:03:09.000Z");
/** The instant so many milliseconds after the request, as the shop writes it. */
const at = (ms: number) => new Date(ZERO + ms).toISOString().replace("Z", "000Z");

const created: Order["timeline"][number] = {
  version: 1,
  status: "CREATED",
  at: at(30),
  steps: [
    { step: "requested", at: at(0) },
    { step: "priced", at: at(20) },
  ],
};
const processing: Order["timeline"][number] = {
  version: 2,
  status: "PROCESSING",
  at: at(110),
  steps: [
    { step: "published", at: at(50) },
    { step: "received", at: at(60) },
    { step: "reserved", at: at(80) },
    { step: "announced", at: at(100) },
  ],
};
const completed: Order["timeline"][number] = {
  version: 3,
  status: "COMPLETED",
  at: at(1020),
  steps: [
    { step: "charged", at: at(980) },
    { step: "committed", at: at(1000) },
    { step: "announced", at: at(1010) },
  ],
};
const done = order({ status: "COMPLETED", version: 3, timeline: [created, processing, completed] });

const shape = (bars: { label: string; start: number; length: number }[]) =>
  bars.map(({ label, start, length }) => [label, Math.round(start), Math.round(length)]);

test("every step is a stretch, and the charge runs beside the news that the order is in progress", () => {
  const { bars, total, longest } = waterfallOf(done);
  expect(shape(bars)).toEqual([
    ["Prices looked up", 0, 20],
    ["Taken to the database", 20, 10],
    ["Stored, waited to be sent", 30, 20],
    ["On the way to be processed", 50, 10],
    ["Stock set aside", 60, 20],
    ["News waiting to be sent: in progress", 80, 20],
    ["Card charged", 80, 900],
    ["News on its way back: in progress", 100, 10],
    ["Sale recorded", 980, 20],
    ["News waiting to be sent: complete", 1000, 10],
    ["News on its way back: complete", 1010, 10],
  ]);
  expect(total).toBeCloseTo(1020);
  expect(longest?.label).toBe("Card charged");
});

test("a refusal of stock is told once although both statuses name it", () => {
  const refused = order({
    status: "FAILED",
    version: 3,
    timeline: [
      created,
      { ...processing, steps: [{ step: "published", at: at(50) }, { step: "received", at: at(60) }, { step: "refused", at: at(80) }] },
      { version: 3, status: "FAILED", at: at(120), steps: [{ step: "refused", at: at(80) }] },
    ],
  });
  const labels = waterfallOf(refused).bars.map((bar) => bar.label);
  expect(labels.filter((label) => label.startsWith("Stock"))).toEqual(["Stock asked for, refused"]);
  expect(labels.at(-1)).toBe("Until not completed");
});

test("an order from before steps were kept is split by its statuses", () => {
  const plain = (version: number, status: string, ms: number) => ({ version, status, at: at(ms) });
  const old = order({ timeline: [plain(1, "CREATED", 0), plain(2, "PROCESSING", 40), plain(3, "COMPLETED", 100)] });
  expect(shape(waterfallOf(old).bars)).toEqual([
    ["Until in progress", 0, 40],
    ["Until complete", 40, 60],
  ]);
});

test("a step that this page does not know is named as it comes, and clocks that disagree make no negative length", () => {
  const odd = order({
    timeline: [created, { ...processing, steps: [{ step: "published", at: at(25) }, { step: "weighed_twice", at: at(70) }] }],
  });
  const bars = waterfallOf(odd).bars;
  expect(bars.map((bar) => bar.label)).toContain("Weighed twice");
  expect(Math.min(...bars.map((bar) => bar.length))).toBe(0);
});

test("a browser whose clock is an hour ahead is set against the shop's by what cannot have been seen too early", () => {
  const HOUR = 3_600_000;
  const journey = {
    traceId: "a".repeat(32),
    spanId: "a".repeat(16),
    clicked: ZERO - 10 + HOUR,
    answered: ZERO + 40 + HOUR,
    seen: [{ version: 2, received: ZERO + 118 + HOUR, drawn: ZERO + 130 + HOUR }],
  };
  const { bars, total, uncertainty } = waterfallOf(done, journey);
  expect(shape(bars.filter((bar) => /click|Live|Drawn/.test(bar.label)))).toEqual([
    ["From the click to the answer", 0, 50],
    ["Live update to this page: in progress", 119, 9],
    ["Drawn on screen: in progress", 128, 12],
  ]);
  expect(total).toBeCloseTo(1029);
  expect(uncertainty).toBeCloseTo(9);
});

test("microseconds are not lost, and lengths are told in three figures", () => {
  expect(instant("2026-05-03T14:03:09.001250Z") - ZERO).toBeCloseTo(1.25, 3);
  expect(instant("2026-05-03T14:03:09Z")).toBe(ZERO);
  expect([0.04, 3.21, 9.96, 34.4, 999.7, 1840, 125_000].map(formatLength)).toEqual([
    "<0.1 ms",
    "3.2 ms",
    "10 ms",
    "34 ms",
    "1.00 s",
    "1.84 s",
    "125 s",
  ]);
});

test("the table says in words what the bars show", () => {
  render(<WaterfallSection order={done} />);
  const region = screen.getByRole("region", { name: "Where did the time go?" });
  expect(region).toHaveTextContent("It took 1.02 s from the request to the last step. Longest: card charged, 900 ms.");
  const row = within(region).getByRole("row", { name: /Card charged/ });
  expect(row).toHaveTextContent("Payment");
  expect(within(row).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["80 ms", "900 ms"]);
  expect(within(region).getAllByRole("columnheader").map((cell) => cell.textContent)).toEqual(["Step", "Began after", "Took"]);
  expect(region.querySelectorAll("svg:not([aria-hidden=true])")).toHaveLength(0);
});

test("an order of which only one moment is known has no waterfall", () => {
  render(<WaterfallSection order={order()} />);
  expect(screen.queryByRole("region")).not.toBeInTheDocument();
});

test("only an order that was placed in this browser has a journey, and its first sight of each status counts", () => {
  recordReceived(done.id, 2);
  expect(journeyOf(done.id)).toBeUndefined();
  recordPlacement(done.id, { traceId: "b".repeat(32), spanId: "b".repeat(16), clicked: 1, answered: 2 });
  recordPlacement(done.id, { traceId: "c".repeat(32), spanId: "c".repeat(16), clicked: 8, answered: 9 });
  recordReceived(done.id, 2);
  recordDrawn(done.id, 2, 20);
  recordDrawn(done.id, 2, 30);
  recordDrawn(done.id, 3, 40);
  expect(journeyOf(done.id)).toMatchObject({ clicked: 1, seen: [{ version: 2, drawn: 20 }] });
});

beforeEach(() => {
  sessionStorage.clear();
  FakeEventSource.install();
  rememberSession();
  answer("get", "/api/me", () => user);
});

test("when the order ends live the page asks for its steps and shows click and screen", async () => {
  const fresh = order({ timeline: [created] });
  let stored = fresh;
  answer("get", "/api/me/orders/{id}", () => HttpResponse.json(stored, { headers: { etag: `"${stored.version}"` } }));
  recordPlacement(fresh.id, { traceId: "d".repeat(32), spanId: "d".repeat(16), clicked: Date.now() - 50, answered: Date.now() });
  renderRoutes(routes, `/orders/${fresh.id}`);
  await screen.findByRole("region", { name: "Where did the time go?" });
  stored = done;
  act(() => FakeEventSource.last.send("status", frame(2, "PROCESSING", { at: processing.at }), "2"));
  act(() => FakeEventSource.last.send("status", frame(3, "COMPLETED", { at: completed.at }), "3"));
  expect(await screen.findByRole("row", { name: /Card charged/ })).toHaveTextContent("900 ms");
  expect(screen.getByRole("row", { name: /From the click to the answer/ })).toHaveTextContent("50 ms");
  await waitFor(() => expect(screen.getByRole("row", { name: /Drawn on screen: complete/ })).toBeInTheDocument());
  expect(screen.getByText("d".repeat(32))).toBeInTheDocument();
});
