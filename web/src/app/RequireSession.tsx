import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Navigate, useLocation } from "react-router";
import { meQuery } from "../api/session.ts";
import type { User } from "../api/model.ts";
import { LoadProblem } from "./LoadProblem.tsx";
import { signInPath } from "./next-path.ts";

interface Props {
  /** Shown until it is known who is there. */
  waiting: ReactNode;
  children: (user: User) => ReactNode;
}

/** Shows its content to a signed-in person; sends everyone else to sign in, and back here afterwards. */
export function RequireSession({ waiting, children }: Props) {
  const me = useQuery(meQuery);
  const { pathname, search } = useLocation();
  if (me.data === null) return <Navigate to={signInPath(pathname + search)} replace />;
  if (me.data !== undefined) return children(me.data);
  if (me.isError) return <LoadProblem error={me.error} onRetry={() => void me.refetch()} />;
  return waiting;
}
