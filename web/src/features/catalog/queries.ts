import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { PAGE_SIZE, type Listing } from "./listing.ts";

/** One page of a listing. The previous page stays on screen while the next one loads. */
export const listingQuery = (listing: Listing) =>
  queryOptions({
    queryKey: ["products", "list", listing],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      call("get", "/api/products", {
        signal,
        query: {
          page: listing.page,
          page_size: PAGE_SIZE,
          sort: listing.sort,
          ...(listing.category === undefined ? {} : { category: listing.category }),
          ...(listing.q === undefined ? {} : { q: listing.q }),
        },
      }),
  });

/** The aisles of the shop with their counts. */
export const categoriesQuery = queryOptions({
  queryKey: ["products", "categories"],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }) => (await call("get", "/api/products/categories", { signal })).items,
});
