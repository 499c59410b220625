import { expect, test } from "vitest";
import { keepUnits } from "./text.ts";

test("a number stays with its unit, other words stay free", () => {
  expect(keepUnits("Alpine Meadow Hay, 2 kg")).toBe("Alpine Meadow Hay, 2\u00a0kg");
  expect(keepUnits("Set of 3 mice")).toBe("Set of 3 mice");
});
