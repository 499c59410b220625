import { Link } from "react-router";
import type { Product } from "../../api/model.ts";
import { formatMoney } from "../../shared/lib/money.ts";
import { keepUnits } from "../../shared/lib/text.ts";
import { Icon } from "../../shared/ui/Icon.tsx";
import { Skeleton } from "../../shared/ui/Skeleton.tsx";
import { stockText } from "./StockState.tsx";
import styles from "./ProductCard.module.css";

interface Props {
  product: Product;
  /** For the first row of a listing: its pictures are what the visitor waits for. */
  eager: boolean;
  onAdd: (product: Product) => void;
  /** The visitor is about to open it. */
  onIntent: (id: string) => void;
}

/** A product on the shelf. The whole card opens it; the round button puts one in the cart. */
export function ProductCard({ product, eager, onAdd, onIntent }: Props) {
  const image = product.images[0];
  const scarce = product.available <= 5;
  return (
    <article
      className={styles["card"]}
      onPointerEnter={() => onIntent(product.id)}
      onFocus={() => onIntent(product.id)}
      data-sold-out={product.available === 0 || undefined}
    >
      <div className={styles["picture"]}>
        {image && (
          <img
            src={image.url}
            alt=""
            width={800}
            height={800}
            loading={eager ? "eager" : "lazy"}
            decoding={eager ? "auto" : "async"}
          />
        )}
        {scarce && <p className={styles["tag"]}>{stockText(product.available)}</p>}
        {product.available > 0 && (
          <button
            type="button"
            className={styles["add"]}
            aria-label={`Add ${product.name} to the cart`}
            onClick={() => onAdd(product)}
          >
            <Icon name="plus" />
          </button>
        )}
      </div>
      <div className={styles["text"]}>
        <h3 className={styles["name"]}>
          <Link to={`/products/${product.id}`}>{keepUnits(product.name)}</Link>
        </h3>
        <p className={styles["brand"]}>{product.brand}</p>
        <p className={styles["price"]}>{formatMoney(product.price)}</p>
      </div>
    </article>
  );
}

/** The room a card will take. */
export function ProductCardSkeleton() {
  return (
    <div className={styles["card"]} aria-hidden>
      <div className={styles["picture"]}>
        <Skeleton shape="square" />
      </div>
      <div className={styles["text"]}>
        <div className={styles["name"]}>
          <Skeleton />
        </div>
        <div className={styles["brand"]}>
          <Skeleton width="medium" />
        </div>
      </div>
    </div>
  );
}
