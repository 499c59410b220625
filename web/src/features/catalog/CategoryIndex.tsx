import { useEffect, useRef } from "react";
import { Link } from "react-router";
import type { CategoryCount } from "../../api/model.ts";
import { toSearch } from "./listing.ts";
import styles from "./CategoryIndex.module.css";

interface Props {
  categories: readonly CategoryCount[] | undefined;
  current?: string | undefined;
  /** `display`: the front page's big index. `strip`: one quiet line above a listing. */
  kind: "display" | "strip";
}

/** The aisles of the shop, set like a table of contents. */
export function CategoryIndex({ categories, current, kind }: Props) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the strip is longer than the screen: bring the current aisle into view, and only sideways.
    const link = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current && link) nav.current.scrollLeft = link.offsetLeft - (nav.current.clientWidth - link.offsetWidth) / 2;
  }, [categories, current]);
  return (
    <nav ref={nav} aria-label="Categories" className={styles[kind]} aria-busy={categories === undefined}>
      {categories && (
        <ul>
          {kind === "strip" && (
            <li>
              <Link to="/#shelf" aria-current={current === undefined ? "page" : undefined}>
                Everything
              </Link>
            </li>
          )}
          {categories.map((category) => (
            <li key={category.slug}>
              <Link
                to={`/${toSearch({ category: category.slug })}`}
                aria-current={category.slug === current ? "page" : undefined}
              >
                {category.name}
                <span className={styles["count"]}>
                  <span className="visually-hidden">, </span>
                  {category.count}
                  <span className="visually-hidden"> products</span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </nav>
  );
}
