import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { server } from "./server.ts";

// A page's code is compiled when it is first wanted, which takes a while on a busy machine.
configure({ asyncUtilTimeout: 15_000 });

// A request that no test foresaw is a mistake of the test or of the app, never something to ignore.
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => {
  cleanup();
  server.resetHandlers();
});
afterAll(() => server.close());

// What jsdom does not have: this window is light and does not scroll.
window.matchMedia = (media) =>
  Object.assign(new EventTarget(), { media, matches: false, onchange: null, addListener() {}, removeListener() {} });
window.scrollTo = () => undefined;
