/** The sign-in page's address that leads back to `path`. */
export function signInPath(path: string): string {
  return `/sign-in?next=${encodeURIComponent(path)}`;
}

/** Where to go after signing in. Only paths of this shop: anything else in the address is somebody's trick. */
export function nextPath(search: URLSearchParams): string {
  const next = search.get("next");
  if (next === null || !next.startsWith("/")) return "/";
  const url = new URL(next, window.location.origin);
  return url.origin === window.location.origin ? url.pathname + url.search + url.hash : "/";
}
