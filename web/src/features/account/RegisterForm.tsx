import { useQueryClient } from "@tanstack/react-query";
import { register } from "../../api/session.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Field } from "../../shared/ui/Field.tsx";
import { Notice } from "../../shared/ui/Notice.tsx";
import { registration } from "./schemas.ts";
import { useForm } from "./use-form.ts";
import styles from "./forms.module.css";

/** A new account. */
export function RegisterForm({ onDone }: { onDone: () => void }) {
  const cache = useQueryClient();
  const form = useForm(
    registration,
    async (values) => {
      await register(cache, values);
      onDone();
    },
    (error) =>
      error.code === "email_taken"
        ? { field: "email", message: "There is already an account with this address. Sign in instead." }
        : undefined,
  );
  return (
    <form className={styles["form"]} noValidate onSubmit={form.onSubmit} aria-label="Create an account">
      {form.trouble && (
        <Notice alert>
          <p>{form.trouble}</p>
        </Notice>
      )}
      <Field label="Name" name="name" autoComplete="name" error={form.errors["name"]} />
      <Field label="E-mail" name="email" type="email" autoComplete="email" error={form.errors["email"]} />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="8 characters or more. A few words in a row are good."
        error={form.errors["password"]}
      />
      <Button type="submit" busy={form.busy} wide>
        {form.busy ? "Creating the account…" : "Create the account"}
      </Button>
    </form>
  );
}
