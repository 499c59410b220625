import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { PlaceOrder } from "../../api/model.ts";
import { journeyOf, moment } from "../../shared/lib/journey.ts";
import { renderInApp } from "../../testing/render.tsx";
import { order, product } from "../../testing/samples.ts";
import { answer, problem } from "../../testing/server.ts";
import { attemptKey } from "./attempt.ts";
import { Checkout } from "./Checkout.tsx";

const usd = (amount_minor: number) => ({ amount_minor, currency: "USD" });
const line = { product_id: product().id, name: "Rope lead", quantity: 2, total: usd(7600) };
const onPlaced = vi.fn();
const onOutdated = vi.fn<() => Promise<void>>();
let tries: { key: string | null; body: PlaceOrder }[];

beforeEach(() => {
  tries = [];
  onPlaced.mockReset();
  onOutdated.mockReset().mockResolvedValue(undefined);
});

/** The shop answers each try with the next of these. */
function shopAnswers(...answers: (() => Response)[]) {
  answer("post", "/api/orders", async (request) => {
    tries.push({ key: request.headers.get("idempotency-key"), body: (await request.json()) as PlaceOrder });
    return (answers[tries.length - 1] ?? accepted)();
  });
}

const accepted = () => HttpResponse.json(order(), { status: 201 });
const lost = () => HttpResponse.error();

function show(total = usd(7600)) {
  return renderInApp(<Checkout lines={[line]} total={total} onPlaced={onPlaced} onOutdated={onOutdated} />);
}

const place = () => screen.getByRole("button", { name: /place order|try again|accept/i });

test("the order is sent with the lines, the total on screen and the chosen card", async () => {
  shopAnswers(accepted);
  show();
  await userEvent.click(screen.getByLabelText(/declined/));
  await userEvent.click(place());
  await waitFor(() => expect(onPlaced).toHaveBeenCalledOnce());
  expect(tries[0]?.body).toEqual({
    items: [{ product_id: product().id, quantity: 2 }],
    expected_total: usd(7600),
    payment_method: "pm_card_chargeDeclined",
  });
});

test("a double click is one order", async () => {
  shopAnswers(accepted);
  show();
  await userEvent.dblClick(place());
  await waitFor(() => expect(onPlaced).toHaveBeenCalled());
  expect(tries).toHaveLength(1);
});

test("the key exists before the first try and stays through lost answers and reloads", async () => {
  shopAnswers(lost, lost, accepted);
  const { unmount } = show();
  await userEvent.click(place());
  expect(await screen.findByText(/stays one order/)).toBeInTheDocument();
  await userEvent.click(place());
  await waitFor(() => expect(tries).toHaveLength(2));
  await screen.findByText(/stays one order/);
  // What a reload leaves is the tab's storage.
  unmount();
  show();
  await userEvent.click(place());
  await waitFor(() => expect(onPlaced).toHaveBeenCalled());
  expect(new Set(tries.map((entry) => entry.key)).size).toBe(1);
  expect(tries[0]?.key).toMatch(/^[\x21-\x7e]{1,128}$/);
});

test("after an accepted order an equal cart is another order", async () => {
  shopAnswers(accepted, accepted);
  show();
  await userEvent.click(place());
  await waitFor(() => expect(onPlaced).toHaveBeenCalledTimes(1));
  await userEvent.click(place());
  await waitFor(() => expect(onPlaced).toHaveBeenCalledTimes(2));
  expect(tries[0]?.key).not.toBe(tries[1]?.key);
});

test("a changed total shows both amounts, asks, and is a new attempt", async () => {
  shopAnswers(() => problem(409, "total_changed", { expected_total: usd(7600), actual_total: usd(8000) }), accepted);
  const { rerender } = show();
  await userEvent.click(place());
  const notice = await screen.findByRole("alert");
  expect(notice).toHaveTextContent("It was $76.00 and is now $80.00");
  expect(onOutdated).toHaveBeenCalledOnce();
  expect(onPlaced).not.toHaveBeenCalled();
  rerender(<Checkout lines={[line]} total={usd(8000)} onPlaced={onPlaced} onOutdated={onOutdated} />);
  await userEvent.click(screen.getByRole("button", { name: "Accept and pay $80.00" }));
  await waitFor(() => expect(onPlaced).toHaveBeenCalled());
  expect(tries[1]?.body.expected_total).toEqual(usd(8000));
  expect(tries[0]?.key).not.toBe(tries[1]?.key);
});

test("an unavailable product is named", async () => {
  shopAnswers(() =>
    problem(422, "product_unavailable", { lines: [{ product_id: product().id, reason: "not_sold", available: 0 }] }),
  );
  show();
  await userEvent.click(place());
  expect(await screen.findByRole("alert")).toHaveTextContent("Not available: Rope lead");
});

test("a key that belongs to another body warns before a second order", async () => {
  shopAnswers(() => problem(409, "idempotency_conflict"), accepted);
  show();
  await userEvent.click(place());
  expect(await screen.findByRole("alert")).toHaveTextContent("may already be an order");
  await userEvent.click(screen.getByRole("button", { name: /once more/ }));
  await userEvent.click(place());
  await waitFor(() => expect(onPlaced).toHaveBeenCalled());
  expect(tries[0]?.key).not.toBe(tries[1]?.key);
});

test("too many orders say when to come back", async () => {
  shopAnswers(() => problem(429, "too_many_requests", {}, { "retry-after": "9" }));
  show();
  await userEvent.click(place());
  expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 9 seconds");
});

test("the key depends on what is in the cart, not on the order of its lines", () => {
  const a = { product_id: "a", quantity: 1 };
  const b = { product_id: "b", quantity: 2 };
  expect(attemptKey([a, b])).toBe(attemptKey([b, a]));
  expect(attemptKey([a, b])).not.toBe(attemptKey([a]));
});

test("the trace of an order begins in the browser, and the click is kept for its page", async () => {
  const sent: (string | null)[] = [];
  answer("post", "/api/orders", (request) => {
    sent.push(request.headers.get("traceparent"));
    return accepted();
  });
  show();
  const before = Math.floor(moment());
  await userEvent.click(place());
  await waitFor(() => expect(onPlaced).toHaveBeenCalledOnce());
  const [, traceId, parent] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(sent[0] ?? "") ?? [];
  expect(parent).not.toBe("0".repeat(16));
  const journey = journeyOf(order().id);
  expect(journey?.traceId).toBe(traceId);
  expect(journey?.spanId).toBe(parent);
  expect(journey?.clicked).toBeGreaterThanOrEqual(before);
  expect(journey?.answered).toBeGreaterThanOrEqual(journey?.clicked ?? Infinity);
});
