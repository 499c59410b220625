import { expect, test, vi } from "vitest";
import { user } from "../testing/samples.ts";
import { answer, problem, server } from "../testing/server.ts";
import { call, callForAnswer } from "./client.ts";
import { rememberSession, sessionHint } from "./session-hint.ts";
import { http, HttpResponse } from "msw";

const me = () => call("get", "/api/me", {});
const session = { user, expires_at: "2026-05-03T15:00:00Z" };

/** `/api/me` answers 401 until the session was refreshed. */
function expiredSession(refresh: () => Response | typeof session) {
  const counts = { me: 0, refresh: 0 };
  let fresh = false;
  answer("get", "/api/me", () => {
    counts.me += 1;
    return fresh ? user : problem(401, "unauthenticated");
  });
  answer("post", "/api/sessions/refresh", () => {
    counts.refresh += 1;
    const result = refresh();
    fresh = !(result instanceof Response);
    return result;
  });
  return counts;
}

test("a 401 is followed by one refresh and the call again", async () => {
  rememberSession();
  const counts = expiredSession(() => session);
  await expect(me()).resolves.toEqual(user);
  expect(counts).toEqual({ me: 2, refresh: 1 });
});

test("calls that expire together share one refresh", async () => {
  rememberSession();
  const counts = expiredSession(() => session);
  await expect(Promise.all([me(), me(), me(), me()])).resolves.toHaveLength(4);
  expect(counts.refresh).toBe(1);
});

test("a refresh made in another tab after the call was sent is used instead of a second one", async () => {
  rememberSession();
  let calls = 0;
  answer("get", "/api/me", () => {
    calls += 1;
    if (calls > 1) return user;
    localStorage.setItem("velure.session.refreshed_at", String(Date.now() + 1));
    return problem(401, "unauthenticated");
  });
  await expect(me()).resolves.toEqual(user);
});

test("a refused refresh ends the session and the call fails with its own 401", async () => {
  rememberSession();
  const ended = vi.fn();
  const unsubscribe = sessionHint.subscribe(ended);
  const counts = expiredSession(() => problem(401, "unauthenticated"));
  await expect(me()).rejects.toMatchObject({ status: 401, code: "unauthenticated" });
  expect(counts).toEqual({ me: 1, refresh: 1 });
  expect(sessionHint.get()).toBe(false);
  expect(ended).toHaveBeenCalledOnce();
  unsubscribe();
});

test("a refresh that cannot be answered keeps the session", async () => {
  rememberSession();
  expiredSession(() => problem(503, "unavailable", {}, { "retry-after": "2" }));
  await expect(me()).rejects.toMatchObject({ status: 503 });
  expect(sessionHint.get()).toBe(true);
});

test("a visitor without a session causes no refresh", async () => {
  const counts = expiredSession(() => session);
  await expect(me()).rejects.toMatchObject({ status: 401 });
  expect(counts.refresh).toBe(0);
});

test("wrong credentials are an answer, not an expired session", async () => {
  rememberSession();
  answer("post", "/api/sessions", () => problem(401, "invalid_credentials"));
  await expect(call("post", "/api/sessions", { body: { email: "a@b.c", password: "x" } })).rejects.toMatchObject({
    code: "invalid_credentials",
  });
});

test("a problem carries its fields and the wait it asks for", async () => {
  answer("get", "/api/products", () =>
    problem(429, "too_many_requests", { fields: [{ field: "q", code: "x", message: "no" }] }, { "retry-after": "7" }),
  );
  const failure = call("get", "/api/products", {});
  await expect(failure).rejects.toMatchObject({ retryAfter: 7, problem: { fields: [{ field: "q" }] } });
});

test("an answer that is not ours is unreadable, a dead connection is the network", async () => {
  server.use(http.get("/api/products", () => new HttpResponse("<html>", { status: 502 })));
  await expect(call("get", "/api/products", {})).rejects.toMatchObject({ status: 502, code: "unreadable" });
  server.use(http.get("/api/products", () => HttpResponse.error()));
  await expect(call("get", "/api/products", {})).rejects.toMatchObject({ status: 0, code: "network" });
});

test("an answer that does not come ends at the deadline", async () => {
  const expired = AbortSignal.abort();
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(expired);
  answer("get", "/api/products/categories", () => ({ items: [] }));
  await expect(call("get", "/api/products/categories", {})).rejects.toMatchObject({ code: "deadline" });
});

test("parameters go where the contract has them", async () => {
  let asked = "";
  answer("get", "/api/products/{id}", (request) => {
    asked = `${new URL(request.url).pathname} ${request.headers.get("if-none-match") ?? ""}`;
    return new Response(null, { status: 304 });
  });
  const result = await callForAnswer("get", "/api/products/{id}", {
    path: { id: "a/b" },
    headers: { "If-None-Match": '"7"' },
  });
  expect(result).toEqual({ notModified: true });
  expect(asked).toBe('/api/products/a%2Fb "7"');
});
