import { Link } from "react-router";
import { CartLines } from "../../features/cart/CartLines.tsx";
import { CartSummary } from "../../features/cart/CartSummary.tsx";
import { usePricedCart } from "../../features/cart/priced.ts";
import { Button, buttonClass } from "../../shared/ui/Button.tsx";
import { EmptyState } from "../../shared/ui/EmptyState.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { LoadProblem } from "../LoadProblem.tsx";
import styles from "../pages.module.css";

/** What the visitor means to buy, with prices and stock as they are now. */
export default function CartPage() {
  const cart = usePricedCart();
  if (cart.lines.length === 0) {
    return (
      <EmptyState picture="/art/empty-cart.svg" heading={<PageHeading title="Cart">Your cart is empty</PageHeading>}>
        <p>Somebody at home is waiting for you to change that.</p>
        <Link to="/" className={buttonClass()}>
          Browse the shelf
        </Link>
      </EmptyState>
    );
  }
  const count = cart.orderable.reduce((sum, line) => sum + line.quantity, 0);
  return (
    <div className={styles["page"]}>
      <PageHeading title="Cart" className={styles["heading"]} />
      {cart.error !== undefined && <LoadProblem error={cart.error} onRetry={() => void cart.reload()} />}
      <div className={styles["columns"]}>
        <CartLines lines={cart.lines} />
        <div className={styles["aside"]}>
          <CartSummary total={cart.loading ? undefined : cart.total} count={count}>
            {cart.loading || cart.total === undefined ? (
              <Button disabled wide>
                Check out
              </Button>
            ) : (
              <Link to="/checkout" className={buttonClass("primary", true)}>
                Check out
              </Link>
            )}
          </CartSummary>
        </div>
      </div>
    </div>
  );
}
