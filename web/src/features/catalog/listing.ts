/** What a listing shows; lives in the address, so that it can be shared and gone back to. */
export interface Listing {
  category: string | undefined;
  q: string | undefined;
  sort: Sort;
  page: number;
}

/** The orders of the shelf, in the contract's words. */
export const SORTS = ["name", "price", "-price", "-rating"] as const;
export type Sort = (typeof SORTS)[number];

export const SORT_LABELS: Record<Sort, string> = {
  name: "Name, A to Z",
  price: "Price, low to high",
  "-price": "Price, high to low",
  "-rating": "Best rated",
};

/** Divides by two, three and four columns. */
export const PAGE_SIZE = 12;

/** Reads a listing from the address; anything a person mistyped falls back to the default instead of to an error. */
export function parseListing(search: URLSearchParams): Listing {
  const sort = search.get("sort");
  const page = Number(search.get("page") ?? "1");
  return {
    category: search.get("category")?.trim() || undefined,
    q: search.get("q")?.trim().slice(0, 100) || undefined,
    sort: SORTS.find((known) => known === sort) ?? "name",
    page: Number.isSafeInteger(page) && page >= 1 && page <= 1000 ? page : 1,
  };
}

/** The address of a listing, without what is the default anyway. */
export function toSearch(listing: Partial<Listing>): string {
  const search = new URLSearchParams();
  if (listing.category) search.set("category", listing.category);
  if (listing.q) search.set("q", listing.q);
  if (listing.sort && listing.sort !== "name") search.set("sort", listing.sort);
  if (listing.page && listing.page > 1) search.set("page", String(listing.page));
  return search.size === 0 ? "" : `?${search.toString()}`;
}

/** True for the shop's front page: nothing chosen yet. */
export function isFrontPage(listing: Listing): boolean {
  return listing.category === undefined && listing.q === undefined && listing.page === 1;
}
