/** What the app needs of `localStorage` and `sessionStorage`. */
export interface KeyValue {
  get: (key: string) => string | null;
  set: (key: string, value: string) => void;
  remove: (key: string) => void;
}

/** Browser storage that keeps working (for this page's life) where the browser forbids it or it is full. */
function durable(open: () => Storage): KeyValue {
  const memory = new Map<string, string>();
  return {
    get(key) {
      try {
        return open().getItem(key) ?? memory.get(key) ?? null;
      } catch {
        return memory.get(key) ?? null;
      }
    },
    set(key, value) {
      try {
        open().setItem(key, value);
        memory.delete(key);
      } catch {
        memory.set(key, value);
      }
    },
    remove(key) {
      memory.delete(key);
      try {
        open().removeItem(key);
      } catch {
        // Nothing was stored there.
      }
    },
  };
}

/** Shared by all tabs, kept. */
export const local = durable(() => window.localStorage);
/** Of this tab, kept through reloads. */
export const session = durable(() => window.sessionStorage);
