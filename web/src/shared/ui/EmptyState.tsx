import type { ReactNode } from "react";
import styles from "./EmptyState.module.css";

interface Props {
  picture: string;
  heading: ReactNode;
  children?: ReactNode;
}

/** A page or shelf with nothing on it: a drawing, a sentence, a way on. */
export function EmptyState({ picture, heading, children }: Props) {
  return (
    <section className={styles["empty"]}>
      <img src={picture} alt="" width={360} height={270} className={styles["picture"]} />
      <div className={styles["text"]}>
        {heading}
        {children}
      </div>
    </section>
  );
}
