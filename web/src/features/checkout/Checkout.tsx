import { useRef, useState } from "react";
import { Link } from "react-router";
import type { Money, Order, PlaceOrder } from "../../api/model.ts";
import { describe } from "../../api/problem.ts";
import { moment } from "../../shared/lib/journey.ts";
import { formatMoney } from "../../shared/lib/money.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Notice } from "../../shared/ui/Notice.tsx";
import { endAttempt } from "./attempt.ts";
import { PaymentChoice, type PaymentMethod } from "./PaymentChoice.tsx";
import { placeOrder, type Outcome } from "./place-order.ts";
import styles from "./Checkout.module.css";

/** A line of the order, ready to show. */
export interface CheckoutLine {
  product_id: string;
  name: string;
  quantity: number;
  total: Money;
}

interface Props {
  lines: readonly CheckoutLine[];
  total: Money;
  /** The server has the order. */
  onPlaced: (order: Order, items: PlaceOrder["items"]) => void;
  /** Prices or stock turned out to be old; ask for them again. */
  onOutdated: () => Promise<void>;
}

type Trouble = Exclude<Outcome, { kind: "accepted" }>;

/** The last look at the order, the card, and the button. */
export function Checkout({ lines, total, onPlaced, onOutdated }: Props) {
  const [method, setMethod] = useState<PaymentMethod>("pm_card_visa");
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  // State arrives a render later than a double click; this does not.
  const underway = useRef(false);

  const items = lines.map(({ product_id, quantity }) => ({ product_id, quantity }));

  const place = async (clicked: number) => {
    if (underway.current) return;
    underway.current = true;
    setBusy(true);
    setTrouble(undefined);
    try {
      const outcome = await placeOrder({ items, expected_total: total, payment_method: method }, clicked);
      if (outcome.kind === "accepted") {
        onPlaced(outcome.order, items);
        return;
      }
      if (outcome.kind === "total_changed" || outcome.kind === "unavailable") await onOutdated();
      setTrouble(outcome);
    } finally {
      underway.current = false;
      setBusy(false);
    }
  };

  return (
    <form
      className={styles["checkout"]}
      aria-label="Checkout"
      onSubmit={(event) => {
        event.preventDefault();
        void place(moment(event.timeStamp));
      }}
    >
      <section className={styles["order"]} aria-labelledby="checkout-order">
        <h2 id="checkout-order">Your order</h2>
        <ul>
          {lines.map((line) => (
            <li key={line.product_id}>
              <span>
                {line.name} <span className={styles["quantity"]}>× {line.quantity}</span>
              </span>
              <span className={styles["amount"]}>{formatMoney(line.total)}</span>
            </li>
          ))}
        </ul>
        <p className={styles["total"]}>
          <span>Total</span> <span data-testid="checkout-total">{formatMoney(total)}</span>
        </p>
        <Link to="/cart">Change the cart</Link>
      </section>
      <div className={styles["pay"]}>
        <PaymentChoice value={method} onChange={setMethod} />
        {trouble && (
          <TroubleNotice
            trouble={trouble}
            lines={lines}
            onStartOver={() => {
              endAttempt(items);
              setTrouble(undefined);
            }}
          />
        )}
        <Button type="submit" busy={busy} wide>
          {busy ? "Placing the order…" : label(trouble, total)}
        </Button>
      </div>
    </form>
  );
}

function label(trouble: Trouble | undefined, total: Money): string {
  if (trouble?.kind === "total_changed") return `Accept and pay ${formatMoney(total)}`;
  if (trouble?.kind === "unknown") return "Try again";
  return `Place order for ${formatMoney(total)}`;
}

interface NoticeProps {
  trouble: Trouble;
  lines: readonly CheckoutLine[];
  onStartOver: () => void;
}

function TroubleNotice({ trouble, lines, onStartOver }: NoticeProps) {
  switch (trouble.kind) {
    case "total_changed":
      return (
        <Notice alert tone="caution" title="The total has changed">
          <p>
            It was <s>{formatMoney(trouble.expected)}</s>
            {trouble.actual && (
              <>
                {" "}
                and is now <strong>{formatMoney(trouble.actual)}</strong>
              </>
            )}
            . Nothing has been ordered yet.
          </p>
        </Notice>
      );
    case "unavailable": {
      const names = lines.filter((line) => trouble.productIds.includes(line.product_id)).map((line) => line.name);
      return (
        <Notice alert title={names.length > 0 ? `Not available: ${names.join(", ")}` : "Something is not available"}>
          <p>
            Nothing has been ordered. <Link to="/cart">Change the cart</Link> and try again.
          </p>
        </Notice>
      );
    }
    case "already_ordered":
      return (
        <Notice alert tone="caution" title="This cart may already be an order">
          <p>
            An earlier try reached the shop with another total or card. Look at <Link to="/orders">your orders</Link>{" "}
            before you order again.
          </p>
          <Button kind="secondary" onClick={onStartOver}>
            Order it once more anyway
          </Button>
        </Notice>
      );
    case "unknown":
      return (
        <Notice alert title="No answer from the shop">
          <p>{describe(trouble.error)} However often you try, it stays one order.</p>
        </Notice>
      );
    case "refused":
      return (
        <Notice alert title="The order was not placed">
          <p>{describe(trouble.error)}</p>
        </Notice>
      );
  }
}
