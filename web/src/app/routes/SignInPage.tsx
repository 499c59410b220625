import { Link, Navigate, useNavigate, useSearchParams } from "react-router";
import { useSession } from "../../api/session.ts";
import { SignInForm } from "../../features/account/SignInForm.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { nextPath } from "../next-path.ts";
import styles from "../pages.module.css";

/** For people with an account. */
export default function SignInPage() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const user = useSession();
  const next = nextPath(search);
  if (user) return <Navigate to={next} replace />;
  return (
    <div className={styles["narrow"]}>
      <div className={styles["intro"]}>
        <PageHeading title="Sign in" />
        {search.has("next") && <p className={styles["quiet"]}>Then you go on where you were. Your cart is kept.</p>}
      </div>
      <SignInForm onDone={() => void navigate(next, { replace: true })} />
      <p>
        New here? <Link to={`/register${toQuery(search)}`}>Create an account</Link>
      </p>
    </div>
  );
}

function toQuery(search: URLSearchParams): string {
  return search.size === 0 ? "" : `?${search.toString()}`;
}
