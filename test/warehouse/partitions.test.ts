/** In a table with a partition for each day the query touches the days it asks about, and no other. */
import { expect, test } from "bun:test";
import { composeActivity, type Parameter } from "../../src/warehouse/postgres/statement.ts";
import { computeBounds } from "../../src/warehouse/bounds.ts";
import { findTables } from "../../src/warehouse/postgres/catalog.ts";
import { countExcessLocks } from "../../src/warehouse/postgres/parts.ts";
import { findSource } from "../../src/warehouse/source.ts";
import { crmConfig, WINDOW } from "../making/reports.ts";
import { historyDdl, sharedServer } from "../making/warehouses.ts";

const DAY_SECONDS = 86_400;

type Asked = { windowDays?: number; baselineDays?: number | null };

/** What a report on 121 daily partitions with an index each holds locked, by name, and the excess that is foretold. */
async function lock({
  windowDays = 1,
  baselineDays = null,
}: Asked): Promise<{ locked: string[]; excess: number | null }> {
  const database = await (await sharedServer()).createDatabase();
  try {
    const { sql } = database;
    const table = historyDdl("M").split("; ")[0]!.replace("PRIMARY KEY", "NOT NULL");
    await sql.unsafe(`CREATE SCHEMA orchestration; ${table} PARTITION BY RANGE (start_time);
      CREATE INDEX ON orchestration.sync_history (start_time)`);
    await sql.unsafe(`DO $$ BEGIN FOR day IN -20..100 LOOP
      EXECUTE format('CREATE TABLE orchestration.%I PARTITION OF orchestration.sync_history FOR VALUES FROM (%L) TO (%L)',
        'day_' || day, date '2026-07-10' - day, date '2026-07-11' - day);
      END LOOP; END $$`);
    const crm = crmConfig(database.url);
    const ask = async <T extends object>(text: string, values?: Parameter[]) => [
      ...(await sql.unsafe<T[]>(text, values)),
    ];
    const found = findSource(await findTables(ask, crm), crm, "postgres");
    if (found.kind !== "found" || found.actions.parts === null) throw new Error("the partitioned table is not found");
    const request = {
      crm,
      window: { startMs: WINDOW.endMs - windowDays * DAY_SECONDS * 1000, endMs: WINDOW.endMs },
      recent: 0,
      baselineSeconds: baselineDays === null ? null : baselineDays * DAY_SECONDS,
      nowMs: WINDOW.endMs,
    };
    const { text, values } = composeActivity(found.source, found.actions, request);
    const locked = await sql.begin(async (sql) => {
      await sql.unsafe(text, values);
      return await sql<{ name: string }[]>`SELECT relation::regclass::text AS name FROM pg_locks
        WHERE locktype = 'relation' AND pid = pg_backend_pid() AND relation::regclass::text LIKE 'orchestration.%'`;
    });
    return {
      locked: locked.map(({ name }) => name),
      excess: countExcessLocks(found.actions.parts, computeBounds(request)),
    };
  } finally {
    await database.close();
  }
}

/** Both windows of 24 h to 10 July 21:00 and the day before them are in 4 partitions; 12 with an index each are 24 locks. */
test.each([
  { name: "no baseline", baselineDays: null, partitions: 12 },
  { name: "a baseline within the look-back", baselineDays: 7, partitions: 10 },
  { name: "a baseline long before", baselineDays: 60, partitions: 12 },
])("$name: $partitions of 121, and 32 locks at most", async ({ baselineDays, partitions }) => {
  const { locked, excess } = await lock({ baselineDays });
  expect(locked.filter((name) => /day_-?[0-9]+"?$/.test(name))).toHaveLength(partitions);
  expect(locked.length).toBeLessThanOrEqual(32);
  expect(excess).toBeNull();
});

/** 15 days before 10 July 21:00 are in 16 partitions. Each has an index, which the planner locks too, and there is the parent. */
test("windows of a week need more locks than 32: no partition but their own is read, and the number is foretold", async () => {
  const { locked, excess } = await lock({ windowDays: 7 });
  expect(locked.filter((name) => name.startsWith("orchestration.day_"))).toHaveLength(32);
  expect(excess).toBe(33);
});
