import type { PlaceOrder } from "../../api/model.ts";
import { session } from "../../shared/lib/storage.ts";

type Lines = PlaceOrder["items"];

const PREFIX = "velure.checkout.";

/**
 * The idempotency key of the order that this cart is about to become.
 *
 * It is stored before the first try, so that a retry after a lost answer, a reload or a second click is the same order
 * to the server. It goes when the server has answered for certain: accepted, or refused so that nothing was stored.
 */
export function attemptKey(lines: Lines): string {
  const slot = PREFIX + fingerprint(lines);
  const stored = session.get(slot);
  if (stored !== null) return stored;
  const key = newKey();
  session.set(slot, key);
  return key;
}

/** Ends the attempt: the next order from an equal cart is another order. */
export function endAttempt(lines: Lines): void {
  session.remove(PREFIX + fingerprint(lines));
}

/** The cart's content, the same whatever the order of its lines. */
function fingerprint(lines: Lines): string {
  return lines
    .map((line) => `${line.product_id}*${line.quantity}`)
    .sort()
    .join("+");
}

// randomUUID exists in secure contexts only; a shop on a plain-http host name in a local network is not one.
function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
