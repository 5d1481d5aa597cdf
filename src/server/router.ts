/** Which handlers a request goes through, remembered: almost all that is asked for is asked for again. */
import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/** Of one method and path each. */
const MOST_MATCHES = 200;
const LONGEST_PATH = 200;

/**
 * The router that takes every kind of route. Of those that are faster none takes ours: `/reports/latest` is both a path of its own
 * and one of `/reports/:id`.
 */
export function createRouter<T>(): Router<T> {
  const trie = new TrieRouter<T>();
  const known = new Map<string, Result<T>>();
  return {
    name: "remembering",
    add: (method, path, handler) => {
      known.clear();
      trie.add(method, path, handler);
    },
    match: (method, path) => {
      const key = `${method} ${path}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const found = trie.match(method, path);
      if (path.length > LONGEST_PATH) return found;
      if (known.size >= MOST_MATCHES) known.clear();
      known.set(key, found);
      return found;
    },
  };
}
