import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Admin } from "./admin.ts";
import { MAIN_PATH_ONLY } from "./stack.ts";
import { openBrowser, Visitor } from "./visitor.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe.skipIf(MAIN_PATH_ONLY)("every page", () => {
  let browser: Browser;
  let admin: Admin;

  beforeAll(async () => {
    [browser, admin] = await Promise.all([openBrowser(), Admin.signIn()]);
  });
  afterAll(() => browser.close());

  test.each([
    ["a phone in light", { width: 390, height: 844 }, "light"],
    ["a tablet in dark", { width: 820, height: 1180 }, "dark"],
    ["a desk in light", { width: 1440, height: 900 }, "light"],
    ["a desk in dark", { width: 1440, height: 900 }, "dark"],
  ] as const)(
    "on %s has no serious accessibility violation and no sideways scrolling",
    async (_, viewport, colorScheme) => {
      const product = await admin.createProduct(4);
      const soldOut = await admin.createProduct(0);
      const visitor = await Visitor.arrive(browser, { viewport, colorScheme, reducedMotion: "reduce" });
      visitor.foresee(/^\/api\/products\/nothing$/, 404);
      const { page } = visitor;
      const found: string[] = [];
      const check = async (name: string, heading: string | RegExp) => {
        await visitor.heading(heading);
        await settled(page);
        found.push(...(await violations(page)).map((violation) => `${name}: ${violation}`));
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (overflow > 0) found.push(`${name}: ${overflow}px wider than the window`);
      };
      const go = async (path: string, heading: string | RegExp) => {
        await page.goto(path);
        await check(path, heading);
      };

      await go("/", /good things/i);
      await go(`/?category=${product.category.slug}`, product.category.name);
      await go(`/?q=${product.word}`, `“${product.word}”`);
      await go("/?q=qqqqqqqq", "“qqqqqqqq”");
      await go(`/products/${soldOut.id}`, soldOut.name);
      await go(`/products/${product.id}`, product.name);
      await go("/products/nothing", "This product is not on our shelves");
      await go("/nowhere", "There is nothing at this address");
      await go("/cart", "Your cart is empty");
      await go("/sign-in", "Sign in");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("Enter your password.").waitFor();
      await check("/sign-in with errors", "Sign in");
      await go("/register", "Create an account");
      await visitor.register();
      await go("/account", /hello/i);
      await go("/orders", "No orders yet");
      await visitor.fillCart(product);
      await go("/cart", "Cart");
      await go("/checkout", "Checkout");
      await page.getByRole("button", { name: /^Place order/ }).click();
      await check("/orders/:id completed", "Your order is complete");
      await visitor.fillCart(product);
      await visitor.placeOrder("declined");
      await check("/orders/:id failed", "Your order could not be completed");
      await go("/orders", "Orders");
      expect(found).toEqual([]);
      await visitor.leave();
    },
    180_000,
  );

  test("nothing on the front page and a product page moves while it loads", async () => {
    const product = await admin.createProduct(4);
    for (const viewport of [
      { width: 390, height: 844 },
      { width: 1440, height: 900 },
    ]) {
      const visitor = await Visitor.arrive(browser, { viewport });
      for (const path of ["/", `/products/${product.id}`, `/?category=${product.category.slug}`]) {
        await visitor.page.goto(path);
        await visitor.page.getByRole("heading", { level: 1 }).waitFor();
        await settled(visitor.page);
        expect(await layoutShift(visitor.page), `${path} at ${viewport.width}`).toBeLessThanOrEqual(0.01);
      }
      await visitor.leave();
    }
  });

  test("the keyboard alone is enough to put a product in the cart", async () => {
    const product = await admin.createProduct(4);
    const visitor = await Visitor.arrive(browser);
    const { page } = visitor;
    await page.goto("/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    await page.getByRole("searchbox").focus();
    await page.keyboard.type(product.word);
    await page.getByText("1 product", { exact: true }).waitFor();
    await tabTo(page, product.name);
    await page.keyboard.press("Enter");
    await visitor.heading(product.name);
    // The new page's heading has the focus, so the next Tab is inside the product.
    await page.waitForFunction((name) => document.activeElement?.textContent === name, product.name);
    await tabTo(page, "Add to cart");
    await page.keyboard.press("Enter");
    await tabTo(page, "View the cart");
    await page.keyboard.press("Enter");
    await visitor.heading("Cart");
    await visitor.leave();
  });

  test("a chosen theme is there before the first paint and survives a reload", async () => {
    const visitor = await Visitor.arrive(browser, { colorScheme: "light" });
    const { page } = visitor;
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await page.goto("/");
    const light = await background();
    await page.getByRole("button", { name: "Switch to the dark theme" }).click();
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload({ waitUntil: "commit" });
    await page.waitForLoadState("domcontentloaded");
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    await page.getByRole("button", { name: "Switch to the light theme" }).waitFor();
    expect(await background()).toBe(dark);
    await visitor.leave();
  });
});

/** Waits until nothing stands in for something else any more and the fonts are there. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.fonts.status === "loaded" &&
      document.querySelector('[aria-busy="true"], [data-testid="shelf-skeleton"]') === null,
  );
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations: all } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run(document));
  return all
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id} ${node.html.slice(0, 120)}`));
}

/** The sum of all layout shifts that nobody's input caused. */
function layoutShift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let total = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
            if (!entry.hadRecentInput) total += entry.value;
          }
        }).observe({ type: "layout-shift", buffered: true });
        // Buffered entries are delivered before the second frame from now.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(total)));
      }),
  );
}

function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent.trim() ?? "");
}

/** Presses Tab until the focus is on the element with this text. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if ((await focused(page)) === text) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`“${text}” cannot be reached with Tab`);
}
