import { SORTS, SORT_LABELS, type Sort } from "./listing.ts";
import styles from "./SortSelect.module.css";

/** In which order the shelf stands. */
export function SortSelect({ value, onChange }: { value: Sort; onChange: (sort: Sort) => void }) {
  return (
    <label className={styles["sort"]}>
      <span>Sort by</span>
      <select value={value} onChange={(event) => onChange(SORTS.find((sort) => sort === event.target.value) ?? "name")}>
        {SORTS.map((sort) => (
          <option key={sort} value={sort}>
            {SORT_LABELS[sort]}
          </option>
        ))}
      </select>
    </label>
  );
}
