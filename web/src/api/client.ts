import type { paths } from "./schema.ts";
import type { Problem } from "./model.ts";
import { ApiError } from "./problem.ts";
import { refreshOnce } from "./refresh.ts";
import { noteDemo } from "../shared/lib/demo.ts";

/** No call waits longer than this for its answer. */
const DEADLINE_MS = 15_000;

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = M extends keyof paths[P] ? NonNullable<paths[P][M]> : never;
type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : undefined;
type Success<O> = O extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 | 204 ? Json<R[S]> : never }[keyof R]
  : never;
type Section<O, S extends string> = O extends { parameters: { [K in S]?: infer V } } ? Exclude<V, undefined> : never;
type Given<K extends string, V> = [V] extends [never]
  ? unknown
  : Partial<V> extends V
    ? { [N in K]?: V | undefined }
    : { [N in K]: V };

type Input<O> = {
  signal?: AbortSignal | undefined;
  /** W3C trace context of what the call belongs to. */
  traceparent?: string | undefined;
} & Given<"path", Section<O, "path">> &
  Given<"headers", Section<O, "header">> &
  Given<"query", Section<O, "query">> &
  (O extends { requestBody: { content: { "application/json": infer Body } } } ? { body: Body } : unknown);

interface Untyped {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
  body?: unknown;
  traceparent?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** An answer with its validator; `notModified` only when `If-None-Match` was sent. */
export type Answer<T> =
  | {
      notModified: false;
      body: T;
      etag: string | null;
      /** Where on this origin the browser's own spans are taken, when whoever serves the shop says so. */
      spans: string | null;
    }
  | { notModified: true };

/** Calls an endpoint of the contract; path, query, headers, body and answer are typed by the generated schema. */
export async function call<P extends keyof paths, M extends Method>(
  method: M,
  path: P,
  input: Input<Operation<P, M>>,
): Promise<Success<Operation<P, M>>> {
  const answer = await callForAnswer(method, path, input);
  if (answer.notModified) throw new ApiError(304, "unreadable");
  return answer.body;
}

/** Like {@link call}, for callers that keep the ETag. */
export async function callForAnswer<P extends keyof paths, M extends Method>(
  method: M,
  path: P,
  input: Input<Operation<P, M>>,
): Promise<Answer<Success<Operation<P, M>>>> {
  const request = input as Untyped;
  const sentAt = Date.now();
  let response = await send(method, path, request);
  // 401 on the session endpoints is their own answer; everywhere else the access cookie may just have run out.
  if (response.status === 401 && !path.startsWith("/api/sessions") && (await refreshOnce(sentAt, openRefresh))) {
    response = await send(method, path, request);
  }
  if (response.status === 304) return { notModified: true };
  if (!response.ok) throw await toError(response);
  noteDemo(response.headers.get("velure-demo"));
  const text = response.status === 204 ? "" : await response.text();
  const body = (text === "" ? undefined : parse(text)) as Success<Operation<P, M>>;
  return { notModified: false, body, etag: response.headers.get("etag"), spans: response.headers.get("velure-spans") };
}

async function openRefresh(): Promise<boolean> {
  const response = await send("post", "/api/sessions/refresh", {});
  if (response.ok) return true;
  if (response.status === 401) return false;
  // A refresh that could not be answered says nothing about the session: keep it, fail this call.
  throw await toError(response);
}

async function send(method: Method, path: string, request: Untyped): Promise<Response> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
  const headers: Record<string, string> = { accept: "application/json", ...request.headers };
  if (request.body !== undefined) headers["content-type"] = "application/json";
  if (request.traceparent !== undefined) headers["traceparent"] = request.traceparent;
  try {
    return await fetch(toUrl(path, request), {
      method: method.toUpperCase(),
      headers,
      credentials: "same-origin",
      signal,
      // With a validator of our own the browser's cache must not turn the 304 into a 200.
      ...(headers["If-None-Match"] === undefined ? {} : { cache: "no-store" as const }),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
  } catch (error) {
    if (request.signal?.aborted === true) throw error;
    throw new ApiError(0, deadline.aborted ? "deadline" : "network");
  }
}

function toUrl(template: string, request: Untyped): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(request.path?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (typeof value === "string" || typeof value === "number") query.set(name, String(value));
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ApiError(0, "unreadable");
  }
}

async function toError(response: Response): Promise<ApiError> {
  const wait = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  const retryAfter = Number.isNaN(wait) ? undefined : wait;
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") === true;
  if (!isProblem) return new ApiError(response.status, "unreadable", undefined, retryAfter);
  try {
    const problem = (await response.json()) as Problem;
    return new ApiError(response.status, problem.code, problem, retryAfter);
  } catch {
    return new ApiError(response.status, "unreadable", undefined, retryAfter);
  }
}
