import { useRef, useState, type SubmitEvent } from "react";
import { flushSync } from "react-dom";
import * as v from "valibot";
import { ApiError, describe } from "../../api/problem.ts";

type Shape = v.ObjectSchema<v.ObjectEntries, undefined>;
type Values<S extends Shape> = v.InferOutput<S>;
type Errors = Partial<Record<string, string>>;

interface Form {
  /** One message for each input at fault. */
  errors: Errors;
  /** What went wrong with the whole. */
  trouble: string | undefined;
  busy: boolean;
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
}

/**
 * A form whose values are parsed here first and by the server in the end; what either refuses stands beside its input,
 * and the first such input gets the focus. `explain` names what only this form knows about a problem.
 */
export function useForm<S extends Shape>(
  schema: S,
  submit: (values: Values<S>) => Promise<void>,
  explain: (error: ApiError) => { field: string; message: string } | string | undefined,
): Form {
  const underway = useRef(false);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Errors>({});
  const [trouble, setTrouble] = useState<string>();

  const refuse = (form: HTMLFormElement, next: Errors) => {
    // The inputs must be marked before the first of them can be found.
    flushSync(() => setErrors(next));
    form.querySelector<HTMLInputElement>("[aria-invalid]")?.focus();
  };

  const fail = (form: HTMLFormElement, error: unknown) => {
    if (!(error instanceof ApiError)) {
      setTrouble(describe(error));
      return;
    }
    const own = explain(error);
    if (typeof own === "string") setTrouble(own);
    else if (own) refuse(form, { [own.field]: own.message });
    else {
      const fields = (error.problem?.fields ?? []).filter((entry) => entry.field in schema.entries);
      if (fields.length > 0) refuse(form, Object.fromEntries(fields.map((it) => [it.field, sentence(it.message)])));
      else setTrouble(describe(error));
    }
  };

  const run = async (form: HTMLFormElement) => {
    const parsed = v.safeParse(schema, Object.fromEntries(new FormData(form)));
    setTrouble(undefined);
    if (!parsed.success) {
      const flat = v.flatten<Shape>(parsed.issues).nested ?? {};
      refuse(form, Object.fromEntries(Object.entries(flat).map(([field, messages]) => [field, messages?.[0] ?? ""])));
      return;
    }
    setErrors({});
    underway.current = true;
    setBusy(true);
    try {
      await submit(parsed.output);
    } catch (error) {
      fail(form, error);
    } finally {
      underway.current = false;
      setBusy(false);
    }
  };

  return {
    errors,
    trouble,
    busy,
    onSubmit(event) {
      event.preventDefault();
      if (!underway.current) void run(event.currentTarget);
    },
  };
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
