import type { Product } from "../../api/model.ts";

/** What a product page lists: the attributes in the catalogue's order, then rating and article number. */
export function attributeRows(product: Product): [label: string, value: string][] {
  const own = Object.entries(product.attributes as Record<string, unknown>).flatMap(([key, value]) => {
    const text = toText(value);
    return text === undefined ? [] : [[...labelled(key, text)] as [string, string]];
  });
  return [...own, ["Rating", `${tenths(product.rating)} of 5`], ["Article", product.sku]];
}

// Keys such as weight_g say their unit in their last word.
const UNITS: Record<string, string> = {
  g: "g",
  kg: "kg",
  mm: "mm",
  cm: "cm",
  m: "m",
  ml: "ml",
  l: "l",
  w: "W",
  months: "months",
  weeks: "weeks",
  years: "years",
  percent: "%",
};

function labelled(key: string, text: string): [string, string] {
  const words = key.split("_");
  const unit = words.length > 1 ? UNITS[words.at(-1) ?? ""] : undefined;
  const label = (unit === undefined ? words : words.slice(0, -1)).join(" ");
  return [label.charAt(0).toUpperCase() + label.slice(1), unit === undefined ? text : `${text} ${unit}`];
}

function toText(value: unknown): string | undefined {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "string") return value === "" ? undefined : value.charAt(0).toUpperCase() + value.slice(1);
  if (typeof value === "number") return value.toLocaleString("en-US");
  if (Array.isArray(value)) return toText(value.filter((entry) => typeof entry === "string").join(", "));
  return undefined;
}

/** Ratings travel as tenths. */
function tenths(value: number): string {
  return `${Math.trunc(value / 10)}.${value % 10}`;
}
