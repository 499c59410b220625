import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { LiveStream } from "../../api/live-stream.ts";
import type { Order, OrderPage, StatusFrame } from "../../api/model.ts";
import { orderListQuery, ordersKey } from "./queries.ts";
import { applyFrame, newer } from "./status.ts";

type Change = { kind: "status"; frame: StatusFrame } | { kind: "reset"; order: Order } | { kind: "ask" };

/**
 * Keeps the order lists in the cache true. All tabs of one buyer share one stream: the tab that holds the Web Lock
 * reads it and tells the others; when it closes, the next one takes over from the last cursor it heard of.
 */
export function useOrderListStream(userId: string, cursor: string | undefined): void {
  const cache = useQueryClient();
  const ready = cursor !== undefined;

  useEffect(() => {
    if (!ready) return;
    const name = `velure-orders-${userId}`;
    const lists = [...ordersKey, "list"];
    let after = cache.getQueriesData<OrderPage>({ queryKey: lists }).find(([, page]) => page)?.[1]?.events_cursor ?? "";
    let stream: LiveStream | undefined;
    let ended = false;
    let release: () => void = () => undefined;
    const leaving = new AbortController();
    const others = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(name);

    const apply = (change: Change) => {
      if (change.kind === "ask") void cache.invalidateQueries({ queryKey: lists });
      else if (!updateLists(cache, lists, change)) void cache.invalidateQueries({ queryKey: lists });
    };
    const tell = (change: Change) => {
      apply(change);
      others?.postMessage({ after, change });
    };
    if (others) {
      others.onmessage = (event: MessageEvent<{ after: string; change: Change }>) => {
        after = event.data.after;
        apply(event.data.change);
      };
    }

    const lead = () => {
      if (ended) return;
      stream = new LiveStream({
        url: () => `/api/me/orders/events?after=${encodeURIComponent(after)}`,
        onFrame(kind, data, id) {
          if (id !== "") after = id;
          tell(kind === "status" ? { kind, frame: data as StatusFrame } : { kind, order: data as Order });
        },
        poll: async () => {
          others?.postMessage({ after, change: { kind: "ask" } satisfies Change });
          const fresh = await cache.query({ ...orderListQuery(1), staleTime: 0 });
          after = fresh.events_cursor;
          void cache.invalidateQueries({ queryKey: lists, predicate: (query) => query.queryKey[2] !== 1 });
        },
        isFinal: () => false,
        onConnection: () => undefined,
      });
    };

    if ("locks" in navigator) {
      let leads = false;
      void navigator.locks
        .request(name, { signal: leaving.signal }, () => {
          leads = true;
          lead();
          return new Promise<void>((resolve) => {
            release = resolve;
            if (ended) resolve();
          });
        })
        .catch(() => undefined);
      // A follower may have missed what the leader told before this tab listened.
      void navigator.locks.query().then(({ held }) => {
        if (!leads && !ended && held?.some((lock) => lock.name === name)) apply({ kind: "ask" });
      });
    } else {
      lead();
    }

    return () => {
      ended = true;
      stream?.stop();
      leaving.abort();
      release();
      others?.close();
    };
  }, [cache, userId, ready]);
}

/** Applies a change wherever the order is listed; false when no list knows it. */
function updateLists(
  cache: ReturnType<typeof useQueryClient>,
  lists: readonly unknown[],
  change: Exclude<Change, { kind: "ask" }>,
): boolean {
  const id = change.kind === "status" ? change.frame.order_id : change.order.id;
  let known = false;
  for (const [key, page] of cache.getQueriesData<OrderPage>({ queryKey: lists })) {
    if (!page?.items.some((order) => order.id === id)) continue;
    known = true;
    const items = page.items.map((order) => {
      if (order.id !== id) return order;
      return change.kind === "status" ? applyFrame(order, change.frame) : newer(order, change.order);
    });
    cache.setQueryData(key, { ...page, items });
  }
  return known;
}
