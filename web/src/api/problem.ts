import type { Code, Problem } from "./model.ts";

/** The server's code, or why there is none: no connection, no answer in time, or one that is not ours. */
export type FailureCode = Code | "network" | "deadline" | "unreadable";

/** Every way a call can go wrong, as one type the pages can switch on. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** 0 when no answer came back. */
  readonly status: number;
  readonly code: FailureCode;
  readonly problem: Problem | undefined;
  /** Seconds the server asked us to wait. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: FailureCode, problem?: Problem, retryAfter?: number) {
    super(problem?.detail ?? code);
    this.status = status;
    this.code = code;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** True when the request may have had its effect although no answer arrived. */
  get outcomeUnknown(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  /** The message for one input, if the server refused it. */
  field(name: string): string | undefined {
    return this.problem?.fields?.find((entry) => entry.field === name)?.message;
  }
}

/** Narrow an unknown failure to one with this status. */
export function hasStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

/** Narrow an unknown failure to one with this code. */
export function hasCode(error: unknown, code: FailureCode): error is ApiError {
  return error instanceof ApiError && error.code === code;
}

/** A sentence for people about a failure nobody handled more precisely. */
export function describe(error: unknown): string {
  if (!(error instanceof ApiError)) return "Something went wrong on this page.";
  if (error.code === "network") return "We could not reach the shop. Check your connection and try again.";
  if (error.code === "deadline") return "The shop took too long to answer. Try again.";
  if (error.status === 429) {
    const wait = error.retryAfter;
    return wait === undefined
      ? "Too many tries in a short time. Wait a moment and try again."
      : `Too many tries in a short time. Try again in ${wait} ${wait === 1 ? "second" : "seconds"}.`;
  }
  if (error.status >= 500) return "The shop is not able to answer right now. Try again in a moment.";
  return "The shop did not accept that.";
}
