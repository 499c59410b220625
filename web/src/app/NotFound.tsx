import { Link } from "react-router";
import { buttonClass } from "../shared/ui/Button.tsx";
import { EmptyState } from "../shared/ui/EmptyState.tsx";
import { PageHeading } from "../shared/ui/PageHeading.tsx";

/** An address with nothing behind it. */
export function NotFound({ what = "There is nothing at this address" }: { what?: string }) {
  return (
    <EmptyState picture="/art/not-found.svg" heading={<PageHeading title="Not found">{what}</PageHeading>}>
      <p>It may have moved, or never been here. The shelf is a good place to look.</p>
      <Link to="/" className={buttonClass()}>
        Back to the shop
      </Link>
    </EmptyState>
  );
}
