import { local } from "../shared/lib/storage.ts";

// The cookies are HttpOnly, so the app cannot see whether there is a session. This flag (no secret) spares visitors
// who never signed in a request that could only answer 401, and tells other tabs when the session ends.
const KEY = "velure.session";

type Listener = () => void;
const listeners = new Set<Listener>();

/** Whether a session is believed to exist in this browser. */
export const sessionHint = {
  get: (): boolean => local.get(KEY) === "open",
  subscribe(listener: Listener): () => void {
    const onStorage = (event: StorageEvent) => {
      if (event.key === KEY || event.key === null) listener();
    };
    listeners.add(listener);
    window.addEventListener("storage", onStorage);
    return () => {
      listeners.delete(listener);
      window.removeEventListener("storage", onStorage);
    };
  },
};

/** Records that cookies were just set. */
export function rememberSession(): void {
  local.set(KEY, "open");
  for (const listener of listeners) listener();
}

/** Records that the session is over. */
export function forgetSession(): void {
  local.remove(KEY);
  for (const listener of listeners) listener();
}
