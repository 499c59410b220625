import { render, screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { rememberSession } from "../../api/session-hint.ts";
import { routes } from "../../app/router.tsx";
import { FakeEventSource } from "../../testing/event-source.ts";
import { renderRoutes } from "../../testing/render.tsx";
import { order, user } from "../../testing/samples.ts";
import { answer } from "../../testing/server.ts";
import cost from "./order-cost.json";
import { formatCents } from "./order-cost.ts";
import OrderCost from "./OrderCost.tsx";

beforeEach(() => FakeEventSource.install());

test("amounts far below a cent keep two digits that mean something", () => {
  expect(formatCents(79_211_378)).toBe("7.9 ¢");
  expect(formatCents(2_506_926)).toBe("0.25 ¢");
  expect(formatCents(9_097)).toBe("0.00091 ¢");
  expect(formatCents(-2_173)).toBe("\u22120.00022 ¢");
  expect(formatCents(2_506_926, true)).toBe("at least 0.25 ¢");
});

test("the panel names what one more order costs, what it is made of and what that rests on", () => {
  render(<OrderCost />);
  const panel = screen.getByRole("region", { name: "What did this order cost us?" });
  expect(within(panel).getByTestId("order-cost-more").textContent).toBe(formatCents(cost.variants[0]?.one_more ?? 0));
  const rows = within(panel).getAllByRole("row").slice(1);
  expect(rows.map((row) => within(row).getByRole("rowheader").textContent)).toEqual(
    cost.variants[0]?.lines.map((line) => line.purpose),
  );
  // What becomes cheaper has no bar.
  const dearer = cost.variants[0]?.lines.filter((line) => line.amount > 0);
  expect(panel.querySelectorAll("rect")).toHaveLength(dearer?.length ?? 0);
  expect(panel.textContent).toContain("Everything on EKS");
  expect(panel.textContent).toContain("demo mode");
});

test("only an origin in demo mode has the page show it", async () => {
  const placed = order({ status: "COMPLETED", version: 3 });
  rememberSession();
  answer("get", "/api/me", () => user);
  answer("get", "/api/me/orders/{id}", () => placed);
  const first = renderRoutes(routes, `/orders/${placed.id}`);
  await screen.findByTestId("order-number");
  expect(screen.queryByText("What did this order cost us?")).toBeNull();
  first.unmount();

  answer("get", "/api/me/orders/{id}", () => Response.json(placed, { headers: { "velure-demo": "on" } }));
  renderRoutes(routes, `/orders/${placed.id}`);
  expect(await screen.findByText("What did this order cost us?")).toBeTruthy();
});
