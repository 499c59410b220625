import { http, HttpResponse, type DefaultBodyType, type StrictRequest } from "msw";
import { setupServer } from "msw/node";
import type { Code, Problem } from "../api/model.ts";
import type { paths } from "../api/schema.ts";

/** The server of the unit tests; knows nothing until a test says so. */
export const server = setupServer();

type Method = "get" | "post" | "put" | "delete";
type Operation<P extends keyof paths, M extends Method> = M extends keyof paths[P] ? NonNullable<paths[P][M]> : never;
type Answer<O> = O extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 ? (R[S] extends { content: { "application/json": infer B } } ? B : never) : never }[keyof R]
  : never;

/** Answers an endpoint of the contract; what it answers is typed by the generated schema. */
export function answer<P extends keyof paths, M extends Method>(
  method: M,
  path: P,
  respond: (request: StrictRequest<DefaultBodyType>) => Answer<Operation<P, M>> | Response | Promise<Response>,
): void {
  const pattern = path.replace(/\{(\w+)\}/g, ":$1");
  server.use(
    http[method](pattern, async ({ request }) => {
      const result = await respond(request);
      return result instanceof Response ? result : HttpResponse.json(result as DefaultBodyType);
    }),
  );
}

/** A problem answer. */
export function problem(
  status: number,
  code: Code,
  extra: Partial<Problem> & Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Response {
  const body: Problem = {
    type: `urn:velure:problem:${code}`,
    title: code,
    status,
    code,
    detail: code,
    request_id: "r-1",
    ...extra,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}
