/** A warehouse of hourly runs over the last days, a store for its memory, and what the memory must come to. */
import { join } from "node:path";
import { expect } from "bun:test";
import { listCells, listStarts, type Past } from "../../src/report/memory/cells.ts";
import type { RunRow } from "../../src/report/rules/run-row.ts";
import { openStore } from "../../src/store/open.ts";
import { directoryWith } from "./cli.ts";
import { countPast } from "./past.ts";
import type { TestDatabase } from "./postgres-server.ts";
import { targetOf } from "./stores.ts";
import { historyDdl, sharedServer } from "./warehouses.ts";

const RULES = ["contacts", "deals"];

/** Each rule runs every hour at so many minutes past it for so many days up to now; every 13th run fails. */
export async function makeHourly(days: number): Promise<TestDatabase> {
  const database = await (await sharedServer()).createDatabase();
  await database.sql.unsafe(`CREATE SCHEMA orchestration; ${historyDdl("M")}`);
  await database.sql
    .unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status,
      records_processed, records_created, records_updated, records_failed, error_message, configuration, performance_metrics, created_at)
    SELECT 'hubspot', rule, t, t + make_interval(secs => 30 + n % 50 + n % 7 * 600), CASE WHEN n % 13 = 0 THEN 'failed' ELSE 'success' END,
      n % 90, 0, 0, 0, CASE WHEN n % 13 = 0 THEN 'HTTP 429 for customer 4711' END, '{}', '{}', t
    FROM unnest(ARRAY['${RULES.join("', '")}']) WITH ORDINALITY AS rules (rule, place),
      LATERAL (SELECT n, date_trunc('hour', now()) - make_interval(hours => n, mins => 10 * place::int) AS t
        FROM generate_series(0, ${days * 24 - 1}) AS n) AS runs`);
  await database.sql.unsafe("ANALYZE orchestration.sync_history");
  return database;
}

/** A directory with a configuration for that warehouse; the store is `memory.sqlite` in it, or at that URL. */
export function configureHourly(warehouse: string, store: string | null = null, more = ""): string {
  const kept = store === null ? 'path = "memory.sqlite"' : `url = "${store}"`;
  return directoryWith(`[store]\n${kept}\n[crm.hubspot]\nurl = "${warehouse}"\npreset = "sync-history"\n${more}`);
}

/** The memory of hubspot, as plain values. */
export async function readMemory(cwd: string, store: string | null = null): Promise<Past> {
  await using opened = await openStore(targetOf(store ?? `sqlite:${join(cwd, "memory.sqlite")}`), "look");
  const { past } = (await opened.memory.read(["hubspot"], 0)).get("hubspot")!;
  return past;
}

/** Every hour that is known holds what the rows say, and each run once. Returns how many hours are known. */
export async function expectAsRows(past: Past, { sql }: TestDatabase): Promise<number> {
  const rows = await sql<{ rule: string; run: RunRow }[]>`
    SELECT sync_type AS rule, json_build_object('id', id::text, 'status', status, 'records', records_processed, 'error', NULL,
      'startedMs', (extract(epoch FROM start_time) * 1000)::bigint, 'endedMs', (extract(epoch FROM end_time) * 1000)::bigint) AS run
    FROM orchestration.sync_history`;
  const rules = [...Map.groupBy(rows, ({ rule }) => rule)].map(([rule, own]) => ({
    rule,
    runs: own.map(({ run }) => run),
  }));
  expect(cellsOf(past)).toEqual(cellsOf(countPast(rules, past.covered)));
  return past.covered.reduce((sum, [from, to]) => sum + to - from, 0);
}

function cellsOf({ rules }: Past) {
  return rules
    .map((rule) => ({ rule: rule.rule, cells: listCells(rule), starts: listStarts(rule) }))
    .filter(({ cells, starts }) => cells.length + starts.length > 0)
    .toSorted((a, b) => (a.rule < b.rule ? -1 : 1));
}
