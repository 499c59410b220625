import type { Order, OrderFailure, StatusFrame } from "../../api/model.ts";

/** What a status is called on the page, and what it means. */
const WORDS: Record<string, { label: string; heading: string; meaning: string }> = {
  CREATED: { label: "Received", heading: "We have your order", meaning: "Your order is with us." },
  PROCESSING: {
    label: "In progress",
    heading: "Your order is in progress",
    meaning: "The stock is set aside and the card is being charged.",
  },
  COMPLETED: { label: "Complete", heading: "Your order is complete", meaning: "Paid and confirmed." },
  FAILED: { label: "Not completed", heading: "Your order could not be completed", meaning: "" },
};

const UNKNOWN = { label: "Updated", heading: "Your order", meaning: "" };

/** The words for a status. */
export function wordsFor(status: string): { label: string; heading: string; meaning: string } {
  return WORDS[status] ?? UNKNOWN;
}

/** True when no status follows. */
export function isFinal(status: string): boolean {
  return status === "COMPLETED" || status === "FAILED";
}

/** Why an order failed, for the person who placed it. */
export function failureReason(failure: OrderFailure, order: Pick<Order, "items">): string {
  const product = order.items.find((item) => item.product_id === failure.product_id)?.name;
  switch (failure.code) {
    case "insufficient_stock":
      return product === undefined
        ? "Someone else was faster: there is not enough in stock. Your card was not charged."
        : `Someone else was faster: there is not enough of “${product}” in stock. Your card was not charged.`;
    case "product_unavailable":
      return product === undefined
        ? "Something in the order is no longer sold. Your card was not charged."
        : `“${product}” is no longer sold. Your card was not charged.`;
    case "payment_declined":
      return "Your bank declined the card. Nothing was charged, and everything went back on the shelf.";
    case "timeout":
      return "The order took too long and was stopped. Nothing was charged, and everything went back on the shelf.";
    default:
      return "Something went wrong on our side. Nothing was charged, and everything went back on the shelf.";
  }
}

/** The newer of two views of one order. Versions only move forward, whichever way they arrive. */
export function newer(current: Order | undefined, next: Order): Order {
  return current !== undefined && current.id === next.id && current.version > next.version ? current : next;
}

/** An order after a status frame; the same object when the frame is old news. */
export function applyFrame(order: Order, frame: StatusFrame): Order {
  if (frame.order_id !== order.id || frame.version <= order.version) return order;
  return {
    ...order,
    status: frame.status,
    version: frame.version,
    failure: frame.failure ?? null,
    timeline: [...order.timeline, { version: frame.version, status: frame.status, at: frame.at }],
    updated_at: frame.at,
  };
}

/** True when the order's first status came with steps and a later one did not, because a frame told it. */
export function lacksSteps(order: Order): boolean {
  const has = (entry: Order["timeline"][number] | undefined) => (entry?.steps?.length ?? 0) > 0;
  return has(order.timeline[0]) && !order.timeline.every(has);
}

/** True when a frame skipped versions (a slow reader is sent the newest only), so the timeline has a hole. */
export function hasHole(order: Order): boolean {
  return order.timeline.length < order.version;
}
