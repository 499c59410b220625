import { describe } from "../api/problem.ts";
import { Button } from "../shared/ui/Button.tsx";
import { Notice } from "../shared/ui/Notice.tsx";
import styles from "./pages.module.css";

/** A part of a page that could not be loaded, with the way to try again. */
export function LoadProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div className={styles["problem"]}>
      <Notice alert title="This did not load">
        <p>{describe(error)}</p>
        <p>
          <Button kind="secondary" onClick={onRetry}>
            Try again
          </Button>
        </p>
      </Notice>
    </div>
  );
}
