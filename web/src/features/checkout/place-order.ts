import { callForAnswer } from "../../api/client.ts";
import type { LineFault, Money, Order, PlaceOrder } from "../../api/model.ts";
import { ApiError } from "../../api/problem.ts";
import { moment, newTrace, recordPlacement } from "../../shared/lib/journey.ts";
import { sendClick } from "../../shared/lib/spans.ts";
import { attemptKey, endAttempt } from "./attempt.ts";

/** How an attempt ended, as far as the checkout page must tell them apart. */
export type Outcome =
  | { kind: "accepted"; order: Order }
  | { kind: "total_changed"; expected: Money; actual: Money | undefined }
  | { kind: "unavailable"; productIds: readonly string[] }
  /** The key already belongs to an order with another total or card. */
  | { kind: "already_ordered" }
  /** No answer: the order may or may not exist. Trying again with the same key is safe. */
  | { kind: "unknown"; error: ApiError }
  | { kind: "refused"; error: ApiError };

/** Places the order once, however often it is called for the same lines. Its trace begins here, with the click. */
export async function placeOrder(body: PlaceOrder, clicked = moment()): Promise<Outcome> {
  const key = attemptKey(body.items);
  const { traceId, spanId, traceparent } = newTrace();
  try {
    const answer = await callForAnswer("post", "/api/orders", { headers: { "Idempotency-Key": key }, traceparent, body });
    if (answer.notModified) throw new ApiError(304, "unreadable");
    const order = answer.body;
    const spans = answer.spans ?? undefined;
    const journey = recordPlacement(order.id, { traceId, spanId, spans, clicked, answered: moment() });
    if (journey !== undefined) sendClick(order.id, journey);
    endAttempt(body.items);
    return { kind: "accepted", order };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return refused(error, body);
  }
}

function refused(error: ApiError, body: PlaceOrder): Outcome {
  switch (error.code) {
    case "total_changed":
      // Nothing was stored, and the next try carries another total: under the same key that would be a conflict.
      endAttempt(body.items);
      return { kind: "total_changed", expected: body.expected_total, actual: actualTotal(error) };
    case "product_unavailable":
      endAttempt(body.items);
      return { kind: "unavailable", productIds: productsAtFault(error) };
    case "idempotency_conflict":
      return { kind: "already_ordered" };
    default:
      return error.outcomeUnknown ? { kind: "unknown", error } : { kind: "refused", error };
  }
}

// Members that belong to one code only; the schema describes the common ones.
type Extensions = { actual_total?: Partial<Money>; lines?: Partial<LineFault>[] } | undefined;

function actualTotal(error: ApiError): Money | undefined {
  const value = (error.problem as Extensions)?.actual_total;
  if (typeof value?.amount_minor !== "number" || typeof value.currency !== "string") return undefined;
  return { amount_minor: value.amount_minor, currency: value.currency };
}

function productsAtFault(error: ApiError): string[] {
  const lines = (error.problem as Extensions)?.lines;
  return Array.isArray(lines) ? lines.flatMap((line) => line.product_id ?? []) : [];
}
