import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { call } from "./client.ts";
import type { User } from "./model.ts";
import { hasStatus } from "./problem.ts";
import { forgetSession, rememberSession, sessionHint } from "./session-hint.ts";

/** Who is signed in; `null` for nobody. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }): Promise<User | null> => {
    if (!sessionHint.get()) return null;
    try {
      return await call("get", "/api/me", { signal });
    } catch (error) {
      if (!hasStatus(error, 401)) throw error;
      forgetSession();
      return null;
    }
  },
});

/** The signed-in user, `null` for nobody, `undefined` until it is known. */
export function useSession(): User | null | undefined {
  return useQuery(meQuery).data;
}

/** Keeps what the cache believes about the session true when it ends or begins here or in another tab. */
export function useSessionSync(): void {
  const cache = useQueryClient();
  useEffect(
    () =>
      sessionHint.subscribe(() => {
        if (sessionHint.get()) void cache.invalidateQueries({ queryKey: meQuery.queryKey });
        else dropSession(cache);
      }),
    [cache],
  );
}

/** Opens a session and makes the user known at once. */
export async function signIn(cache: QueryClient, body: { email: string; password: string }): Promise<void> {
  const { user } = await call("post", "/api/sessions", { body });
  begin(cache, user);
}

/** Makes an account, which signs in as well. */
export async function register(
  cache: QueryClient,
  body: { name: string; email: string; password: string },
): Promise<void> {
  begin(cache, await call("post", "/api/users", { body }));
}

/** Ends the session on the server and here. */
export async function signOut(cache: QueryClient): Promise<void> {
  try {
    await call("delete", "/api/sessions/current", {});
  } catch (error) {
    if (!hasStatus(error, 401)) throw error;
  }
  forgetSession();
  dropSession(cache);
}

function begin(cache: QueryClient, user: User): void {
  cache.removeQueries({ queryKey: ["orders"] });
  cache.setQueryData(meQuery.queryKey, user);
  rememberSession();
}

function dropSession(cache: QueryClient): void {
  cache.setQueryData(meQuery.queryKey, null);
  cache.removeQueries({ queryKey: ["orders"] });
}
