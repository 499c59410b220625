import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { sessionHint } from "../../api/session-hint.ts";
import { renderInApp } from "../../testing/render.tsx";
import { user } from "../../testing/samples.ts";
import { answer, problem } from "../../testing/server.ts";
import { RegisterForm } from "./RegisterForm.tsx";
import { SignInForm } from "./SignInForm.tsx";

const session = () => HttpResponse.json({ user, expires_at: "2026-05-03T15:00:00Z" }, { status: 201 });

test("signing in remembers the session and goes on", async () => {
  answer("post", "/api/sessions", session);
  const done = vi.fn();
  renderInApp(<SignInForm onDone={done} />);
  await userEvent.type(screen.getByLabelText("E-mail"), " ada@example.test ");
  await userEvent.type(screen.getByLabelText("Password"), "correct horse{Enter}");
  await waitFor(() => expect(done).toHaveBeenCalledOnce());
  expect(sessionHint.get()).toBe(true);
});

test("wrong credentials are said once, for the whole form", async () => {
  answer("post", "/api/sessions", () => problem(401, "invalid_credentials"));
  renderInApp(<SignInForm onDone={vi.fn()} />);
  await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.test");
  await userEvent.type(screen.getByLabelText("Password"), "wrong one{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("not right");
  expect(sessionHint.get()).toBe(false);
});

test("what is missing stands beside its input, tied to it, and the first one has the focus", async () => {
  renderInApp(<RegisterForm onDone={vi.fn()} />);
  await userEvent.type(screen.getByLabelText("Name"), "Ada");
  await userEvent.click(screen.getByRole("button"));
  const email = screen.getByLabelText("E-mail");
  expect(email).toHaveFocus();
  expect(email).toHaveAccessibleDescription("Enter your e-mail address.");
  expect(email).toBeInvalid();
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(/8 characters or more.*at least 8/);
  expect(screen.getByLabelText("Name")).toBeValid();
});

test("fields the server refuses are shown like our own", async () => {
  answer("post", "/api/users", () =>
    problem(422, "validation_failed", {
      fields: [{ field: "password", code: "too_common", message: "is one of the most used passwords" }],
    }),
  );
  renderInApp(<RegisterForm onDone={vi.fn()} />);
  await userEvent.type(screen.getByLabelText("Name"), "Ada");
  await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.test");
  await userEvent.type(screen.getByLabelText("Password"), "password123{Enter}");
  const password = screen.getByLabelText("Password");
  await waitFor(() => expect(password).toHaveFocus());
  expect(password).toHaveAccessibleDescription(/Is one of the most used passwords\./);
});

test("a taken address belongs to the address", async () => {
  answer("post", "/api/users", () => problem(409, "email_taken"));
  renderInApp(<RegisterForm onDone={vi.fn()} />);
  await userEvent.type(screen.getByLabelText("Name"), "Ada");
  await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.test");
  await userEvent.type(screen.getByLabelText("Password"), "correct horse{Enter}");
  expect(await screen.findByText(/already an account/)).toBeInTheDocument();
  expect(screen.getByLabelText("E-mail")).toHaveFocus();
});
