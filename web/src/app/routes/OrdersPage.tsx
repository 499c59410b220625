import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router";
import type { User } from "../../api/model.ts";
import { OrderList } from "../../features/orders/OrderList.tsx";
import { ORDERS_PAGE_SIZE, orderListQuery } from "../../features/orders/queries.ts";
import { useOrderListStream } from "../../features/orders/use-order-list-stream.ts";
import { buttonClass } from "../../shared/ui/Button.tsx";
import { EmptyState } from "../../shared/ui/EmptyState.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { Pagination } from "../../shared/ui/Pagination.tsx";
import { LoadProblem } from "../LoadProblem.tsx";
import { RequireSession } from "../RequireSession.tsx";
import styles from "../pages.module.css";

/** Everything the buyer has ordered, live. */
export default function OrdersPage() {
  return <RequireSession waiting={<Waiting />}>{(user) => <Orders user={user} />}</RequireSession>;
}

function Orders({ user }: { user: User }) {
  const [search] = useSearchParams();
  const page = Math.max(1, Number.parseInt(search.get("page") ?? "1", 10) || 1);
  const answer = useQuery({ ...orderListQuery(page), placeholderData: keepPreviousData });
  useOrderListStream(user.id, answer.data?.events_cursor);

  if (answer.isError && !answer.data) return <LoadProblem error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.data?.total === 0) {
    return (
      <EmptyState picture="/art/empty-cart.svg" heading={<PageHeading title="Orders">No orders yet</PageHeading>}>
        <p>When you place one, you can watch it here.</p>
        <Link to="/" className={buttonClass()}>
          Browse the shelf
        </Link>
      </EmptyState>
    );
  }
  return (
    <Frame>
      <OrderList orders={answer.data?.items} />
      <Pagination
        page={page}
        pages={Math.ceil((answer.data?.total ?? 0) / ORDERS_PAGE_SIZE)}
        to={(number) => (number === 1 ? "/orders" : `/orders?page=${number}`)}
      />
    </Frame>
  );
}

function Waiting() {
  return (
    <Frame>
      <OrderList orders={undefined} />
    </Frame>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <div className={styles["page"]}>
      <PageHeading title="Orders" className={styles["heading"]} />
      {children}
    </div>
  );
}
