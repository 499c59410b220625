/** Integer minor units and a currency. */
export interface Money {
  amount_minor: number;
  currency: string;
}

const formats = new Map<string, { format: Intl.NumberFormat; digits: number }>();

function formatOf(currency: string) {
  let entry = formats.get(currency);
  if (!entry) {
    const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
    entry = { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 };
    formats.set(currency, entry);
  }
  return entry;
}

/** The one place where an amount becomes text. The decimal point is placed in the digits; no float is computed. */
export function formatMoney({ amount_minor, currency }: Money): string {
  if (!Number.isSafeInteger(amount_minor)) throw new RangeError(`not an amount in minor units: ${amount_minor}`);
  const { format, digits } = formatOf(currency);
  const sign = amount_minor < 0 ? "-" : "";
  const padded = String(Math.abs(amount_minor)).padStart(digits + 1, "0");
  const whole = padded.slice(0, padded.length - digits);
  const decimal = digits === 0 ? whole : `${whole}.${padded.slice(-digits)}`;
  return format.format(`${sign}${decimal}` as Intl.StringNumericLiteral);
}

/** `quantity` times a unit price. */
export function times(price: Money, quantity: number): Money {
  return checked(price.amount_minor * quantity, price.currency);
}

/** The sum of amounts in one currency; `undefined` for none. */
export function sum(amounts: readonly Money[]): Money | undefined {
  const [first, ...rest] = amounts;
  if (!first) return undefined;
  return rest.reduce((total, next) => {
    if (next.currency !== total.currency) throw new RangeError(`cannot add ${next.currency} to ${total.currency}`);
    return checked(total.amount_minor + next.amount_minor, total.currency);
  }, first);
}

function checked(amount_minor: number, currency: string): Money {
  if (!Number.isSafeInteger(amount_minor)) throw new RangeError("amount out of range");
  return { amount_minor, currency };
}
