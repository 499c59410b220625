import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { usePricedCart } from "../../features/cart/priced.ts";
import { removeOrdered } from "../../features/cart/store.ts";
import { Checkout } from "../../features/checkout/Checkout.tsx";
import { orderQuery } from "../../features/orders/queries.ts";
import { buttonClass } from "../../shared/ui/Button.tsx";
import { EmptyState } from "../../shared/ui/EmptyState.tsx";
import { Notice } from "../../shared/ui/Notice.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { Skeleton } from "../../shared/ui/Skeleton.tsx";
import { LoadProblem } from "../LoadProblem.tsx";
import { RequireSession } from "../RequireSession.tsx";
import styles from "../pages.module.css";

/** From the cart to an order. */
export default function CheckoutPage() {
  return <RequireSession waiting={<Waiting />}>{() => <CheckoutForBuyer />}</RequireSession>;
}

function CheckoutForBuyer() {
  const cart = usePricedCart();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);

  if (leaving) return <Waiting />;
  if (cart.lines.length === 0) {
    return (
      <EmptyState
        picture="/art/empty-cart.svg"
        heading={<PageHeading title="Checkout">There is nothing to check out</PageHeading>}
      >
        <Link to="/" className={buttonClass()}>
          Browse the shelf
        </Link>
      </EmptyState>
    );
  }
  if (cart.loading) return <Waiting />;

  const lines = cart.lines.flatMap((line) =>
    line.product && line.total
      ? [{ product_id: line.product_id, name: line.product.name, quantity: line.orderable, total: line.total }]
      : [],
  );
  const leftOut = cart.lines.length - lines.length;
  return (
    <div className={styles["page"]}>
      <PageHeading title="Checkout" className={styles["heading"]} />
      {cart.error !== undefined && <LoadProblem error={cart.error} onRetry={() => void cart.reload()} />}
      {leftOut > 0 && (
        <Notice tone="caution">
          <p>
            {leftOut === 1 ? "One line of your cart" : `${leftOut} lines of your cart`} cannot be ordered now and{" "}
            {leftOut === 1 ? "is" : "are"} left out. <Link to="/cart">See the cart</Link>.
          </p>
        </Notice>
      )}
      {cart.total && (
        <Checkout
          lines={lines}
          total={cart.total}
          onOutdated={cart.reload}
          onPlaced={(order, items) => {
            setLeaving(true);
            cache.setQueryData(orderQuery(order.id).queryKey, order);
            removeOrdered(items.map((item) => item.product_id));
            void navigate(`/orders/${order.id}`, { replace: true });
          }}
        />
      )}
    </div>
  );
}

function Waiting() {
  return (
    <div className={styles["page"]} aria-busy="true">
      <PageHeading title="Checkout" className={styles["heading"]} />
      <Skeleton shape="block" />
      <Skeleton shape="block" />
    </div>
  );
}
