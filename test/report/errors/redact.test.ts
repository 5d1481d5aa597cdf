import { expect, test } from "bun:test";
import { adviseOnError, maskErrorMessage } from "../../src/report/error-message.ts";

test.each([
  { from: "HTTP 429\n Too   Many\tRequests ", to: "HTTP 429 Too Many Requests" },
  { from: "connect postgres://u:canary@h/d failed", to: "connect postgres://***@h/d failed" },
  { from: "Authorization: Bearer canary-12345", to: "Authorization: ***" },
  { from: "used Bearer canary-12345.", to: "used Bearer ***" },
  { from: '{"api_key": "canary", "x": 1}', to: '{"api_key": ***, "x": 1}' },
  { from: "access_token=canary&y=1", to: "access_token=***&y=1" },
  { from: "jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIx.canary", to: "jwt ***" },
  { from: "no contact canary.person@mail.example.com", to: "no contact ***@***" },
  { from: "Authorization: Token canary9944", to: "Authorization: ***" },
  { from: 'password: "correct horse canary"', to: "password: ***" },
  { from: "pwd=canary", to: "pwd=***" },
  { from: '{"pwd":"canary"}', to: '{"pwd":***}' },
  { from: "password is canary", to: "password is ***" },
  { from: "token pat-na1-canary has no scope", to: "token *** has no scope" },
  { from: "GET /x?key=AIzacanary failed", to: "GET /x?key=*** failed" },
  { from: "Cookie: sessionid=canary", to: "Cookie: ***" },
  { from: "postgres://u:canary@ss@localhost/db", to: "postgres://***@localhost/db" },
  { from: "token expired", to: "token expired" },
  { from: "   ", to: null },
  { from: null, to: null },
])("$from", ({ from, to }) => {
  expect(maskErrorMessage(from)).toBe(to);
});

test("a long message is cut", () => {
  expect(maskErrorMessage("x".repeat(250_000))).toBe(`${"x".repeat(299)}…`);
});

test.each([
  { error: "HTTP 429 Too Many Requests", advice: "lower its request rate or spread its schedule" },
  { error: "401 Unauthorized", advice: "renew its credentials" },
  { error: "Sync stopped by user", advice: "find out who or what stopped it, then start it again" },
  { error: "Cleaned up stale sync", advice: "its worker seems to have died: look at the worker's log and memory" },
  { error: "Read timed out", advice: "make its batches smaller or its time limit longer" },
  { error: "Lost connection to server", advice: "check the network between it and the CRM" },
  { error: 'column "x" does not exist', advice: "bring the warehouse's tables up to date" },
  { error: "null value in column", advice: "correct the records that deals could not store" },
  { error: "something else", advice: "see the log of deals around that time" },
])("$error: $advice", ({ error, advice }) => {
  expect(adviseOnError(error, "deals")).toBe(advice);
});
