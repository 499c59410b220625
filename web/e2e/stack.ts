import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** What the tests use of the description of a running stack. */
interface Description {
  /** A command line that takes an action and the name of a process. */
  control: string[];
  /** Lines of e-mail address and password: a shopper and an admin. */
  accounts: string[];
}

interface Account {
  email: string;
  password: string;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: run these tests with \`make test\``);
  return value;
}

const description = JSON.parse(readFileSync(required("VELURE_E2E_STACK"), "utf8")) as Description;

/** The shop's origin. */
export const ORIGIN = required("VELURE_E2E_URL").replace(/\/$/, "");

/** `lambda` when the functions run under `cargo lambda watch`: then only the main path is tested. */
export const MAIN_PATH_ONLY = process.env["VELURE_E2E_SHELL"] === "lambda";

/** The demo account whose address begins with `name`. */
export function account(name: "demo" | "admin"): Account {
  const line = description.accounts.find((entry) => entry.startsWith(`${name}@`));
  const [email, password] = line?.split(/\s+/) ?? [];
  if (email === undefined || password === undefined) throw new Error(`the stack has no ${name} account`);
  return { email, password };
}

/** Stops or starts the stream gateway and waits until that is done. */
export async function gateway(action: "kill" | "start"): Promise<void> {
  const [program, ...leading] = description.control;
  if (program === undefined) throw new Error("the stack cannot be controlled");
  await promisify(execFile)(program, [...leading, action, "sse-gateway"], { timeout: 45_000 });
}
