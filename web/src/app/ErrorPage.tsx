import { useEffect } from "react";
import { useRouteError } from "react-router";
import { Button } from "../shared/ui/Button.tsx";
import { EmptyState } from "../shared/ui/EmptyState.tsx";
import { PageHeading } from "../shared/ui/PageHeading.tsx";
import styles from "./pages.module.css";

/** What a page shows when its code fails; `inside` when the frame around it still stands. */
export function ErrorPage({ inside = false }: { inside?: boolean }) {
  const error = useRouteError();
  useEffect(() => {
    console.error(error);
  }, [error]);
  const content = (
    <EmptyState
      picture="/art/order-failed.svg"
      heading={<PageHeading title="Something broke">Something broke on this page</PageHeading>}
    >
      <p>It is our mistake, not yours. Your cart is safe.</p>
      <Button onClick={() => location.reload()}>Load the page again</Button>
    </EmptyState>
  );
  return inside ? content : <main className={styles["bare"]}>{content}</main>;
}
