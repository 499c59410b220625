import { expect, test } from "vitest";
import { nextPath, signInPath } from "./next-path.ts";

const next = (value: string) => nextPath(new URLSearchParams({ next: value }));

test("the way back is the page that was left", () => {
  const [, search] = signInPath("/orders?page=2").split("?");
  expect(nextPath(new URLSearchParams(search))).toBe("/orders?page=2");
});

test.each(["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "orders"])(
  "%s leads home",
  (value) => {
    expect(next(value)).toBe("/");
  },
);
