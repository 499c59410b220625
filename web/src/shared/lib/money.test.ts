import { expect, test } from "vitest";
import { formatMoney, sum, times } from "./money.ts";

const usd = (amount_minor: number) => ({ amount_minor, currency: "USD" });

test.each([
  [0, "$0.00"],
  [5, "$0.05"],
  [1999, "$19.99"],
  [123456789, "$1,234,567.89"],
  [-250, "-$2.50"],
  // A float would show ...740992.00 here.
  [9007199254740991, "$90,071,992,547,409.91"],
])("%i minor units read %s", (amount, text) => {
  expect(formatMoney(usd(amount))).toBe(text);
});

test("a currency without minor units has no decimals", () => {
  expect(formatMoney({ amount_minor: 1500, currency: "JPY" })).toBe("¥1,500");
});

test("a fraction of a minor unit is not an amount", () => {
  expect(() => formatMoney(usd(19.99))).toThrow(RangeError);
});

test("sums and multiples stay integers", () => {
  expect(times(usd(1010), 3)).toEqual(usd(3030));
  expect(sum([usd(10), usd(20), usd(3)])).toEqual(usd(33));
  expect(sum([])).toBeUndefined();
});

test("amounts beyond exact integers and mixed currencies are refused", () => {
  expect(() => times(usd(Number.MAX_SAFE_INTEGER), 2)).toThrow(RangeError);
  expect(() => sum([usd(1), { amount_minor: 1, currency: "EUR" }])).toThrow(RangeError);
});
