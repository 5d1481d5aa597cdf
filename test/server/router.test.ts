/** The router finds what the library's own finds, however often it is asked. */
import { expect, test } from "bun:test";
import { TrieRouter } from "hono/router/trie-router";
import { createRouter } from "../../src/server/router.ts";

const ROUTES = [
  ["ALL", "/*"],
  ["GET", "/reports"],
  ["POST", "/reports"],
  ["GET", "/reports/latest"],
  ["GET", "/reports/:id"],
  ["GET", "/reports/:id/rule"],
] as const;

function setUp() {
  const [router, trie] = [createRouter<string>(), new TrieRouter<string>()];
  for (const [method, path] of ROUTES) {
    for (const one of [router, trie]) one.add(method, path, `${method} ${path}`);
  }
  return { router, trie };
}

test("the same handlers and parameters, the first time and again", () => {
  const { router, trie } = setUp();
  const paths = ["/", "/reports", "/reports/latest", "/reports/a", "/reports/b", "/reports/a/rule", "/a/b/c", "/é%20"];
  for (const path of [...paths, ...paths]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      expect(router.match(method, path)).toEqual(trie.match(method, path));
    }
  }
});

test("another one's parameters are never told, however many paths there are and however long they are", () => {
  const { router, trie } = setUp();
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < 500; index += 1) {
      const path = `/reports/${index}${"x".repeat(index)}`;
      expect(router.match("GET", path)).toEqual(trie.match("GET", path));
    }
  }
});

test("a route that is added later is found", () => {
  const { router, trie } = setUp();
  router.match("GET", "/reports/a");
  for (const one of [router, trie]) one.add("GET", "/reports/a", "later");
  expect(router.match("GET", "/reports/a")).toEqual(trie.match("GET", "/reports/a"));
});
