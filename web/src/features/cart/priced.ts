import { useQueries } from "@tanstack/react-query";
import { productQuery } from "../../api/products.ts";
import type { Money, Product } from "../../api/model.ts";
import { sum, times } from "../../shared/lib/money.ts";
import { MAX_QUANTITY, useCart, type CartLine } from "./store.ts";

/** Why a line is not part of the order. */
export type Exclusion = "vanished" | "sold_out";

/** A cart line with what the server says about its product now. */
export interface PricedLine extends CartLine {
  /** `undefined` while it is asked for, `null` when the catalogue no longer has it. */
  product: Product | null | undefined;
  excluded: Exclusion | undefined;
  /** What can be ordered: the wish, bounded by the stock. */
  orderable: number;
  total: Money | undefined;
}

/** The cart as it can be ordered right now. */
export interface PricedCart {
  lines: readonly PricedLine[];
  /** Lines that can be ordered, in the shape the order takes. */
  orderable: readonly CartLine[];
  total: Money | undefined;
  loading: boolean;
  error: unknown;
  /** Asks again for every price and stock. */
  reload: () => Promise<void>;
}

/** The cart with fresh prices and stock. */
export function usePricedCart(): PricedCart {
  const cart = useCart();
  const answers = useQueries({
    queries: cart.map((line) => ({ ...productQuery(line.product_id), refetchOnMount: "always" as const })),
  });
  const lines = cart.map((line, index) => price(line, answers[index]?.data));
  const ordered = lines.filter((line) => line.total !== undefined);
  return {
    lines,
    orderable: ordered.map((line) => ({ product_id: line.product_id, quantity: line.orderable })),
    total: sum(ordered.flatMap((line) => (line.total ? [line.total] : []))),
    loading: answers.some((answer) => answer.isPending),
    error: answers.find((answer) => answer.isError)?.error,
    reload: async () => {
      await Promise.all(answers.map((answer) => answer.refetch()));
    },
  };
}

/** One line, priced. */
export function price(line: CartLine, product: Product | null | undefined): PricedLine {
  if (product === undefined) return { ...line, product, excluded: undefined, orderable: 0, total: undefined };
  if (product === null) return { ...line, product, excluded: "vanished", orderable: 0, total: undefined };
  const orderable = Math.min(line.quantity, product.available, MAX_QUANTITY);
  if (orderable === 0) return { ...line, product, excluded: "sold_out", orderable, total: undefined };
  return { ...line, product, excluded: undefined, orderable, total: times(product.price, orderable) };
}
