import { expect, test } from "vitest";
import { product } from "../../testing/samples.ts";
import { attributeRows } from "./attributes.ts";
import { isFrontPage, parseListing, toSearch } from "./listing.ts";

const parse = (search: string) => parseListing(new URLSearchParams(search));

test("a listing survives the way through the address", () => {
  const listing = { category: "dog-beds", q: "oak perch", sort: "-price", page: 3 } as const;
  expect(parse(toSearch(listing))).toEqual(listing);
});

test("what is the default anyway is not in the address", () => {
  expect(toSearch({ category: undefined, q: "", sort: "name", page: 1 })).toBe("");
});

test.each(["page=0", "page=-2", "page=x", "page=1.5", "page=99999999999", "sort=stock", "q=%20%20", "category="])(
  "a mistyped %s falls back to the front page",
  (search) => {
    expect(parse(search)).toEqual({ category: undefined, q: undefined, sort: "name", page: 1 });
    expect(isFrontPage(parse(search))).toBe(true);
  },
);

test("attributes of any kind become rows, with units taken from their names", () => {
  const attributes = {
    weight_g: 1200,
    neck_cm_max: 58,
    size_cm: "7 x 7 x 9",
    pieces: 3,
    materials: ["ash wood", "cotton"],
    machine_washable: false,
    odd: { a: 1 },
  };
  const rows = attributeRows(product({ attributes: attributes as never }));
  expect(rows).toEqual([
    ["Weight", "1.2 kg"],
    ["Neck max", "58 cm"],
    ["Size", "7 x 7 x 9 cm"],
    ["Pieces", "3"],
    ["Materials", "Ash wood, cotton"],
    ["Machine washable", "No"],
    ["Rating", "4.7 of 5"],
    ["Article", "VEL-001"],
  ]);
});
