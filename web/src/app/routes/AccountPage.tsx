import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";
import type { User } from "../../api/model.ts";
import { describe } from "../../api/problem.ts";
import { signOut } from "../../api/session.ts";
import { formatDay } from "../../shared/lib/time.ts";
import { Button, buttonClass } from "../../shared/ui/Button.tsx";
import { Notice } from "../../shared/ui/Notice.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import { Skeleton } from "../../shared/ui/Skeleton.tsx";
import { RequireSession } from "../RequireSession.tsx";
import styles from "../pages.module.css";

/** Who is signed in, and the way out. */
export default function AccountPage() {
  return <RequireSession waiting={<Waiting />}>{(user) => <Account user={user} />}</RequireSession>;
}

function Account({ user }: { user: User }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: () => signOut(cache),
    onSuccess: () => navigate("/", { replace: true }),
  });
  return (
    <div className={styles["narrow"]}>
      <PageHeading title="Account">Hello, {user.name}</PageHeading>
      {leave.isError && (
        <Notice alert title="You are still signed in">
          <p>{describe(leave.error)}</p>
        </Notice>
      )}
      <dl className={styles["facts"]}>
        <dt>E-mail</dt>
        <dd>{user.email}</dd>
        <dt>With us since</dt>
        <dd>{formatDay(user.created_at)}</dd>
      </dl>
      <div className={styles["actions"]}>
        <Link to="/orders" className={buttonClass()}>
          Your orders
        </Link>
        <Button kind="secondary" busy={leave.isPending} onClick={() => leave.mutate()}>
          Sign out
        </Button>
      </div>
    </div>
  );
}

function Waiting() {
  return (
    <div className={styles["narrow"]} aria-busy="true">
      <PageHeading title="Account" />
      <Skeleton shape="block" />
    </div>
  );
}
