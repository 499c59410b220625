import { expect, test } from "vitest";
import { product } from "../../testing/samples.ts";
import { price } from "./priced.ts";

const line = { product_id: product().id, quantity: 5 };

test("a line costs today's price for what is in stock", () => {
  expect(price(line, product({ available: 9 }))).toMatchObject({ orderable: 5, total: { amount_minor: 19_000 } });
  expect(price(line, product({ available: 3 }))).toMatchObject({ orderable: 3, total: { amount_minor: 11_400 } });
});

test("sold-out and vanished products are left out", () => {
  expect(price(line, product({ available: 0 }))).toMatchObject({ excluded: "sold_out", total: undefined });
  expect(price(line, null)).toMatchObject({ excluded: "vanished", total: undefined });
});
