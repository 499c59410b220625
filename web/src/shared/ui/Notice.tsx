import type { ReactNode } from "react";
import styles from "./Notice.module.css";

interface Props {
  tone?: "problem" | "caution" | "calm";
  title?: string;
  children?: ReactNode;
  /** Spoken at once by screen readers; for what follows from something the person just did. */
  alert?: boolean;
}

/** A short message in the flow of the page. */
export function Notice({ tone = "problem", title, children, alert = false }: Props) {
  return (
    <div className={`${styles["notice"]} ${styles[tone]}`} role={alert ? "alert" : undefined}>
      {title && <p className={styles["title"]}>{title}</p>}
      {children}
    </div>
  );
}
