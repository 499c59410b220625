import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Admin } from "./admin.ts";
import { openBrowser, Visitor } from "./visitor.ts";

let browser: Browser;
let admin: Admin;

beforeAll(async () => {
  [browser, admin] = await Promise.all([openBrowser(), Admin.signIn()]);
});
afterAll(() => browser.close());

test("a new shopper registers, searches, orders and watches the order complete without a reload", async () => {
  const product = await admin.createProduct(5, 2450);
  const visitor = await Visitor.arrive(browser);
  const { page } = visitor;
  await visitor.register();
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));

  await page.getByRole("searchbox", { name: "Search the shop" }).fill(product.word);
  await page.getByText("1 product", { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get("q")).toBe(product.word);
  await page.getByRole("link", { name: product.name }).click();

  await visitor.heading(product.name);
  await page.getByText("Only 5 left").waitFor();
  await page.getByRole("button", { name: "One more" }).click();
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("link", { name: "View the cart" }).click();

  await visitor.heading("Cart");
  await page.getByText("$49.00").first().waitFor();
  await page.getByRole("link", { name: "Check out" }).click();
  await page.getByRole("button", { name: "Place order for $49.00" }).click();

  await visitor.heading("Your order is complete");
  expect(await visitor.statuses()).toEqual(["CREATED", "PROCESSING", "COMPLETED"]);
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(true);
  expect(await page.evaluate(() => localStorage.getItem("velure.cart"))).toBeNull();

  await page.getByRole("link", { name: "Orders" }).first().click();
  await page.getByRole("link", { name: product.name }).waitFor();
  await page.getByText("Complete", { exact: true }).waitFor();
  await visitor.leave();
});
