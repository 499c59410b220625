import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import type { Product } from "../../api/model.ts";
import { productQuery } from "../../api/products.ts";
import { addToCart } from "../../features/cart/store.ts";
import { CategoryIndex } from "../../features/catalog/CategoryIndex.tsx";
import { Hero } from "../../features/catalog/Hero.tsx";
import { isFrontPage, PAGE_SIZE, parseListing, toSearch, type Listing } from "../../features/catalog/listing.ts";
import { categoriesQuery, listingQuery } from "../../features/catalog/queries.ts";
import { Shelf } from "../../features/catalog/Shelf.tsx";
import { SortSelect } from "../../features/catalog/SortSelect.tsx";
import { buttonClass } from "../../shared/ui/Button.tsx";
import { EmptyState } from "../../shared/ui/EmptyState.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { Pagination } from "../../shared/ui/Pagination.tsx";
import { LoadProblem } from "../LoadProblem.tsx";
import styles from "../pages.module.css";

const preloadProductPage = () => import("./ProductPage.tsx");

/** The front page and every listing: what is shown is in the address. */
export function ShelfPage() {
  const [search] = useSearchParams();
  const listing = parseListing(search);
  const categories = useQuery(categoriesQuery).data;
  if (isFrontPage(listing)) {
    return (
      <>
        <Hero />
        <section className={styles["aisles"]}>
          <h2>What would you like to look at?</h2>
          <CategoryIndex kind="display" categories={categories} />
        </section>
        <section id="shelf" className={styles["shelf"]} aria-labelledby="shelf-heading">
          <div className={styles["listingHeader"]}>
            <h2 id="shelf-heading" className={styles["shelfHeading"]}>
              The whole shelf
            </h2>
          </div>
          <Results listing={listing} eagerRow={false} />
        </section>
      </>
    );
  }
  const category = categories?.find((entry) => entry.slug === listing.category);
  const title = listing.q ? `“${listing.q}”` : (category?.name ?? (listing.category ? nameOf(listing.category) : "The whole shelf"));
  return (
    <div className={styles["listing"]}>
      <div className={styles["listingHeader"]}>
        <PageHeading key={listing.category ?? ""} title={title} className={styles["heading"]} />
        <CategoryIndex kind="strip" categories={categories} current={listing.category} />
      </div>
      <Results listing={listing} eagerRow />
    </div>
  );
}

function Results({ listing, eagerRow }: { listing: Listing; eagerRow: boolean }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const answer = useQuery(listingQuery(listing));
  const [added, setAdded] = useState("");
  const total = answer.data?.total;
  const pages = Math.ceil((total ?? 0) / PAGE_SIZE);

  const add = (product: Product) => {
    const count = addToCart(product.id, 1, product.available);
    setAdded(`${product.name}: ${count} in the cart.`);
  };
  const prepare = (id: string) => {
    void preloadProductPage();
    // A failed guess costs nothing: the product page asks again.
    cache.query(productQuery(id)).catch(() => undefined);
  };

  if (answer.isError) return <LoadProblem error={answer.error} onRetry={() => void answer.refetch()} />;
  return (
    <>
      <div className={styles["tools"]}>
        <p role="status" className={styles["count"]}>
          {total === undefined || answer.isPlaceholderData ? "Looking…" : counted(total, listing)}
        </p>
        <SortSelect
          value={listing.sort}
          onChange={(sort) =>
            void navigate(`/${toSearch({ ...listing, sort, page: 1 })}`, { preventScrollReset: true })
          }
        />
      </div>
      {answer.data?.items.length === 0 ? (
        <EmptyState picture="/art/no-results.svg" heading={<h2>Nothing here by that name</h2>}>
          <p>Try fewer letters, or another word for the same thing.</p>
          <Link to="/" className={buttonClass("secondary")}>
            See the whole shelf
          </Link>
        </EmptyState>
      ) : (
        <Shelf
          products={answer.data?.items}
          outdated={answer.isPlaceholderData}
          eagerRow={eagerRow}
          onAdd={add}
          onIntent={prepare}
        />
      )}
      <p role="status" className="visually-hidden">
        {added}
      </p>
      <Pagination page={listing.page} pages={pages} to={(page) => `/${toSearch({ ...listing, page })}`} />
    </>
  );
}

/** What a category is called until its name has arrived: nearly always the same. */
function nameOf(slug: string): string {
  const words = slug.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function counted(total: number, listing: Listing): string {
  const things = `${total} ${total === 1 ? "product" : "products"}`;
  return listing.page > 1 ? `${things}, page ${listing.page}` : things;
}
