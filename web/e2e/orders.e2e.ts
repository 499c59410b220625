import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Admin } from "./admin.ts";
import { gateway, MAIN_PATH_ONLY } from "./stack.ts";
import { openBrowser, Visitor } from "./visitor.ts";

const EVENTS = /^\/api\/me\/orders\/([^/]+\/)?events/;

describe.skipIf(MAIN_PATH_ONLY)("orders", () => {
  let browser: Browser;
  let admin: Admin;

  beforeAll(async () => {
    [browser, admin] = await Promise.all([openBrowser(), Admin.signIn()]);
  });
  afterAll(() => browser.close());

  test("a declined card fails the order with its reason, and the order can be put in the cart again", async () => {
    const product = await admin.createProduct(3);
    const visitor = await Visitor.arrive(browser);
    await visitor.register();
    await visitor.fillCart(product);
    await visitor.placeOrder("declined");
    await visitor.heading("Your order could not be completed");
    expect(await visitor.page.getByTestId("failure-reason").textContent()).toContain("declined the card");
    expect(await visitor.statuses()).toEqual(["CREATED", "PROCESSING", "FAILED"]);

    await visitor.page.reload();
    await visitor.heading("Your order could not be completed");
    expect(await visitor.page.getByTestId("failure-reason").textContent()).toContain("declined the card");
    await visitor.page.getByRole("button", { name: "Order again" }).click();
    await visitor.heading("Cart");
    await visitor.page.getByRole("link", { name: product.name }).waitFor();
    await visitor.leave();
  });

  test("the last unit goes to one of two shoppers, the other is told why not", async () => {
    const product = await admin.createProduct(1);
    const visitors = await Promise.all([Visitor.arrive(browser), Visitor.arrive(browser)]);
    for (const visitor of visitors) {
      await visitor.register();
      await visitor.fillCart(product);
      await visitor.page.goto("/checkout");
      await visitor.page.getByRole("button", { name: /^Place order/ }).waitFor();
    }
    await Promise.all(visitors.map(({ page }) => page.getByRole("button", { name: /^Place order/ }).click()));
    const ends = await Promise.all(
      visitors.map(async (visitor) => {
        await visitor.heading(/is complete|could not be completed/);
        return (await visitor.statuses()).at(-1);
      }),
    );
    expect(ends.sort()).toEqual(["COMPLETED", "FAILED"]);
    for (const visitor of visitors) {
      if ((await visitor.statuses()).at(-1) === "FAILED") {
        expect(await visitor.page.getByTestId("failure-reason").textContent()).toContain(
          `not enough of “${product.name}” in stock`,
        );
      }
      await visitor.leave();
    }
  });

  test("the page converges while the gateway is killed and restarted, and shows no status twice or backwards", async () => {
    const product = await admin.createProduct(5);
    const visitor = await Visitor.arrive(browser);
    visitor.foresee(EVENTS, 502);
    visitor.foresee(EVENTS, 503);
    visitor.foresee(EVENTS, "broken");
    await visitor.register();
    await visitor.fillCart(product);
    await recordHeadings(visitor.page);
    await visitor.page.goto("/checkout");
    await visitor.page.getByRole("button", { name: /^Place order/ }).click();
    await visitor.orderId();
    try {
      await gateway("kill");
    } finally {
      await gateway("start");
    }
    await visitor.heading("Your order is complete");
    const shown = await visitor.page.evaluate(() => (window as unknown as { shown: string[] }).shown);
    const rank = ["We have your order", "Your order is in progress", "Your order is complete"];
    const ranks = shown.filter((text) => rank.includes(text)).map((text) => rank.indexOf(text));
    expect(ranks).toEqual([...new Set(ranks)].sort());
    expect(ranks.at(-1)).toBe(2);
    expect(await visitor.statuses()).toEqual(["CREATED", "PROCESSING", "COMPLETED"]);
    await visitor.leave();
  });

  test("without a gateway the order page asks until the order has ended", async () => {
    const product = await admin.createProduct(5);
    const visitor = await Visitor.arrive(browser);
    visitor.foresee(EVENTS, 502);
    visitor.foresee(EVENTS, 503);
    visitor.foresee(EVENTS, "broken");
    await visitor.register();
    await visitor.fillCart(product);
    await gateway("kill");
    try {
      await visitor.placeOrder();
      await visitor.heading("Your order is complete");
      expect(await visitor.statuses()).toEqual(["CREATED", "PROCESSING", "COMPLETED"]);
    } finally {
      await gateway("start");
    }
    await visitor.leave();
  });

  test("an order whose answer was lost is placed once", async () => {
    const product = await admin.createProduct(5);
    const visitor = await Visitor.arrive(browser);
    visitor.foresee(/^\/api\/orders$/, "broken");
    await visitor.register();
    await visitor.fillCart(product);
    await visitor.page.goto("/checkout");
    let lost = 0;
    await visitor.page.route("**/api/orders", async (route) => {
      lost += 1;
      if (lost > 1) return route.continue();
      // The shop takes the order, but the answer never arrives.
      await route.fetch();
      return route.abort("connectionreset");
    });
    await visitor.page.getByRole("button", { name: /^Place order/ }).click();
    await visitor.page.getByText("stays one order").waitFor();
    await visitor.page.reload();
    await visitor.page.getByRole("button", { name: /^Place order/ }).click();
    await visitor.heading("Your order is complete");
    await visitor.page.goto("/orders");
    await visitor.page.getByRole("link", { name: product.name }).first().waitFor();
    expect(await visitor.page.getByRole("link", { name: product.name }).count()).toBe(1);
    await visitor.leave();
  });

  test("a total that changed between cart and checkout is shown and asked about", async () => {
    const product = await admin.createProduct(5, 2000);
    const visitor = await Visitor.arrive(browser);
    visitor.foresee(/^\/api\/orders$/, 409);
    await visitor.register();
    await visitor.fillCart(product);
    await visitor.page.goto("/checkout");
    await visitor.page.getByRole("button", { name: "Place order for $20.00" }).waitFor();
    await admin.setPrice(product.id, 2300);
    await visitor.page.getByRole("button", { name: "Place order for $20.00" }).click();
    await visitor.page.getByText("It was $20.00 and is now $23.00").waitFor();
    await visitor.page.getByRole("button", { name: "Accept and pay $23.00" }).click();
    await visitor.heading("Your order is complete");
    await visitor.leave();
  });

  test("another shopper's order is not found", async () => {
    const product = await admin.createProduct(5);
    const buyer = await Visitor.arrive(browser);
    await buyer.register();
    await buyer.fillCart(product);
    const id = await buyer.placeOrder();
    await buyer.heading("Your order is complete");
    await buyer.leave();

    const other = await Visitor.arrive(browser);
    other.foresee(/^\/api\/me\/orders\//, 404);
    await other.register();
    await other.page.goto(`/orders/${id}`);
    await other.heading("There is no such order");
    await other.leave();
  });

  test("the order list moves in every tab of a browser by one stream", async () => {
    const product = await admin.createProduct(9);
    const visitor = await Visitor.arrive(browser);
    await visitor.register();
    await visitor.fillCart(product);
    await visitor.placeOrder();
    await visitor.heading("Your order is complete");

    const streams: string[] = [];
    visitor.context.on("request", (request) => {
      if (new URL(request.url()).pathname === "/api/me/orders/events") streams.push(request.url());
    });
    const first = await visitor.openTab("/orders");
    await first.getByRole("link", { name: product.name }).waitFor();
    const second = await visitor.openTab("/orders");
    await second.getByRole("link", { name: product.name }).waitFor();

    await visitor.fillCart(product);
    const id = await visitor.placeOrder();
    for (const tab of [first, second]) {
      await tab.getByTestId(`order-${id}`).getByText("Complete", { exact: true }).waitFor();
    }
    expect(streams).toHaveLength(1);

    // The tab with the stream closes; the other takes over and misses nothing.
    await first.close();
    await visitor.fillCart(product);
    const next = await visitor.placeOrder();
    await second.getByTestId(`order-${next}`).getByText("Complete", { exact: true }).waitFor();
    await visitor.leave();
  });
});

/** Keeps every first heading that the page ever shows, in the order shown. */
async function recordHeadings(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shown: string[] = [];
    Object.assign(window, { shown });
    new MutationObserver(() => {
      const text = document.querySelector("h1")?.textContent ?? "";
      if (text !== shown.at(-1)) shown.push(text);
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
}
