/** In a table with a partition for each day the query touches the days it asks about, and no other. */
import { expect, test } from "bun:test";
import { composeActivity, composeSearch } from "../../src/warehouse/postgres/statement.ts";
import type { TableFacts } from "../../src/warehouse/postgres/lookback.ts";
import { findSource } from "../../src/warehouse/source.ts";
import { crmConfig, WINDOW } from "../making/reports.ts";
import { historyDdl, sharedServer } from "../making/warehouses.ts";

const DAY_SECONDS = 86_400;

test.each([
  // Both windows of 24 h to 21:00 and the 28 days before them are in 31 days.
  { name: "no baseline", baselineDays: null, partitions: 31 },
  { name: "a baseline within these", baselineDays: 7, partitions: 31 },
  { name: "a baseline of two days long before", baselineDays: 60, partitions: 33 },
])("$name: $partitions of 100", async ({ baselineDays, partitions }) => {
  const database = await (await sharedServer()).createDatabase();
  try {
    const { sql } = database;
    const table = historyDdl("M").split("; ")[0]!.replace("PRIMARY KEY", "NOT NULL");
    await sql.unsafe(`CREATE SCHEMA orchestration; ${table} PARTITION BY RANGE (start_time);
      CREATE INDEX ON orchestration.sync_history (start_time)`);
    await sql.unsafe(`DO $$ BEGIN FOR day IN 0..99 LOOP
      EXECUTE format('CREATE TABLE orchestration.day_%s PARTITION OF orchestration.sync_history FOR VALUES FROM (%L) TO (%L)',
        day, date '2026-07-10' - day, date '2026-07-11' - day);
      END LOOP; END $$`);
    const crm = crmConfig(database.url);
    const search = composeSearch(crm);
    const found = findSource([...(await sql.unsafe<TableFacts[]>(search.text, search.values))], crm, "postgres");
    if (found.kind !== "found") throw new Error("the partitioned table is not found");
    const { text, values } = composeActivity(found.source, found.actions, {
      crm,
      window: WINDOW,
      recent: 0,
      baselineSeconds: baselineDays === null ? null : baselineDays * DAY_SECONDS,
      nowMs: WINDOW.endMs,
    });
    const locked = await sql.begin(async (sql) => {
      await sql.unsafe(text, values);
      return await sql`SELECT relation::regclass::text FROM pg_locks
        WHERE locktype = 'relation' AND pid = pg_backend_pid() AND relation::regclass::text ~ '^orchestration[.]day_[0-9]+$'`;
    });
    expect(locked).toHaveLength(partitions);
  } finally {
    await database.close();
  }
});
