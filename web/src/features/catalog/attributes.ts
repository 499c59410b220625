import type { Product } from "../../api/model.ts";

/** What a product page lists: the attributes in the catalogue's order, then rating and article number. */
export function attributeRows(product: Product): [label: string, value: string][] {
  const own = Object.entries(product.attributes as Record<string, unknown>).flatMap(([key, value]) => {
    const row = toRow(key, value);
    return row ? [row] : [];
  });
  return [...own, ["Rating", `${tenths(product.rating)} of 5`], ["Article", product.sku]];
}

// Keys such as weight_g and neck_cm_max say the unit of their number.
const UNITS: Record<string, string> = {
  g: "g",
  kg: "kg",
  mm: "mm",
  cm: "cm",
  m: "m",
  ml: "ml",
  litres: "l",
  months: "months",
  percent: "%",
};
/** A thousand of the one is one of the other. */
const LARGER: Record<string, string> = { g: "kg", ml: "l", mm: "m" };

function toRow(key: string, value: unknown): [label: string, value: string] | undefined {
  const words = key.split("_");
  const at = words.findLastIndex((word, index) => index > 0 && word in UNITS);
  const unit = at < 0 ? undefined : UNITS[words[at] ?? ""];
  const text = typeof value === "number" ? withUnit(value, unit) : toText(value);
  if (text === undefined) return undefined;
  const label = words.filter((_, index) => index !== at).join(" ");
  return [capital(label), typeof value === "number" || unit === undefined ? text : `${text} ${unit}`];
}

function withUnit(value: number, unit: string | undefined): string {
  if (unit === undefined) return value.toLocaleString("en-US");
  const larger = value >= 1000 ? LARGER[unit] : undefined;
  return `${(larger === undefined ? value : value / 1000).toLocaleString("en-US")} ${larger ?? unit}`;
}

function toText(value: unknown): string | undefined {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "string") return value === "" ? undefined : capital(value);
  if (Array.isArray(value)) return toText(value.filter((entry) => typeof entry === "string").join(", "));
  return undefined;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Ratings travel as tenths. */
function tenths(value: number): string {
  return `${Math.trunc(value / 10)}.${value % 10}`;
}
