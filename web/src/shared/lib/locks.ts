const queues = new Map<string, Promise<unknown>>();

/** Runs `task` alone among all tabs of this browser; alone in this tab where Web Locks do not exist (plain http on a host name). */
export function withLock<T>(name: string, task: () => Promise<T>): Promise<T> {
  if ("locks" in navigator) return navigator.locks.request(name, task);
  const previous = queues.get(name) ?? Promise.resolve();
  const run = previous.then(task, task);
  queues.set(name, run.catch(() => undefined));
  return run;
}
