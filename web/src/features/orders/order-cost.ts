/** So many of the cost model's units are a cent: it counts in billionths of a dollar. */
const CENT = 10_000_000;

/** An amount of a few cents or less, with two digits that mean something: `7.9 ¢`, `0.25 ¢`, `0.00091 ¢`, `−0.00022 ¢`. */
export function formatCents(billionths: number, atLeast = false): string {
  const cents = billionths / CENT;
  const text = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 2, useGrouping: false }).format(cents);
  return `${atLeast ? "at least " : ""}${text.replace("-", "\u2212")} ¢`;
}

/** A whole number with its thousands apart. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat("en-US").format(count);
}
