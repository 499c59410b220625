import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { callForAnswer } from "../../api/client.ts";
import { LiveStream, type Connection } from "../../api/live-stream.ts";
import type { Order, StatusFrame } from "../../api/model.ts";
import { recordReceived } from "../../shared/lib/journey.ts";
import { orderQuery, ordersKey } from "./queries.ts";
import { applyFrame, hasHole, isFinal, lacksSteps, newer } from "./status.ts";

/**
 * Keeps one order in the cache true until its status is final: by stream, and by asking with `If-None-Match` while
 * there is no stream. Starts once the order is known; `ready` says so.
 */
export function useOrderStream(id: string, ready: boolean): Connection {
  const cache = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");

  useEffect(() => {
    const key = orderQuery(id).queryKey;
    const read = () => cache.getQueryData(key) ?? undefined;
    if (!ready || isFinal(read()?.status ?? "")) return;
    const write = (next: Order) => {
      const before = read();
      const merged = newer(before, next);
      if (merged !== before) cache.setQueryData(key, merged);
      if (isFinal(merged.status) && !isFinal(before?.status ?? "")) {
        void cache.invalidateQueries({ queryKey: [...ordersKey, "list"] });
        void cache.invalidateQueries({ queryKey: ["products"] });
      }
    };
    let etag: string | undefined;
    const poll = async () => {
      const answer = await callForAnswer("get", "/api/me/orders/{id}", {
        path: { id },
        headers: etag === undefined ? undefined : { "If-None-Match": etag },
      });
      if (answer.notModified) return;
      etag = answer.etag ?? undefined;
      write(answer.body);
    };

    const stream = new LiveStream({
      url: () => `/api/me/orders/${encodeURIComponent(id)}/events`,
      onFrame(kind, data) {
        if (kind === "reset") {
          write(data as Order);
          return;
        }
        const current = read();
        if (!current) return;
        const next = applyFrame(current, data as StatusFrame);
        if (next === current) return;
        recordReceived(id, next.version, (data as StatusFrame).traceparent);
        write(next);
        // Frames tell no steps, and the page shows them once the order has ended.
        if (hasHole(next) || (isFinal(next.status) && lacksSteps(next))) void cache.invalidateQueries({ queryKey: key });
      },
      poll,
      isFinal: () => isFinal(read()?.status ?? ""),
      onConnection: setConnection,
    });
    return () => stream.stop();
  }, [cache, id, ready]);

  return connection;
}
