import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { rememberSession } from "../../api/session-hint.ts";
import { routes } from "../../app/router.tsx";
import { FakeEventSource } from "../../testing/event-source.ts";
import { renderRoutes } from "../../testing/render.tsx";
import { frame, order, product, user } from "../../testing/samples.ts";
import { answer, problem } from "../../testing/server.ts";

const statuses = () =>
  within(screen.getByRole("list", { name: "Progress" }))
    .getAllByRole("listitem")
    .filter((item) => !item.hasAttribute("data-ahead"))
    .map((item) => item.getAttribute("data-status"));

beforeEach(() => {
  FakeEventSource.install();
  rememberSession();
  answer("get", "/api/me", () => user);
});

async function openOrder(stored = order()) {
  answer("get", "/api/me/orders/{id}", () => HttpResponse.json(stored, { headers: { etag: `"${stored.version}"` } }));
  const view = renderRoutes(routes, `/orders/${stored.id}`);
  await screen.findByRole("list", { name: "Progress" });
  return view;
}

test("statuses move forward as frames arrive, and the page tells them politely", async () => {
  await openOrder();
  expect(FakeEventSource.last.url).toBe(`/api/me/orders/${order().id}/events`);
  act(() => FakeEventSource.last.send("status", frame(2, "PROCESSING"), "2"));
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Your order is in progress");
  act(() => FakeEventSource.last.send("status", frame(3, "COMPLETED"), "3"));
  expect(statuses()).toEqual(["CREATED", "PROCESSING", "COMPLETED"]);
  expect(screen.getAllByRole("status").map((region) => region.textContent)).toContain(
    "Your order is complete. Paid and confirmed.",
  );
  expect(FakeEventSource.live).toBe(0);
});

test("a repeated or older frame changes nothing", async () => {
  await openOrder(
    order({
      status: "PROCESSING",
      version: 2,
      timeline: [...order().timeline, { version: 2, status: "PROCESSING", at: order().created_at }],
    }),
  );
  act(() => FakeEventSource.last.send("status", frame(1, "CREATED"), "1"));
  act(() => FakeEventSource.last.send("status", frame(2, "PROCESSING"), "2"));
  act(() => FakeEventSource.last.send("status", frame(3, "FAILED", { order_id: "another" }), "3"));
  expect(statuses()).toEqual(["CREATED", "PROCESSING"]);
});

test.each([
  ["payment_declined", undefined, "Your bank declined the card."],
  ["insufficient_stock", product().id, "there is not enough of “Rope lead” in stock"],
  ["product_unavailable", product().id, "“Rope lead” is no longer sold"],
  ["timeout", undefined, "took too long"],
  ["internal", undefined, "went wrong on our side"],
])("a failure by %s is explained in words", async (code, productId, words) => {
  await openOrder();
  const failure = { code, message: "raw", ...(productId === undefined ? {} : { product_id: productId }) };
  act(() => FakeEventSource.last.send("status", frame(2, "PROCESSING"), "2"));
  act(() => FakeEventSource.last.send("status", frame(3, "FAILED", { failure }), "3"));
  expect(screen.getByTestId("failure-reason")).toHaveTextContent(words);
});

test("a reset brings the whole order", async () => {
  await openOrder();
  const whole = order({
    status: "COMPLETED",
    version: 3,
    timeline: [1, 2, 3].map((version) => ({
      version,
      status: ["CREATED", "PROCESSING", "COMPLETED"][version - 1] ?? "",
      at: order().created_at,
    })),
  });
  act(() => FakeEventSource.last.send("reset", whole, "3"));
  expect(statuses()).toEqual(["CREATED", "PROCESSING", "COMPLETED"]);
});

test("while the stream is refused the page asks with the ETag it has and still gets to the end", async () => {
  await openOrder();
  const validators: (string | null)[] = [];
  let current = order();
  answer("get", "/api/me/orders/{id}", (request) => {
    const validator = request.headers.get("if-none-match");
    validators.push(validator);
    const etag = `"${current.version}"`;
    if (validator === etag) {
      current = order({ status: "COMPLETED", version: 3 });
      return new HttpResponse(null, { status: 304 });
    }
    return HttpResponse.json(current, { headers: { etag } });
  });
  act(() => FakeEventSource.last.refuse());
  expect(await screen.findByText(/live connection is interrupted/)).toBeInTheDocument();
  await waitFor(() => expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("complete"));
  expect(validators.slice(0, 3)).toEqual([null, '"1"', '"1"']);
});

test("someone else's order is not found", async () => {
  answer("get", "/api/me/orders/{id}", () => problem(404, "not_found"));
  renderRoutes(routes, "/orders/01980000-0000-7000-8000-00000000000f");
  expect(await screen.findByRole("heading", { level: 1 })).toBeInTheDocument();
  expect(await screen.findByText("There is no such order")).toBeInTheDocument();
  expect(FakeEventSource.opened).toHaveLength(0);
});

test("an ended session leads to sign in and back to the order", async () => {
  answer("get", "/api/me", () => problem(401, "unauthenticated"));
  answer("post", "/api/sessions/refresh", () => problem(401, "unauthenticated"));
  const { router } = renderRoutes(routes, "/orders/abc");
  await screen.findByRole("heading", { name: "Sign in" });
  expect(router.state.location.search).toBe("?next=%2Forders%2Fabc");
});
