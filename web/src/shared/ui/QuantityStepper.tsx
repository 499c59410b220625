import { useState } from "react";
import { Icon } from "./Icon.tsx";
import styles from "./QuantityStepper.module.css";

interface Props {
  /** Names what is counted, for screen readers. */
  label: string;
  value: number;
  min?: number;
  max: number;
  onChange: (value: number) => void;
}

/** A number between two buttons; typing works too, and what is typed is brought into bounds when it is done. */
export function QuantityStepper({ label, value, min = 1, max, onChange }: Props) {
  const [draft, setDraft] = useState<string>();
  const settle = (text: string) => {
    setDraft(undefined);
    const typed = Number.parseInt(text, 10);
    if (!Number.isNaN(typed)) onChange(Math.max(min, Math.min(max, typed)));
  };
  return (
    <div className={styles["stepper"]} role="group" aria-label={label}>
      <button type="button" aria-label="One fewer" disabled={value <= min} onClick={() => onChange(value - 1)}>
        <Icon name="minus" />
      </button>
      <input
        aria-label="Quantity"
        inputMode="numeric"
        pattern="[0-9]*"
        value={draft ?? String(value)}
        onChange={(event) => setDraft(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={(event) => settle(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") settle(event.currentTarget.value);
          if (event.key === "ArrowUp" && value < max) onChange(value + 1);
          if (event.key === "ArrowDown" && value > min) onChange(value - 1);
        }}
      />
      <button type="button" aria-label="One more" disabled={value >= max} onClick={() => onChange(value + 1)}>
        <Icon name="plus" />
      </button>
    </div>
  );
}
