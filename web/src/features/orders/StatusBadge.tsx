import { wordsFor } from "./status.ts";
import styles from "./StatusBadge.module.css";

/** A status in a word, with a mark that is not only a colour. */
export function StatusBadge({ status }: { status: string }) {
  return (
    <span className={styles["badge"]} data-status={status}>
      {wordsFor(status).label}
    </span>
  );
}
