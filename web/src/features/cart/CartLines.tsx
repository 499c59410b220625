import { Link } from "react-router";
import { formatMoney } from "../../shared/lib/money.ts";
import { Icon } from "../../shared/ui/Icon.tsx";
import { QuantityStepper } from "../../shared/ui/QuantityStepper.tsx";
import { Skeleton } from "../../shared/ui/Skeleton.tsx";
import type { PricedLine } from "./priced.ts";
import { MAX_QUANTITY, removeLine, setQuantity } from "./store.ts";
import styles from "./CartLines.module.css";

/** The cart's lines, each with its state told in words. */
export function CartLines({ lines }: { lines: readonly PricedLine[] }) {
  return (
    <ul className={styles["lines"]}>
      {lines.map((line) => (
        <li key={line.product_id} className={styles["line"]} data-excluded={line.excluded}>
          <Line line={line} />
        </li>
      ))}
    </ul>
  );
}

function Line({ line }: { line: PricedLine }) {
  const { product } = line;
  if (product === undefined) {
    return (
      <>
        <div className={styles["picture"]}>
          <Skeleton shape="square" />
        </div>
        <div className={styles["text"]}>
          <Skeleton width="medium" />
          <Skeleton width="short" />
        </div>
      </>
    );
  }
  const name = product?.name ?? "This product";
  const image = product?.images[0];
  const max = Math.min(product?.available ?? 0, MAX_QUANTITY);
  return (
    <>
      <div className={styles["picture"]}>{image && <img src={image.url} alt="" width={800} height={800} />}</div>
      <div className={styles["text"]}>
        <h2 className={styles["name"]}>
          {product ? <Link to={`/products/${product.id}`}>{product.name}</Link> : "No longer in the shop"}
        </h2>
        {product && <p className={styles["unit"]}>{formatMoney(product.price)} each</p>}
        <LineNote line={line} />
      </div>
      <div className={styles["controls"]}>
        {!line.excluded && (
          <QuantityStepper
            label={`Quantity of ${name}`}
            value={line.orderable}
            max={max}
            onChange={(quantity) => setQuantity(line.product_id, quantity)}
          />
        )}
        <button
          type="button"
          className={styles["remove"]}
          aria-label={`Remove ${name} from the cart`}
          onClick={() => removeLine(line.product_id)}
        >
          <Icon name="close" />
        </button>
      </div>
      <p className={styles["total"]}>{line.total ? formatMoney(line.total) : "Not counted"}</p>
    </>
  );
}

function LineNote({ line }: { line: PricedLine }) {
  const note =
    line.excluded === "vanished"
      ? "We no longer sell this. It is left out of the order."
      : line.excluded === "sold_out"
        ? "Sold out. It is left out of the order."
        : line.orderable < line.quantity
          ? `You asked for ${line.quantity}; only ${line.orderable} are left.`
          : line.product && line.product.available <= 5
            ? `Only ${line.product.available} left.`
            : undefined;
  return note === undefined ? null : <p className={styles["note"]}>{note}</p>;
}
