import { defineConfig } from "vitest/config";

// One browser and one shop: files run one after another.
export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/*.e2e.ts"],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    reporters: ["default", "./e2e/results.ts"],
  },
});
