import { local } from "../shared/lib/storage.ts";

/** The two looks of the shop. */
export type Theme = "light" | "dark";

// public/before-paint.js reads the same key before the first paint.
const KEY = "velure.theme";
const system = () => window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

/** The look on screen now. */
export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return system().matches ? "dark" : "light";
}

/** Keeps the choice; choosing what the system has anyway gives the decision back to it. */
export function setTheme(theme: Theme): void {
  const asSystem = theme === (system().matches ? "dark" : "light");
  if (asSystem) local.remove(KEY);
  else local.set(KEY, theme);
  apply(asSystem ? null : theme);
}

/** Calls back when the look changes here, in another tab or in the system. */
export function subscribeTheme(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === KEY) apply(event.newValue);
  };
  listeners.add(listener);
  system().addEventListener("change", listener);
  window.addEventListener("storage", onStorage);
  return () => {
    listeners.delete(listener);
    system().removeEventListener("change", listener);
    window.removeEventListener("storage", onStorage);
  };
}

function apply(theme: string | null): void {
  if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
  else delete document.documentElement.dataset["theme"];
  for (const listener of listeners) listener();
}
