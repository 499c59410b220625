import { readFile } from "node:fs/promises";
import { join } from "node:path";
import openapi, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, test } from "vitest";

test("schema.ts is what `npm run gen` makes of the committed OpenAPI document", async () => {
  const document = await readFile(join(import.meta.dirname, "../../../functions/openapi.json"), "utf8");
  const made = COMMENT_HEADER + astToString(await openapi(document));
  expect(await readFile(join(import.meta.dirname, "schema.ts"), "utf8")).toBe(made);
});
