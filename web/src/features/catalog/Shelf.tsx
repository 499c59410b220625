import type { Product } from "../../api/model.ts";
import { PAGE_SIZE } from "./listing.ts";
import { ProductCard, ProductCardSkeleton } from "./ProductCard.tsx";
import styles from "./Shelf.module.css";

interface Props {
  /** Undefined while the first answer is on its way. */
  products: readonly Product[] | undefined;
  /** What is shown belongs to the previous address. */
  outdated: boolean;
  eagerRow: boolean;
  onAdd: (product: Product) => void;
  onIntent: (id: string) => void;
}

/** A grid of products, or the room they will take. */
export function Shelf({ products, outdated, eagerRow, onAdd, onIntent }: Props) {
  if (!products) {
    return (
      <div className={styles["shelf"]} data-testid="shelf-skeleton">
        {Array.from({ length: PAGE_SIZE }, (_, index) => (
          <ProductCardSkeleton key={index} />
        ))}
      </div>
    );
  }
  return (
    <ul className={styles["shelf"]} data-outdated={outdated || undefined}>
      {products.map((product, index) => (
        <li key={product.id}>
          <ProductCard product={product} eager={eagerRow && index < 4} onAdd={onAdd} onIntent={onIntent} />
        </li>
      ))}
    </ul>
  );
}
