import type { Order } from "../../api/model.ts";
import { formatClock, formatDay } from "../../shared/lib/time.ts";
import { isFinal, wordsFor } from "./status.ts";
import styles from "./Timeline.module.css";

/** The order's statuses with their times, and the ones still to come. */
export function Timeline({ order }: { order: Order }) {
  const ahead = isFinal(order.status) ? [] : order.status === "CREATED" ? ["PROCESSING", "COMPLETED"] : ["COMPLETED"];
  return (
    <ol className={styles["timeline"]} aria-label="Progress">
      {order.timeline.map((entry, index) => (
        <li
          key={entry.version}
          data-status={entry.status}
          data-version={entry.version}
          aria-current={index === order.timeline.length - 1 && !isFinal(order.status) ? "step" : undefined}
        >
          <span className={styles["label"]}>{wordsFor(entry.status).label}</span>
          <time dateTime={entry.at} className={styles["time"]}>
            {formatDay(entry.at)}, {formatClock(entry.at)}
          </time>
        </li>
      ))}
      {ahead.map((status) => (
        <li key={status} data-ahead>
          <span className={styles["label"]}>
            <span className="visually-hidden">Still to come: </span>
            {wordsFor(status).label}
          </span>
        </li>
      ))}
    </ol>
  );
}
