import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Admin } from "./admin.ts";
import { MAIN_PATH_ONLY } from "./stack.ts";
import { openBrowser, Visitor } from "./visitor.ts";

describe.skipIf(MAIN_PATH_ONLY)("session and cart", () => {
  let browser: Browser;
  let admin: Admin;

  beforeAll(async () => {
    [browser, admin] = await Promise.all([openBrowser(), Admin.signIn()]);
  });
  afterAll(() => browser.close());

  test("a signed-out shopper is sent to sign in and back to the checkout of the same cart", async () => {
    const product = await admin.createProduct(5);
    const visitor = await Visitor.arrive(browser);
    await visitor.register();
    await visitor.page.getByRole("link", { name: /account of wren/i }).click();
    await visitor.page.getByRole("button", { name: "Sign out" }).click();
    await visitor.page.getByRole("link", { name: "Sign in" }).waitFor();

    await visitor.fillCart(product);
    await visitor.page.goto("/cart");
    await visitor.page.getByRole("link", { name: "Check out" }).click();
    await visitor.heading("Sign in");
    expect(new URL(visitor.page.url()).searchParams.get("next")).toBe("/checkout");
    await visitor.page.getByLabel("E-mail").fill(visitor.email);
    await visitor.page.getByLabel("Password").fill(visitor.password);
    await visitor.page.getByRole("button", { name: "Sign in" }).click();
    await visitor.heading("Checkout");
    await visitor.page.getByText(product.name).waitFor();
    await visitor.leave();
  });

  test("wrong credentials are refused without saying which part is wrong", async () => {
    const visitor = await Visitor.arrive(browser);
    visitor.foresee(/^\/api\/sessions$/, 401);
    await visitor.page.goto("/sign-in");
    await visitor.page.getByLabel("E-mail").fill(visitor.email);
    await visitor.page.getByLabel("Password").fill("not the password");
    await visitor.page.getByRole("button", { name: "Sign in" }).click();
    await visitor.page.getByText("E-mail address or password is not right").waitFor();
    await visitor.leave();
  });

  test("an expired session is refreshed once for all tabs, and no page is lost", async () => {
    const visitor = await Visitor.arrive(browser);
    visitor.foresee(/^\/api\/me/, 401);
    await visitor.register();
    const second = await visitor.openTab("/");
    let refreshes = 0;
    visitor.context.on("request", (request) => {
      if (request.url().endsWith("/api/sessions/refresh")) refreshes += 1;
    });
    await visitor.context.clearCookies({ name: "__Host-velure_at" });
    await Promise.all([visitor.page.goto("/orders"), second.goto("/orders")]);
    for (const tab of [visitor.page, second]) await visitor.heading("No orders yet", tab);
    expect(refreshes).toBe(1);
    await visitor.leave();
  });

  test("a session that is over leads to sign in and keeps the cart", async () => {
    const product = await admin.createProduct(5);
    const visitor = await Visitor.arrive(browser);
    visitor.foresee(/^\/api\/(me|sessions\/refresh)/, 401);
    await visitor.register();
    await visitor.fillCart(product);
    await visitor.context.clearCookies();
    await visitor.page.goto("/checkout");
    await visitor.heading("Sign in");
    await visitor.page.goto("/cart");
    await visitor.page.getByRole("link", { name: product.name }).waitFor();
    await visitor.leave();
  });

  test("the cart is the same in two tabs, and says what is sold out or gone", async () => {
    const [kept, soldOut, gone] = await Promise.all([
      admin.createProduct(5, 1000),
      admin.createProduct(2, 3000),
      admin.createProduct(2, 5000),
    ]);
    const visitor = await Visitor.arrive(browser);
    visitor.foresee(/^\/api\/products\//, 404);
    const second = await visitor.openTab("/cart");
    await visitor.heading("Your cart is empty", second);
    await visitor.fillCart(kept, soldOut, gone);
    await second.getByRole("link", { name: gone.name }).waitFor();

    await admin.changeStock(soldOut.id, -2);
    await admin.deleteProduct(gone.id);
    await visitor.page.goto("/cart");
    await visitor.page.getByText("Sold out. It is left out of the order.").waitFor();
    await visitor.page.getByText("We no longer sell this.").waitFor();
    expect(await visitor.page.getByRole("status").filter({ hasText: "Total" }).textContent()).toContain("$10.00");
    await visitor.leave();
  });

  test("back and forward bring back the listing, its page and its order", async () => {
    const visitor = await Visitor.arrive(browser);
    const { page } = visitor;
    await page.goto("/");
    await page.getByLabel("Sort by").selectOption("price");
    await page.getByRole("link", { name: "Page 2" }).click();
    await page.waitForURL(/page=2/);
    await page.getByText(/page 2/).waitFor();
    const names = await page.getByRole("heading", { level: 3 }).allTextContents();
    await page.getByRole("heading", { level: 3 }).first().getByRole("link").click();
    await page.getByRole("button", { name: /Add to cart|Sold out/ }).waitFor();
    await page.goBack();
    await page.getByText(/page 2/).waitFor();
    expect(await page.getByRole("heading", { level: 3 }).allTextContents()).toEqual(names);
    expect(await page.getByLabel("Sort by").inputValue()).toBe("price");
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: /good things/i }).waitFor();
    await page.goForward();
    await page.getByText(/page 2/).waitFor();
    await visitor.leave();
  });
});
