import { Link } from "react-router";
import type { Order } from "../../api/model.ts";
import { formatMoney } from "../../shared/lib/money.ts";
import { formatDay } from "../../shared/lib/time.ts";
import { Skeleton } from "../../shared/ui/Skeleton.tsx";
import { StatusBadge } from "./StatusBadge.tsx";
import styles from "./OrderList.module.css";

/** The buyer's orders, each with where it stands now. */
export function OrderList({ orders }: { orders: readonly Order[] | undefined }) {
  if (!orders) {
    return (
      <div className={styles["list"]} aria-hidden>
        {Array.from({ length: 5 }, (_, index) => (
          <div key={index} className={styles["entry"]}>
            <Skeleton width="medium" />
            <Skeleton width="short" />
          </div>
        ))}
      </div>
    );
  }
  return (
    <ul className={styles["list"]}>
      {orders.map((order) => (
        <li key={order.id} className={styles["entry"]} data-testid={`order-${order.id}`}>
          <h2 className={styles["title"]}>
            <Link to={`/orders/${order.id}`}>{summary(order)}</Link>
          </h2>
          <p className={styles["meta"]}>
            {formatDay(order.created_at)} · {formatMoney(order.total)}
          </p>
          <div className={styles["status"]}>
            <StatusBadge status={order.status} />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** What was ordered, in a line. */
function summary(order: Order): string {
  const [first, second, ...rest] = order.items;
  if (!first) return `Order ${order.id}`;
  if (!second) return first.name;
  return rest.length === 0 ? `${first.name} and ${second.name}` : `${first.name} and ${rest.length + 1} more`;
}
