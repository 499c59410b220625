import { Link } from "react-router";
import { Icon } from "./Icon.tsx";
import styles from "./Pagination.module.css";

interface Props {
  page: number;
  pages: number;
  /** The address of a page. */
  to: (page: number) => string;
}

/** Numbered pages with the current one marked. Nothing when there is only one. */
export function Pagination({ page, pages, to }: Props) {
  if (pages <= 1) return null;
  return (
    <nav aria-label="Pages" className={styles["pagination"]}>
      {page > 1 && (
        <Link to={to(page - 1)} rel="prev" aria-label="Previous page" className={styles["step"]}>
          <Icon name="back" />
        </Link>
      )}
      <ol>
        {visible(page, pages).map((entry, index) =>
          entry === undefined ? (
            <li key={`gap-${index}`} aria-hidden>
              …
            </li>
          ) : (
            <li key={entry}>
              <Link to={to(entry)} aria-label={`Page ${entry}`} aria-current={entry === page ? "page" : undefined}>
                {entry}
              </Link>
            </li>
          ),
        )}
      </ol>
      {page < pages && (
        <Link to={to(page + 1)} rel="next" aria-label="Next page" className={styles["step"]}>
          <Icon name="arrow" />
        </Link>
      )}
    </nav>
  );
}

/** First, last and the neighbours of the current page; `undefined` for a gap. */
function visible(page: number, pages: number): (number | undefined)[] {
  const wanted = [...new Set([1, page - 1, page, page + 1, pages])].filter((entry) => entry >= 1 && entry <= pages);
  wanted.sort((a, b) => a - b);
  return wanted.flatMap((entry, index) => {
    const before = wanted[index - 1];
    return before !== undefined && entry - before > 1 ? [undefined, entry] : [entry];
  });
}
