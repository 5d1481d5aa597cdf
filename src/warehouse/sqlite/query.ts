/** One CRM's activity from an SQLite file, in one read transaction. Blocks its thread: run it in the worker. */
import { Database } from "bun:sqlite";
import { composeStatement } from "../compose.ts";
import { WarehouseError } from "../failure.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import { readDocument } from "../rows.ts";
import { candidateNames, describeAmbiguity, locateTables, type TableName } from "../tables.ts";
import activitySql from "./activity.sql" with { type: "text" };

const DAY_MS = 86_400_000;

export function querySqlite({ crm, window, recent }: ReadRequest, path: string): ReadResult {
  using database = new Database(path, { readonly: true });
  database.run(`PRAGMA busy_timeout = ${Math.round(crm.lock_timeout)}`);
  database.run("PRAGMA query_only = ON");
  const names = candidateNames(crm);
  const read = database.transaction((): ReadResult => {
    const found = database
      .query<{ name: string }, string[]>(
        `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name IN (${names.map(() => "?").join(", ")})`,
      )
      .all(...names)
      .map(({ name }): TableName => ({ schema: null, name, visible: true }));
    const located = locateTables(found, crm, "sqlite");
    if (located.kind === "ambiguous") throw new WarehouseError(describeAmbiguity(located.presets));
    if (located.kind === "missing") return { ...located, where: path };
    const row = database
      .query<{ document: string }, (string | number | null)[]>(composeStatement(activitySql, located, "sqlite"))
      .get(
        crm.crm_source,
        window.startMs,
        window.endMs,
        JSON.stringify(crm.exclude_rules),
        crm.wrapper_rules === null ? null : JSON.stringify(crm.wrapper_rules),
        JSON.stringify(crm.statuses),
        crm.stale_after / 1000,
        recent,
        formatDay(2 * window.startMs - window.endMs - DAY_MS),
        formatDay(window.endMs + 2 * DAY_MS),
      );
    return readDocument(row?.document ?? "", located.preset, crm);
  });
  return read();
}

function formatDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
