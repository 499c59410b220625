import type { components } from "./schema.ts";

type Schemas = components["schemas"];

/** Integer minor units and a currency. */
export type Money = Schemas["MoneyBody"];
/** A sellable thing in the catalogue. */
export type Product = Schemas["Product"];
/** One page of the catalogue. */
export type ProductPage = Schemas["ProductPage"];
/** A category with the number of its products. */
export type CategoryCount = Schemas["CategoryCount"];
/** The signed-in person. */
export type User = Schemas["User"];
/** A placed purchase. */
export type Order = Schemas["Order"];
/** One page of the buyer's orders. */
export type OrderPage = Schemas["OrderPage"];
/** Why an order failed. */
export type OrderFailure = Schemas["Failure"];
/** The data of a `status` frame on an order stream. */
export type StatusFrame = Schemas["StatusFrame"];
/** A line that cannot be ordered, as the `product_unavailable` problem names it. */
export type LineFault = Schemas["LineFault"];
/** The closed list of what can go wrong. */
export type Code = Schemas["Code"];
/** The body of every error answer. */
export type Problem = Schemas["Problem"];
/** What is sent to place an order. */
export type PlaceOrder = Schemas["PlaceOrderBody"];
