// A navigation inside the app leaves the focus on a link that is gone. The layout asks for the focus to move when the
// path changes; the next heading to appear takes it, however late its data arrives.
let requested = false;

/** Called on a change of path. */
export function requestFocus(): void {
  requested = true;
}

/** True once per request. */
export function takeFocusRequest(): boolean {
  const granted = requested;
  requested = false;
  return granted;
}
