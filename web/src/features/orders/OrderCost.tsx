import cost from "./order-cost.json";
import { formatCents, formatCount } from "./order-cost.ts";
import styles from "./OrderCost.module.css";

/** What one order costs the shop, in demo mode: figures of the cost model, the same for every order. */
export default function OrderCost() {
  const [deployed, ...others] = cost.variants;
  if (!deployed) return null;
  const dearest = Math.max(...deployed.lines.map((line) => line.amount));
  return (
    <section className={styles["cost"]} aria-labelledby="order-cost" data-print="hide">
      <header>
        <h2 id="order-cost">What did this order cost us?</h2>
        <p className={styles["sum"]}>
          One more order costs the shop{" "}
          <strong className={styles["one"]} data-testid="order-cost-more">
            {formatCents(deployed.one_more, deployed.at_least)}
          </strong>
          . With its share of what runs around the clock it is{" "}
          <span className={styles["one"]}>{formatCents(deployed.share, deployed.at_least)}</span> while{" "}
          {formatCount(cost.orders)} orders come in a month.
        </p>
      </header>
      <table>
        <caption className="visually-hidden">What one more order is made of</caption>
        <colgroup>
          <col className={styles["purposes"]} />
          <col className={styles["tracks"]} />
          <col className={styles["amounts"]} />
        </colgroup>
        <thead className="visually-hidden">
          <tr>
            <th scope="col" colSpan={2}>
              For
            </th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {deployed.lines.map((line) => (
            <tr key={line.purpose}>
              <th scope="row">{line.purpose}</th>
              <td className={styles["track"]} aria-hidden="true">
                <svg viewBox="0 0 1000 10" preserveAspectRatio="none" focusable="false">
                  {line.amount > 0 && <rect width={Math.max(4, (1000 * line.amount) / dearest)} height={10} />}
                </svg>
              </td>
              <td className={styles["amount"]}>{formatCents(line.amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles["note"]}>
        {others.map((other) => (
          <span key={other.name}>
            {other.name}: {formatCents(other.one_more, other.at_least)} for one more,{" "}
            {formatCents(other.share, other.at_least)} with its share.{" "}
          </span>
        ))}
        Computed from measured running times and list prices of {cost.region} at{" "}
        {formatCount(cost.requests)} requests a month, without free tiers and without payment fees. Shown in demo mode
        only.
      </p>
    </section>
  );
}
