import styles from "./PaymentChoice.module.css";

const METHODS = [
  { token: "pm_card_visa", label: "Test card that works", note: "Visa ending in 4242" },
  { token: "pm_card_chargeDeclined", label: "Test card that is declined", note: "The bank says no" },
] as const;

/** A token of the payment provider; the app never sees a card number. */
export type PaymentMethod = (typeof METHODS)[number]["token"];

interface Props {
  value: PaymentMethod;
  onChange: (method: PaymentMethod) => void;
}

/** Which card pays. */
export function PaymentChoice({ value, onChange }: Props) {
  return (
    <fieldset className={styles["methods"]}>
      <legend>Payment</legend>
      {METHODS.map(({ token, label, note }) => (
        <label key={token} className={styles["method"]}>
          <input
            type="radio"
            name="payment_method"
            value={token}
            checked={value === token}
            onChange={() => onChange(token)}
          />
          <span>
            {label}
            <span className={styles["note"]}>{note}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
