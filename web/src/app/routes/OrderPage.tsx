import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";
import type { Order } from "../../api/model.ts";
import { addToCart, MAX_QUANTITY } from "../../features/cart/store.ts";
import { OrderView } from "../../features/orders/OrderView.tsx";
import { orderQuery } from "../../features/orders/queries.ts";
import { useOrderStream } from "../../features/orders/use-order-stream.ts";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { Skeleton } from "../../shared/ui/Skeleton.tsx";
import { LoadProblem } from "../LoadProblem.tsx";
import { NotFound } from "../NotFound.tsx";
import { RequireSession } from "../RequireSession.tsx";
import styles from "../pages.module.css";

/** One order, live until it has ended. */
export default function OrderPage() {
  const { id = "" } = useParams();
  return <RequireSession waiting={<Waiting />}>{() => <OrderForBuyer key={id} id={id} />}</RequireSession>;
}

function OrderForBuyer({ id }: { id: string }) {
  const navigate = useNavigate();
  const answer = useQuery(orderQuery(id));
  const order = answer.data;
  const connection = useOrderStream(id, order !== undefined && order !== null);

  if (order === null) return <NotFound what="There is no such order" />;
  if (order) {
    return (
      <OrderView
        order={order}
        connection={connection}
        onOrderAgain={(again: Order) => {
          // The cart page asks for today's stock and says where it is not enough.
          for (const item of again.items) addToCart(item.product_id, item.quantity, MAX_QUANTITY);
          void navigate("/cart");
        }}
      />
    );
  }
  if (answer.isError) return <LoadProblem error={answer.error} onRetry={() => void answer.refetch()} />;
  return <Waiting />;
}

function Waiting() {
  return (
    <div className={styles["page"]} aria-busy="true">
      <PageHeading title="Order" className={styles["heading"]}>
        Your order
      </PageHeading>
      <Skeleton shape="block" />
      <Skeleton shape="block" />
    </div>
  );
}
