import styles from "./StockState.module.css";

/** Below this many the shop says how many are left. */
const FEW = 5;

/** How a stock reads in words. */
export function stockText(available: number): string {
  if (available === 0) return "Sold out";
  if (available <= FEW) return `Only ${available} left`;
  return "In stock";
}

/** A product's stock with a mark that is not only a colour. */
export function StockState({ available }: { available: number }) {
  const level = available === 0 ? "none" : available <= FEW ? "few" : "many";
  return (
    <p className={styles["stock"]} data-level={level}>
      {stockText(available)}
    </p>
  );
}
