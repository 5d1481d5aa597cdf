/** The API of the compiled binary, fuzzed from its own document: wrong types, huge, unicode. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { serveDemo, type Served } from "../making/api-server.ts";
import { ask, findValues, hostilePass, post } from "../making/asking.ts";
import { addressOf, readContract, type Contract, type Operation } from "../making/contract.ts";
import { draws, isLong } from "../making/draws.ts";
import { killLaunched } from "../making/scheduler.ts";

/** A value that nothing may repeat. */
const MARKER = "zq7marker";
const SECRET = "hunter2-of-the-warehouse";
/** One that refuses the connection, and files that are not there. */
const UNREADABLE = `[crm.away]
url = "postgresql://reader:${SECRET}@127.0.0.1:1/none"
timeout = "2s"
[crm.missing]
url = "sqlite:nowhere.sqlite"
`;

let served: Served;
let contract: Contract;
let values: Record<string, string>;

beforeAll(async () => {
  served = await serveDemo({ kept: [{ made: hostilePass(), origin: "hostile" }], crms: UNREADABLE });
  contract = await readContract(served.base);
  values = await findValues(served.base);
});

afterAll(async () => {
  expect(await served.stop()).toBe(0);
  killLaunched();
});

describe("whatever is asked", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "",
      "0",
      "-1",
      "1e999",
      "NaN",
      "null",
      "true",
      "[]",
      "{}",
      "..",
      "../../etc/passwd",
      "%00",
      "%2e%2e%2f",
      "' OR 1=1 --",
      "<script>alert(1)</script>",
      "${jndi:ldap://x}",
      "\u0000",
      "\ud800",
      "\u202e",
      "constructor",
      "__proto__",
      "9".repeat(400),
      "é漢\u{1f600}",
      "x".repeat(3000),
    ),
    fc.integer().map(String),
    fc.double().map(String),
  );
  const marked = texts.map((text) => `${MARKER}${text}`);

  const leaks = (text: string, headers: Headers): string[] => {
    const all = `${text}\n${[...headers].map(([name, value]) => `${name}: ${value}`).join("\n")}`;
    const found = [MARKER, SECRET, served.directory, "node_modules", ".ts:", "/$bunfs", "    at "];
    return found.filter((sign) => all.includes(sign)).map((sign) => `leaks ${sign}`);
  };

  const drawn = (operation: Operation) =>
    fc.record({
      chosen: fc.record(
        Object.fromEntries(
          operation.parameters.map(({ name, in: where }) => [
            name,
            fc.oneof(
              { weight: 2, arbitrary: fc.constant(values[name] ?? "") },
              { weight: 2, arbitrary: texts },
              { weight: 2, arbitrary: marked },
              ...(where === "query" ? [{ weight: 1, arbitrary: fc.array(texts, { minLength: 2, maxLength: 3 }) }] : []),
            ),
          ]),
        ),
        { requiredKeys: operation.parameters.filter(({ in: where }) => where === "path").map(({ name }) => name) },
      ),
      extra: fc.option(fc.tuple(marked, texts), { freq: 5 }),
      accept: fc.option(fc.constantFrom("application/json", "text/html", "*/*;q=0", "x", "", `${MARKER}/x`), {
        freq: 3,
      }),
      body: fc.oneof(
        fc.json({ maxDepth: 3 }),
        texts,
        marked,
        fc
          .record({
            crms: fc.array(fc.oneof(texts, marked, fc.constant("hubspot"))),
            time_window: fc.oneof(texts, marked),
          })
          .map((one) => JSON.stringify(one)),
        fc.constant("[".repeat(20_000)),
        fc.constant(`{"crms":["${"a".repeat(70_000)}"]}`),
      ),
      type: fc.constantFrom("application/json", "text/plain", "application/x-www-form-urlencoded", ""),
    });

  test("no answer is undeclared, none repeats the input or tells of this machine, and the server lives", async () => {
    let asked = 0;
    const found: string[] = [];
    const codes: Record<number, number> = {};
    for (const operation of contract.operations) {
      await fc.assert(
        fc.asyncProperty(drawn(operation), async ({ chosen, extra, accept, body, type }) => {
          const filled = Object.fromEntries(
            Object.entries(chosen).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
          );
          // A part of the path that is empty or only dots makes another path of it.
          const isOther = operation.parameters.some(
            ({ in: where, name }) => where === "path" && /^\.{0,2}$/.test(String(filled[name] ?? "")),
          );
          if (isOther) return;
          let address = addressOf(served.base, operation, wellFormed(filled));
          if (extra !== null)
            address += `${address.includes("?") ? "&" : "?"}${encodeURIComponent(extra[0].toWellFormed())}=${encodeURIComponent(extra[1].toWellFormed())}`;
          const init = operation.method === "POST" ? post(body, type) : {};
          const headers = {
            ...init.headers,
            ...(accept === null ? {} : { accept }),
          };
          const answer = await ask(address, { ...init, headers });
          asked += 1;
          codes[answer.status] = (codes[answer.status] ?? 0) + 1;
          const problems = [...contract.check({ operation, ...answer }), ...leaks(answer.text, answer.headers)];
          for (const problem of problems)
            found.push(
              `${problem} (${operation.method} ${address.slice(0, 200)} ${operation.method === "POST" ? body.slice(0, 80) : ""})`,
            );
        }),
        draws(30, 600),
      );
    }
    if (isLong) console.log(`${asked} requests, by status: ${JSON.stringify(codes)}`);
    expect([...new Set(found)].slice(0, 10)).toEqual([]);
    expect(asked).toBeGreaterThan(contract.operations.length * 10);
    expect((await ask(`${served.base}/healthz`)).status).toBe(200);
    expect(served.log()).not.toContain("a bug in automation-reports");
    expect(served.log()).not.toContain(SECRET);
  });
});

function wellFormed(chosen: Record<string, string | string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(chosen).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((one) => one.toWellFormed()) : value.toWellFormed(),
    ]),
  );
}
