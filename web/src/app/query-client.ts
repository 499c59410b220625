import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../api/problem.ts";

const RETRIES = 2;

/** The cache of everything the server said. Only failures that may pass are tried again, with jitter, twice. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => count < RETRIES && error instanceof ApiError && error.outcomeUnknown,
        retryDelay: (attempt) => 300 * 2 ** attempt * (0.5 + Math.random()),
      },
      mutations: { retry: false },
    },
  });
}
