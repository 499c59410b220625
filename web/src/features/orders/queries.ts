import { queryOptions } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import type { Order } from "../../api/model.ts";
import { hasStatus } from "../../api/problem.ts";
import { newer } from "./status.ts";

/** How many orders a page of the list has. */
export const ORDERS_PAGE_SIZE = 10;

/** Key of everything about orders; dropped when the session ends. */
export const ordersKey = ["orders"] as const;

/** One order; `null` when it does not exist or belongs to someone else. */
export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: [...ordersKey, "one", id],
    staleTime: 0,
    queryFn: async ({ signal, client, queryKey }): Promise<Order | null> => {
      try {
        const order = await call("get", "/api/me/orders/{id}", { path: { id }, signal });
        // The stream may have been faster than this answer.
        return newer(client.getQueryData<Order | null>(queryKey) ?? undefined, order);
      } catch (error) {
        if (hasStatus(error, 404)) return null;
        throw error;
      }
    },
  });

/** One page of the buyer's orders, newest first. */
export const orderListQuery = (page: number) =>
  queryOptions({
    queryKey: [...ordersKey, "list", page],
    staleTime: 0,
    queryFn: ({ signal }) => call("get", "/api/me/orders", { query: { page, page_size: ORDERS_PAGE_SIZE }, signal }),
  });
