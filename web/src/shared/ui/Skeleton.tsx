import styles from "./Skeleton.module.css";

type Shape = "line" | "title" | "square" | "block" | "row";

/** A quiet placeholder with the size of what will come. */
export function Skeleton({ shape = "line", width }: { shape?: Shape; width?: "short" | "medium" }) {
  return <span aria-hidden className={[styles["bone"], styles[shape], width ? styles[width] : ""].join(" ")} />;
}
