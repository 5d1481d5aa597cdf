/** The threads that read SQLite: one is kept for the next question, and none that was given up, failed or is busy answers another. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { askSqlite } from "../../src/warehouse/sqlite/ask.ts";
import type { SettledRequest } from "../../src/warehouse/request.ts";
import { crmConfig, WINDOW } from "../making/reports.ts";
import { listEngines, run } from "../making/warehouses.ts";

const engine = listEngines().find(({ name }) => name === "sqlite, sync-history")!;

/** A warehouse with so many runs in the window, and how to ask for them. */
async function makeAsker(runs: number, viewOf?: string) {
  const { url } = await engine.make(
    Array.from({ length: runs }, (_, index) =>
      run({ start: `2026-07-10T1${index}:00:00Z`, end: `2026-07-10T1${index}:00:09Z` }),
    ),
    [],
  );
  const request: SettledRequest = {
    crm: crmConfig(url),
    window: WINDOW,
    recent: 0,
    baselineSeconds: null,
    nowMs: WINDOW.endMs,
    pastKnownFromMs: null,
  };
  const path = url.slice("sqlite:".length);
  if (viewOf !== undefined) {
    using database = new Database(path);
    database.run("ALTER TABLE sync_history RENAME TO kept");
    database.run(`CREATE VIEW sync_history AS SELECT * FROM kept WHERE ${viewOf}`);
  }
  return async (signal = new AbortController().signal, at = path) => {
    const answer = await askSqlite("read", { request, path: at }, signal);
    return answer.kind === "read" ? answer.rules[0]?.runs.length : answer.kind;
  };
}

test("what is given up ends its thread, and the next question is answered", async () => {
  const ask = await makeAsker(3);
  const controller = new AbortController();
  const given = ask(controller.signal).catch((error: Error) => error.message);
  controller.abort();
  expect(await given).toBe("given up");
  expect(await ask()).toBe(3);
});

test("what is given up before it is asked is not waited for", async () => {
  const ask = await makeAsker(3);
  expect(await ask(AbortSignal.abort()).catch((error: Error) => error.message)).toBe("given up");
  expect(await ask()).toBe(3);
});

test("a file that cannot be read fails its question alone", async () => {
  const ask = await makeAsker(3);
  const failed = await ask(undefined, "/nowhere/at/all.sqlite").catch((error: Error) => error.message);
  expect(failed).toContain("/nowhere/at/all.sqlite");
  expect(await ask()).toBe(3);
});

test("questions that are asked at once, and those after them, each get their own answer", async () => {
  const askers = await Promise.all([1, 2, 3, 4].map(async (runs) => await makeAsker(runs)));
  for (const _ of [1, 2]) expect(await Promise.all(askers.map(async (ask) => await ask()))).toEqual([1, 2, 3, 4]);
});

test("of one file two queries at most go on after they were given up; when one has ended, it is asked again", async () => {
  const counting =
    "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 200000) SELECT max(v) FROM n";
  const ask = await makeAsker(1, `(${counting}) > 0`);
  const giveUp = async () => {
    const controller = new AbortController();
    const given = ask(controller.signal).catch((error: Error) => error.message);
    controller.abort();
    return await given;
  };
  expect([await giveUp(), await giveUp()]).toEqual(["given up", "given up"]);
  expect(await ask().catch((error: Error) => error.message)).toStartWith(
    "its last queries, given up after timeout, still go on",
  );
  const other = await makeAsker(3);
  expect(await other()).toBe(3);
  for (;;) {
    const answer = await ask().catch((error: Error) => error.message);
    if (answer === 1) break;
    expect(answer).toStartWith("its last queries");
    await Bun.sleep(10);
  }
});
