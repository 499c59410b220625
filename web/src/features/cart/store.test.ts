import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { addToCart, MAX_LINES, readCart, removeLine, removeOrdered, setQuantity, useCart, useCartCount } from "./store.ts";

test("only product ids and quantities are stored", () => {
  addToCart("a", 2, 10);
  expect(JSON.parse(localStorage.getItem("velure.cart") ?? "")).toEqual([{ product_id: "a", quantity: 2 }]);
});

test("the same product is one line, bounded by the stock and by 99", () => {
  expect(addToCart("a", 2, 5)).toBe(2);
  expect(addToCart("a", 9, 5)).toBe(5);
  expect(addToCart("b", 500, 1000)).toBe(99);
  expect(readCart()).toHaveLength(2);
});

test("a sold-out product does not get into the cart", () => {
  expect(addToCart("a", 1, 0)).toBe(0);
  expect(readCart()).toEqual([]);
});

test("the cart takes 50 lines and no more", () => {
  for (let index = 0; index < MAX_LINES; index += 1) addToCart(`p${index}`, 1, 9);
  expect(addToCart("one-too-many", 1, 9)).toBe(0);
  expect(readCart()).toHaveLength(MAX_LINES);
});

test("a line set to nothing is gone, and so is the stored cart with its last line", () => {
  addToCart("a", 1, 9);
  addToCart("b", 1, 9);
  setQuantity("a", 0);
  removeLine("b");
  expect(localStorage.getItem("velure.cart")).toBeNull();
});

test("after an order only what was ordered leaves", () => {
  addToCart("a", 1, 9);
  addToCart("sold-out", 1, 9);
  removeOrdered(["a"]);
  expect(readCart()).toEqual([{ product_id: "sold-out", quantity: 1 }]);
});

test.each(["{", "7", '[{"product_id":"a"}]', '[{"product_id":"a","quantity":-1}]', '[{"product_id":"a","quantity":1.5}]', "[null]"])(
  "nonsense in storage (%s) is an empty cart",
  (stored) => {
    localStorage.setItem("velure.cart", stored);
    expect(readCart()).toEqual([]);
  },
);

test("a change in another tab reaches this one", () => {
  const { result } = renderHook(() => [useCart(), useCartCount()] as const);
  expect(result.current[1]).toBe(0);
  act(() => {
    localStorage.setItem("velure.cart", '[{"product_id":"a","quantity":3}]');
    window.dispatchEvent(new StorageEvent("storage", { key: "velure.cart" }));
  });
  expect(result.current[0]).toEqual([{ product_id: "a", quantity: 3 }]);
  expect(result.current[1]).toBe(3);
});
