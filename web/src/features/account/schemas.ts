import * as v from "valibot";

// The same bounds as the server's, which also knows which passwords are too common.
const email = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty("Enter your e-mail address."),
  v.email("This does not look like an e-mail address."),
);

/** What signing in takes. */
export const credentials = v.object({
  email,
  password: v.pipe(v.string(), v.nonEmpty("Enter your password.")),
});

/** What registering takes. */
export const registration = v.object({
  name: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty("Enter your name."),
    v.maxLength(100, "Use at most 100 characters."),
  ),
  email,
  password: v.pipe(
    v.string(),
    v.minLength(8, "Use at least 8 characters."),
    v.maxLength(128, "Use at most 128 characters."),
  ),
});
