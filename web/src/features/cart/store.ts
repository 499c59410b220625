import { useSyncExternalStore } from "react";
import { local } from "../../shared/lib/storage.ts";

/** An intended line: no price and no name, those are always asked for. */
export interface CartLine {
  product_id: string;
  quantity: number;
}

const KEY = "velure.cart";
/** The contract's limits on an order. */
export const MAX_LINES = 50;
export const MAX_QUANTITY = 99;

const listeners = new Set<() => void>();
let cachedText: string | null = null;
let cached: readonly CartLine[] = [];

/** The cart's lines, oldest first. The same array until something changes. */
export function readCart(): readonly CartLine[] {
  const text = local.get(KEY);
  if (text !== cachedText) {
    cachedText = text;
    cached = parse(text);
  }
  return cached;
}

/** Puts `quantity` more of a product in the cart, up to `limit`. Answers how many the cart now has of it. */
export function addToCart(productId: string, quantity: number, limit: number): number {
  const lines = readCart();
  const present = lines.find((line) => line.product_id === productId);
  const wanted = bounded((present?.quantity ?? 0) + quantity, limit);
  if (present) setQuantity(productId, wanted);
  else if (lines.length < MAX_LINES && wanted > 0) write([...lines, { product_id: productId, quantity: wanted }]);
  else return 0;
  return wanted;
}

/** Sets a line's quantity; zero removes it. */
export function setQuantity(productId: string, quantity: number): void {
  const next = bounded(quantity, MAX_QUANTITY);
  write(
    readCart()
      .map((line) => (line.product_id === productId ? { ...line, quantity: next } : line))
      .filter((line) => line.quantity > 0),
  );
}

/** Takes a line out. */
export function removeLine(productId: string): void {
  write(readCart().filter((line) => line.product_id !== productId));
}

/** Takes out the products that were ordered; what was excluded, or added meanwhile in another tab, stays. */
export function removeOrdered(productIds: readonly string[]): void {
  write(readCart().filter((line) => !productIds.includes(line.product_id)));
}

/** The lines, re-rendering when this or another tab changes them. */
export function useCart(): readonly CartLine[] {
  return useSyncExternalStore(subscribe, readCart);
}

/** How many things are in the cart. */
export function useCartCount(): number {
  return useCart().reduce((count, line) => count + line.quantity, 0);
}

function subscribe(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === KEY || event.key === null) listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", onStorage);
  };
}

function write(lines: readonly CartLine[]): void {
  if (lines.length === 0) local.remove(KEY);
  else local.set(KEY, JSON.stringify(lines));
  for (const listener of listeners) listener();
}

function bounded(quantity: number, limit: number): number {
  return Math.max(0, Math.min(Math.trunc(quantity), limit, MAX_QUANTITY));
}

// Storage can hold anything: an older version's cart, or something a person typed.
function parse(text: string | null): readonly CartLine[] {
  if (text === null) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  const lines = new Map<string, CartLine>();
  for (const entry of value as unknown[]) {
    if (!isLine(entry) || lines.has(entry.product_id) || lines.size >= MAX_LINES) continue;
    lines.set(entry.product_id, { product_id: entry.product_id, quantity: Math.min(entry.quantity, MAX_QUANTITY) });
  }
  return [...lines.values()];
}

function isLine(value: unknown): value is CartLine {
  if (typeof value !== "object" || value === null) return false;
  const { product_id, quantity } = value as Partial<Record<keyof CartLine, unknown>>;
  return typeof product_id === "string" && product_id !== "" && Number.isInteger(quantity) && (quantity as number) > 0;
}
