import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** Writes how many tests passed, failed and were skipped to the file that `VELURE_E2E_RESULTS` names. */
export default class Results implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const file = process.env["VELURE_E2E_RESULTS"];
    if (file === undefined) return;
    // A file that could not even be loaded, or an error outside of every test, is a failure too.
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      if (tests.length === 0 && module.state() === "failed") counts.failed += 1;
      for (const test of tests) {
        const { state } = test.result();
        if (state === "pending") counts.failed += 1;
        else counts[state] += 1;
      }
    }
    writeFileSync(file, JSON.stringify(counts));
  }
}
