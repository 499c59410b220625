import { useSyncExternalStore } from "react";

let demo = false;
const listeners = new Set<() => void>();

/** Takes down what an answer says: an origin in demo mode says so with every order. */
export function noteDemo(header: string | null): void {
  if (demo || header !== "on") return;
  demo = true;
  for (const listener of listeners) listener();
}

/** Whether this shop shows how it works. */
export function useDemo(): boolean {
  return useSyncExternalStore(subscribe, () => demo);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
