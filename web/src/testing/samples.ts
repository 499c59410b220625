import type { Order, Product, StatusFrame, User } from "../api/model.ts";

const AT = "2026-05-03T14:03:09Z";

/** A user like any other. */
export const user: User = {
  id: "01980000-0000-7000-8000-000000000001",
  name: "Ada Birch",
  email: "ada@example.test",
  role: "shopper",
  created_at: AT,
};

/** A product, changed as the test needs it. */
export function product(changes: Partial<Product> = {}): Product {
  return {
    id: "66a000000000000000000001",
    sku: "VEL-001",
    name: "Rope lead",
    description: "A lead.",
    category: { slug: "walking", name: "Walking" },
    brand: "Tether",
    price: { amount_minor: 3800, currency: "USD" },
    available: 10,
    rating: 47,
    images: [{ url: "/products/vel-001.svg", alt: "A rope lead" }],
    attributes: {},
    created_at: AT,
    updated_at: AT,
    ...changes,
  };
}

/** An order that was just placed, changed as the test needs it. */
export function order(changes: Partial<Order> = {}): Order {
  return {
    id: "01980000-0000-7000-8000-00000000000a",
    status: "CREATED",
    version: 1,
    items: [
      {
        product_id: product().id,
        name: "Rope lead",
        quantity: 2,
        unit_price: { amount_minor: 3800, currency: "USD" },
        line_total: { amount_minor: 7600, currency: "USD" },
      },
    ],
    total: { amount_minor: 7600, currency: "USD" },
    failure: null,
    timeline: [{ version: 1, status: "CREATED", at: AT }],
    created_at: AT,
    updated_at: AT,
    ...changes,
  };
}

/** A frame of the order's stream. */
export function frame(version: number, status: string, changes: Partial<StatusFrame> = {}): StatusFrame {
  return { order_id: order().id, version, status, failure: null, at: AT, ...changes };
}
