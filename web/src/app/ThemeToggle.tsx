import { useSyncExternalStore } from "react";
import { Icon } from "../shared/ui/Icon.tsx";
import { currentTheme, setTheme, subscribeTheme } from "./theme.ts";
import styles from "./ThemeToggle.module.css";

/** Switches between light and dark; without a choice the system decides. */
export function ThemeToggle() {
  const theme = useSyncExternalStore(subscribeTheme, currentTheme);
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      className={styles["toggle"]}
      aria-label={`Switch to the ${other} theme`}
      onClick={() => setTheme(other)}
    >
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}
