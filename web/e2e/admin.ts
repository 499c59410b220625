import { randomUUID } from "node:crypto";
import type { components } from "../src/api/schema.ts";
import { account, ORIGIN } from "./stack.ts";

type Product = components["schemas"]["Product"];
type ProductBody = components["schemas"]["ProductBody"];

/** The shop's keeper, by the HTTP API: makes products for one test, changes prices and stock. */
export class Admin {
  readonly #cookie: string;

  private constructor(cookie: string) {
    this.#cookie = cookie;
  }

  static async signIn(): Promise<Admin> {
    const response = await fetch(`${ORIGIN}/api/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-velure-csrf": "1" },
      body: JSON.stringify(account("admin")),
    });
    if (!response.ok) throw new Error(`the admin cannot sign in: ${response.status} ${await response.text()}`);
    return new Admin(
      response.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0])
        .join("; "),
    );
  }

  /** A product of its own for a test, so that tests do not share stock. Its name holds a word nothing else has. */
  async createProduct(available: number, amountMinor = 2450): Promise<Product & { word: string }> {
    const page = await this.#send<{ items: Product[] }>("GET", "/api/products?page_size=1");
    const model = page.items[0];
    if (!model) throw new Error("the catalogue is empty");
    const word = `q${randomUUID().slice(0, 8)}`;
    const body: ProductBody = {
      sku: `E2E-${word.toUpperCase()}`,
      name: `Test blanket ${word}`,
      description: "A blanket that one test made for itself.",
      category: model.category,
      brand: model.brand,
      price: { amount_minor: amountMinor, currency: "USD" },
      available,
      rating: 40,
      images: model.images,
      attributes: {},
    };
    return { ...(await this.#send<Product>("POST", "/api/products", body)), word };
  }

  async setPrice(id: string, amountMinor: number): Promise<void> {
    const current = await this.#answer("GET", `/api/products/${id}`);
    const product = (await current.json()) as Product;
    const body: ProductBody = {
      sku: product.sku,
      name: product.name,
      description: product.description,
      category: product.category,
      brand: product.brand,
      price: { amount_minor: amountMinor, currency: "USD" },
      rating: product.rating,
      images: product.images,
      attributes: product.attributes,
    };
    await this.#answer("PUT", `/api/products/${id}`, body, { "if-match": current.headers.get("etag") ?? "" });
  }

  async changeStock(id: string, delta: number): Promise<void> {
    await this.#send("PATCH", `/api/products/${id}/inventory`, { delta, operation_id: randomUUID() });
  }

  async deleteProduct(id: string): Promise<void> {
    await this.#answer("DELETE", `/api/products/${id}`);
  }

  async #send<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await (await this.#answer(method, path, body)).json()) as T;
  }

  async #answer(method: string, path: string, body?: unknown, extra: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(`${ORIGIN}${path}`, {
      method,
      headers: {
        cookie: this.#cookie,
        "x-velure-csrf": "1",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...extra,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
