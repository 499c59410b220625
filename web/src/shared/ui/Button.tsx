import type { ButtonHTMLAttributes } from "react";
import styles from "./Button.module.css";

type Kind = "primary" | "secondary" | "quiet";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
  /** Shows that work is going on; the button keeps its focus and its place but does nothing. */
  busy?: boolean;
  wide?: boolean;
}

/** The class names of a button, for links that look like one. */
export function buttonClass(kind: Kind = "primary", wide = false): string {
  return [styles["button"], styles[kind], wide ? styles["wide"] : ""].join(" ");
}

/** A button. */
export function Button({ kind = "primary", busy = false, wide = false, children, onClick, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={buttonClass(kind, wide)}
      aria-disabled={busy || undefined}
      data-busy={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}
