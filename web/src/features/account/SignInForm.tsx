import { useQueryClient } from "@tanstack/react-query";
import { signIn } from "../../api/session.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Field } from "../../shared/ui/Field.tsx";
import { Notice } from "../../shared/ui/Notice.tsx";
import { credentials } from "./schemas.ts";
import { useForm } from "./use-form.ts";
import styles from "./forms.module.css";

/** E-mail and password of an existing account. */
export function SignInForm({ onDone }: { onDone: () => void }) {
  const cache = useQueryClient();
  const form = useForm(
    credentials,
    async (values) => {
      await signIn(cache, values);
      onDone();
    },
    (error) =>
      error.code === "invalid_credentials" ? "E-mail address or password is not right. Check both." : undefined,
  );
  return (
    <form className={styles["form"]} noValidate onSubmit={form.onSubmit} aria-label="Sign in">
      {form.trouble && (
        <Notice alert>
          <p>{form.trouble}</p>
        </Notice>
      )}
      <Field label="E-mail" name="email" type="email" autoComplete="username" error={form.errors["email"]} />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        error={form.errors["password"]}
      />
      <Button type="submit" busy={form.busy} wide>
        {form.busy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
