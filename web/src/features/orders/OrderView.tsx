import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import type { Order } from "../../api/model.ts";
import type { Connection } from "../../api/live-stream.ts";
import { useDemo } from "../../shared/lib/demo.ts";
import { formatMoney } from "../../shared/lib/money.ts";
import { formatDay } from "../../shared/lib/time.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Notice } from "../../shared/ui/Notice.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { failureReason, isFinal, wordsFor } from "./status.ts";
import { Timeline } from "./Timeline.tsx";
import { WaterfallSection } from "./WaterfallSection.tsx";
import styles from "./OrderView.module.css";

/** Loaded where it is shown: shoppers outside of a demonstration never fetch it. */
const OrderCost = lazy(() => import("./OrderCost.tsx"));

interface Props {
  order: Order;
  connection: Connection;
  /** Puts the order's lines in the cart. */
  onOrderAgain: (order: Order) => void;
}

/** An order: where it stands, how it got there, what is in it. */
export function OrderView({ order, connection, onOrderAgain }: Props) {
  const words = wordsFor(order.status);
  const demo = useDemo();
  return (
    <article className={styles["order"]} data-status={order.status}>
      <header className={styles["header"]}>
        <p className={styles["back"]} data-print="hide">
          <Link to="/orders">All orders</Link>
        </p>
        <PageHeading title={words.heading} className={styles["heading"]} />
        <p className={styles["number"]}>
          Order <span data-testid="order-number">{order.id}</span>, placed on {formatDay(order.created_at)}
        </p>
      </header>
      {words.meaning && <p className={styles["meaning"]}>{words.meaning}</p>}
      <Announcer order={order} />
      {order.failure && (
        <div className={styles["failure"]}>
          <img src="/art/order-failed.svg" alt="" width={240} height={180} data-print="hide" />
          <Notice>
            <p data-testid="failure-reason">{failureReason(order.failure, order)}</p>
          </Notice>
        </div>
      )}
      <div className={styles["columns"]}>
        <section aria-labelledby="order-progress" className={styles["progress"]}>
          <h2 id="order-progress">Progress</h2>
          <Timeline order={order} />
          {!isFinal(order.status) && (
            <p className={styles["connection"]} data-connection={connection} data-print="hide">
              {connection === "polling"
                ? "The live connection is interrupted. We ask every few seconds instead."
                : "This page moves on by itself."}
            </p>
          )}
        </section>
        <section aria-labelledby="order-lines" className={styles["lines"]}>
          <h2 id="order-lines">What you ordered</h2>
          <table>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">Product</th>
                <th scope="col">Quantity</th>
                <th scope="col">Price</th>
              </tr>
            </thead>
            <tbody>
              {order.items.map((item) => (
                <tr key={item.product_id}>
                  <th scope="row">
                    <Link to={`/products/${item.product_id}`}>{item.name}</Link>
                    <span className={styles["unit"]}>{formatMoney(item.unit_price)} each</span>
                  </th>
                  <td>× {item.quantity}</td>
                  <td>{formatMoney(item.line_total)}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row" colSpan={2}>
                  Total
                </th>
                <td>{formatMoney(order.total)}</td>
              </tr>
            </tfoot>
          </table>
          {isFinal(order.status) && (
            <p data-print="hide">
              <Button
                kind={order.status === "FAILED" ? "primary" : "secondary"}
                onClick={() => onOrderAgain(order)}
              >
                Order again
              </Button>
            </p>
          )}
        </section>
      </div>
      <WaterfallSection order={order} />
      {demo && isFinal(order.status) && (
        <Suspense fallback={null}>
          <OrderCost />
        </Suspense>
      )}
    </article>
  );
}

/** Tells screen readers about changes, not about what was there when the page came. */
function Announcer({ order }: { order: Order }) {
  const [first] = useState(order.version);
  const { heading, meaning } = wordsFor(order.status);
  const reason = order.failure ? failureReason(order.failure, order) : meaning;
  return (
    <p className="visually-hidden" role="status" aria-live="polite" aria-atomic="true">
      {order.version > first && `${heading}. ${reason}`}
    </p>
  );
}
