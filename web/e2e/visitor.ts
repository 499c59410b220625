import { randomUUID } from "node:crypto";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { expect } from "vitest";
import { ORIGIN } from "./stack.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env["VELURE_E2E_CHROMIUM"] ?? "/usr/bin/chromium", args: FLAGS });
}

/** One person with a browser profile of their own. Whatever goes wrong in it unforeseen fails the test. */
export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly email = `e2e-${randomUUID()}@velure.test`;
  readonly password = `correct horse ${randomUUID()}`;
  readonly #problems: string[] = [];
  readonly #foreseen: { path: RegExp; sign: string }[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: ORIGIN, ...options });
    context.setDefaultTimeout(20_000);
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    const visitor = new Visitor(context, await context.newPage());
    visitor.watch(visitor.page);
    return visitor;
  }

  /** Notes every console error and uncaught exception of a tab. */
  watch(page: Page): void {
    page.on("pageerror", (error) => this.#problems.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      const { url } = message.location();
      const path = url.startsWith(ORIGIN) ? url.slice(ORIGIN.length) : url;
      const text = message.text();
      // The browser itself reports every refused request; a test that provokes one says so.
      const isForeseen = this.#foreseen.some((entry) => entry.path.test(path) && text.includes(entry.sign));
      if (!isForeseen) this.#problems.push(`${text} (${path})`);
    });
  }

  /** Requests to this path may be refused with this status, or `broken` on the way. */
  foresee(path: RegExp, status: number | "broken"): void {
    this.#foreseen.push({ path, sign: status === "broken" ? "net::ERR" : `status of ${status}` });
  }

  /** A second tab of the same person. */
  async openTab(path: string): Promise<Page> {
    const page = await this.context.newPage();
    this.watch(page);
    await page.goto(path);
    return page;
  }

  async register(page = this.page): Promise<void> {
    await page.goto("/register");
    await page.getByLabel("Name").fill("Wren Alder");
    await page.getByLabel("E-mail").fill(this.email);
    await page.getByLabel("Password").fill(this.password);
    await page.getByRole("button", { name: "Create the account" }).click();
    await page.getByRole("link", { name: /account of wren/i }).waitFor();
  }

  /** Puts products in the cart from their pages. */
  async fillCart(...products: { id: string }[]): Promise<void> {
    for (const { id } of products) {
      await this.page.goto(`/products/${id}`);
      await this.page.getByRole("button", { name: "Add to cart" }).click();
      await this.page.getByText(/in your cart/).first().waitFor();
    }
  }

  /** From the cart to the order's page. */
  async placeOrder(card: "works" | "declined" = "works"): Promise<string> {
    await this.page.goto("/cart");
    await this.page.getByRole("link", { name: "Check out" }).click();
    await this.page.getByLabel(card === "works" ? /that works/ : /that is declined/).check();
    await this.page.getByRole("button", { name: /^Place order/ }).click();
    return this.orderId();
  }

  /** The id of the order on screen. */
  async orderId(): Promise<string> {
    await this.page.getByTestId("order-number").waitFor();
    return (await this.page.getByTestId("order-number").textContent()) ?? "";
  }

  /** The statuses that the order's timeline shows. */
  statuses(page = this.page): Promise<(string | null)[]> {
    return page.locator("li[data-version]").evaluateAll((items) => items.map((item) => item.getAttribute("data-status")));
  }

  async heading(name: string | RegExp, page = this.page): Promise<void> {
    await page.getByRole("heading", { level: 1, name }).waitFor({ timeout: 60_000 });
  }

  /** Ends the visit; nothing unforeseen may have happened in it. */
  async leave(): Promise<void> {
    await this.context.close();
    expect(this.#problems).toEqual([]);
  }
}
