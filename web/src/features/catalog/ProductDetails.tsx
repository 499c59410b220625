import { useState } from "react";
import { Link } from "react-router";
import type { Product } from "../../api/model.ts";
import { formatMoney } from "../../shared/lib/money.ts";
import { keepUnits } from "../../shared/lib/text.ts";
import { Button, buttonClass } from "../../shared/ui/Button.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { QuantityStepper } from "../../shared/ui/QuantityStepper.tsx";
import { Skeleton } from "../../shared/ui/Skeleton.tsx";
import { attributeRows } from "./attributes.ts";
import { toSearch } from "./listing.ts";
import { StockState } from "./StockState.tsx";
import styles from "./ProductDetails.module.css";

interface Props {
  product: Product;
  /** How many of it the cart holds. */
  inCart: number;
  /** The most one order may have of a product. */
  maxQuantity: number;
  onAdd: (quantity: number) => void;
}

/** A product with everything known about it, and the way into the cart. */
export function ProductDetails({ product, inCart, maxQuantity, onAdd }: Props) {
  const image = product.images[0];
  return (
    <article className={styles["product"]}>
      <nav aria-label="Breadcrumb" className={styles["crumbs"]}>
        <ol>
          <li>
            <Link to="/">Shop</Link>
          </li>
          <li>
            <Link to={`/${toSearch({ category: product.category.slug })}`}>{product.category.name}</Link>
          </li>
        </ol>
      </nav>
      <div className={styles["picture"]}>
        {image && <img src={image.url} alt={image.alt} width={800} height={800} fetchPriority="high" />}
      </div>
      <div className={styles["text"]}>
        <header className={styles["header"]}>
          <p className={styles["brand"]}>{product.brand}</p>
          <PageHeading title={product.name} className={styles["name"]}>
            {keepUnits(product.name)}
          </PageHeading>
          <p className={styles["price"]}>{formatMoney(product.price)}</p>
        </header>
        <StockState available={product.available} />
        <BuyBox key={product.id} product={product} inCart={inCart} maxQuantity={maxQuantity} onAdd={onAdd} />
        <p className={styles["description"]}>{product.description}</p>
        <table className={styles["attributes"]}>
          <caption>Particulars</caption>
          <tbody>
            {attributeRows(product).map(([label, value]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </article>
  );
}

function BuyBox({ product, inCart, maxQuantity, onAdd }: Props) {
  const [wanted, setWanted] = useState(1);
  const [added, setAdded] = useState(0);
  const room = Math.max(0, Math.min(maxQuantity, product.available) - inCart);
  const quantity = Math.min(wanted, Math.max(1, room));
  return (
    <div className={styles["buy"]}>
      {product.available === 0 ? (
        <Button disabled>Sold out</Button>
      ) : room === 0 ? (
        <p className={styles["limit"]}>
          All {inCart} you can order are in your cart.{" "}
          <Link to="/cart" className={buttonClass("quiet")}>
            Go to the cart
          </Link>
        </p>
      ) : (
        <>
          <QuantityStepper label={`Quantity of ${product.name}`} value={quantity} max={room} onChange={setWanted} />
          <Button
            onClick={() => {
              onAdd(quantity);
              setAdded((count) => count + 1);
              setWanted(1);
            }}
          >
            Add to cart
          </Button>
        </>
      )}
      <p role="status" className={styles["added"]} key={added}>
        {added > 0 && (
          <>
            {inCart} in your cart. <Link to="/cart">View the cart</Link>
          </>
        )}
      </p>
    </div>
  );
}

/** The room a product page will take. */
export function ProductDetailsSkeleton() {
  return (
    <div className={styles["product"]} aria-busy="true">
      <p className="visually-hidden" role="status">
        Loading the product
      </p>
      <div className={styles["crumbs"]} />
      <div className={styles["picture"]}>
        <Skeleton shape="square" />
      </div>
      <div className={styles["text"]}>
        <div className={styles["header"]}>
          <Skeleton width="short" />
          <Skeleton shape="title" />
          <Skeleton width="short" />
        </div>
        <Skeleton width="short" />
        <Skeleton shape="block" />
        <Skeleton shape="block" />
      </div>
    </div>
  );
}
