/** A store that the first version of the tables holds, as an earlier program left it: read, upgraded once, and gone on with. */
import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "bun:test";
import { openStore } from "../../src/store/open.ts";
import { writeAscii } from "../../src/text/json.ts";
import firstPostgres from "../../src/store/migrations/1.postgres.sql" with { type: "text" };
import firstSqlite from "../../src/store/migrations/1.sqlite.sql" with { type: "text" };
import { alterStore, madePass, newStoreUrl, STORE_KINDS, targetOf, type StoreKind } from "../making/stores.ts";

const SLOT_MS = Date.parse("2026-07-10T21:00:00Z");

/** Two passes of one slot, as a kill between keeping and ending left them, a slot that ended, and one that was left running. */
async function makeOldStore(kind: StoreKind): Promise<string> {
  const url = await newStoreUrl(kind);
  const passes = ["2026-07-10T21:00:01Z", "2026-07-10T21:05:00Z"].map((at) => madePass(["hubspot"], at));
  const inserts = passes.flatMap(({ pass, reports: [report] }) => {
    const { source, report_generated_at: at, window_start: start, window_end: end, status } = report!.metadata;
    return [
      `INSERT INTO automation_reports_passes VALUES ('${pass.pass_id}', 'daily', ${SLOT_MS}, ${Date.parse(pass.started_at)},
        '${writeAscii(pass).replaceAll("'", "''")}')`,
      `INSERT INTO automation_reports_reports VALUES ('${source}-${at}', '${pass.pass_id}', '${source}', 'daily',
        ${Date.parse(at)}, ${Date.parse(start)}, ${Date.parse(end)}, '${status}', '${writeAscii(report).replaceAll("'", "''")}')`,
    ];
  });
  const slots = [
    `INSERT INTO automation_reports_slots VALUES
      ('daily', ${SLOT_MS}, 'made', 'x', 2, 1, 2, NULL, 0, '"late"', '${passes[1]?.pass.pass_id}')`,
    `INSERT INTO automation_reports_slots VALUES ('hourly', ${SLOT_MS}, 'running', 'x', 1, 1, NULL, 0, NULL, NULL, NULL)`,
  ];
  if (kind === "SQLite") {
    const path = url.slice("sqlite:".length);
    mkdirSync(dirname(path), { mode: 0o700 });
    new Database(path).close();
    Bun.spawnSync(["chmod", "600", path]);
  }
  const first = kind === "SQLite" ? firstSqlite : firstPostgres;
  await alterStore(kind, url, [first, ...inserts, ...slots].join(";\n"));
  return url;
}

describe.each(STORE_KINDS)("%s", (kind) => {
  test("all that it held is there, in order, and its slots go on", async () => {
    const url = await makeOldStore(kind);
    const stores = await Promise.all([1, 2, 3].map(async () => await openStore(targetOf(url))));
    const [store] = stores;
    if (store === undefined) throw new Error("no store");
    expect(await store.check()).toEqual([]);
    expect((await store.reports.list({ limit: 9 })).map(({ id }) => id)).toEqual([
      "hubspot-2026-07-10T21:05:00Z",
      "hubspot-2026-07-10T21:00:01Z",
    ]);
    const slots = await store.slots.list({ limit: 9 });
    expect(
      slots.map(({ schedule, state, attempts, note, crashes }) => [schedule, state, attempts, note, crashes]),
    ).toEqual([
      ["daily", "made", 2, "late", 0],
      ["hourly", "running", 1, null, 0],
    ]);
    const key = { schedule: "hourly", slotMs: SLOT_MS };
    expect(await store.slots.claim(key, "b", 60_000)).toEqual({ kind: "claimed", attempt: 2 });
    const made = madePass(["hubspot"], "2026-07-10T22:00:00Z");
    const end = { state: "made", exitCode: 0, note: null } as const;
    expect(await store.slots.end({ ...key, holder: "b", attempt: 2 }, end, made)).toBe(true);
    expect((await store.reports.list({ limit: 9 })).length).toBe(3);
    expect(await store.check()).toEqual([]);
    for (const one of stores) await one[Symbol.asyncDispose]();
  });
});
