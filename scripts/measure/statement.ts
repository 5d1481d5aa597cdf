/** What the product itself sends for one CRM and 24 hours, with its parameters written in, so that psql can run it. */
import type postgres from "postgres";
import { loadConfig } from "../../src/config/load.ts";
import { findTables } from "../../src/warehouse/postgres/catalog.ts";
import { computeBounds } from "../../src/warehouse/bounds.ts";
import { beginSnapshot } from "../../src/warehouse/postgres/snapshot.ts";
import { composeActivity, type Parameter } from "../../src/warehouse/postgres/statement.ts";
import { findSource } from "../../src/warehouse/source.ts";
import { END, type Warehouse } from "./kept-warehouse.ts";

const DAY_MS = 86_400_000;

/** `begin` opens the transaction and sets it up; the caller ends it. `count`: of the rows in the range that `query` scans. */
export type Reading = { begin: string; query: string; count: string };

export async function writeReading({ sql }: Warehouse, config: string, name: string): Promise<Reading> {
  const crm = (await loadConfig(config, {})).crms.find((candidate) => candidate.name === name);
  if (crm === undefined) throw new Error(`${name} is not configured in ${config}`);
  const tables = await findTables(
    async <T extends object>(text: string, values?: Parameter[]) => [...(await sql.unsafe<T[]>(text, values))],
    crm,
  );
  const found = findSource(tables, crm, "postgres");
  if (found.kind !== "found") throw new Error("the bench's own tables are not found");
  const endMs = Date.parse(END);
  const asked = { window: { startMs: endMs - DAY_MS, endMs }, baselineSeconds: null, nowMs: Date.now() };
  const { text, values } = composeActivity(found.source, found.actions, { crm, recent: 0, hours: false, ...asked });
  const query = text.replace(/\$(\d+)/g, (_, number) => quoteLiteral(values[Number(number) - 1] ?? null));
  const count = `SELECT count(*) FROM orchestration.sync_history WHERE crm_source = ${quoteLiteral(crm.crmSource)}
    AND start_time >= to_timestamp(${computeBounds(asked).scanFromMs / 1000}) AND start_time < '${END}'`;
  return { begin: beginSnapshot(crm), query, count };
}

function quoteLiteral(value: postgres.ParameterOrJSON<never>): string {
  if (value === null) return "NULL";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return `'${text.replaceAll("'", "''")}'`;
}
