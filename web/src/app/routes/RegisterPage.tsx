import { Link, Navigate, useNavigate, useSearchParams } from "react-router";
import { useSession } from "../../api/session.ts";
import { RegisterForm } from "../../features/account/RegisterForm.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { nextPath } from "../next-path.ts";
import styles from "../pages.module.css";

/** For people without an account yet. */
export default function RegisterPage() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const user = useSession();
  const next = nextPath(search);
  if (user) return <Navigate to={next} replace />;
  return (
    <div className={styles["narrow"]}>
      <div className={styles["intro"]}>
        <PageHeading title="Create an account" />
        <p className={styles["quiet"]}>You need one to order and to watch your orders.</p>
      </div>
      <RegisterForm onDone={() => void navigate(next, { replace: true })} />
      <p>
        Already have one? <Link to={`/sign-in${search.size === 0 ? "" : `?${search.toString()}`}`}>Sign in</Link>
      </p>
    </div>
  );
}
