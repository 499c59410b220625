import { queryOptions } from "@tanstack/react-query";
import { call } from "./client.ts";
import type { Product } from "./model.ts";
import { hasStatus } from "./problem.ts";

/** One product with its price and stock now; `null` when the catalogue no longer has it. */
export const productQuery = (id: string) =>
  queryOptions({
    queryKey: ["products", "one", id],
    staleTime: 10_000,
    queryFn: async ({ signal }): Promise<Product | null> => {
      try {
        return await call("get", "/api/products/{id}", { path: { id }, signal });
      } catch (error) {
        if (hasStatus(error, 404)) return null;
        throw error;
      }
    },
  });
