import type { ReactNode } from "react";
import type { Money } from "../../api/model.ts";
import { formatMoney } from "../../shared/lib/money.ts";
import styles from "./CartSummary.module.css";

interface Props {
  total: Money | undefined;
  /** How many things are counted in it. */
  count: number;
  children?: ReactNode;
}

/** What the order would cost now. */
export function CartSummary({ total, count, children }: Props) {
  return (
    <section className={styles["summary"]} aria-label="Total">
      <div className={styles["row"]} role="status">
        <p>
          Total
          <span>
            {count} {count === 1 ? "thing" : "things"}
          </span>
        </p>
        <p className={styles["amount"]}>{total ? formatMoney(total) : "–"}</p>
      </div>
      {children}
    </section>
  );
}
