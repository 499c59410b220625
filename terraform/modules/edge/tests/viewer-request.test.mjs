// `node --test terraform/modules/edge/tests/viewer-request.test.mjs`: the function as CloudFront runs it, a script that
// leaves `handler` behind.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

const source = readFileSync(new URL("../viewer-request.js", import.meta.url), "utf8");
const { handler } = runInContext(`${source}; ({ handler })`, createContext({}));

const ask = (uri) => handler({ version: "1.0", request: { method: "GET", uri, querystring: {}, headers: {}, cookies: {} } });

test("pages of the application are index.html", () => {
  for (const uri of ["/", "/cart", "/products/66b1f0c2a1b2c3d4e5f60718", "/orders/", "/no-such-page", "/internals", "/api"]) {
    assert.equal(ask(uri).uri, "/index.html", uri);
  }
});

test("files keep their name, so that a missing one is missing", () => {
  for (const uri of ["/favicon.svg", "/products/vlr-aqu-001.svg", "/robots.txt", "/assets/index-1a2b3c.js", "/assets/no-extension"]) {
    assert.equal(ask(uri).uri, uri);
  }
});

test("no page stands in for what a program looks for", () => {
  for (const uri of ["/.well-known/openid-configuration", "/.well-known/security.txt"]) assert.equal(ask(uri).uri, uri);
});

test("internal endpoints do not exist here, and nobody keeps that answer", () => {
  for (const uri of ["/internal", "/internal/", "/internal/quotes", "/internal/reservations/1/commit"]) {
    const answer = ask(uri);
    assert.equal(answer.statusCode, 404, uri);
    assert.equal(answer.headers["cache-control"].value, "no-store");
    assert.equal(answer.uri, undefined);
  }
});

test("nothing but the path is changed", () => {
  const request = { method: "HEAD", uri: "/cart", querystring: { a: { value: "1" } }, headers: { host: { value: "shop.example" } }, cookies: {} };
  assert.deepEqual(handler({ request: { ...request } }), { ...request, uri: "/index.html" });
});

test("it is small enough and uses nothing that CloudFront's runtime lacks", () => {
  assert.ok(Buffer.byteLength(source) < 10 * 1024, "10 KB at most");
  assert.doesNotMatch(source, /\b(require|import|fetch|setTimeout|eval|process)\b/);
});
