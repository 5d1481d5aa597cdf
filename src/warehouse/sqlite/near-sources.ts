/** A CRM's name in other letters beside its own runs, where looking for it costs little. */
import type { Database } from "bun:sqlite";
import { computeBounds } from "../bounds.ts";
import type { ReadRequest } from "../request.ts";
import { writeStarts, type Source } from "../source.ts";
import { fillPlaceholders, numberParameters } from "../template.ts";
import { listOffsets, writeInstantMs, writeRange, type Spellings } from "./instants.ts";
import nearSourcesSql from "./near-sources.sql" with { type: "text" };
import { writeBareSource } from "../vocabulary.ts";
import { hasIndex, isSmall } from "./open.ts";
import type { SqliteValue } from "./statement.ts";

/** From name to name along an index. What has more names has other things in the column than CRMs. */
const HOPS = `  SELECT (SELECT crm_source FROM starts WHERE crm_source > '' ORDER BY crm_source LIMIT 1), 1
  UNION ALL
  SELECT (SELECT crm_source FROM starts WHERE crm_source > s.source ORDER BY crm_source LIMIT 1), nth + 1
  FROM sources s WHERE s.source IS NOT NULL AND nth < 500`;
const ALL = "  SELECT DISTINCT crm_source, 1 FROM starts";

/** With an empty one where runs have no name. None where no index begins with the name and the table is not small. `table`: that of the runs. */
export function readNearSources(
  database: Database,
  source: Source,
  table: string,
  request: ReadRequest,
  spellings: Spellings,
): string[] {
  const { actionsTable, columns, dialect } = source;
  const leads = hasIndex(database, table, [columns.source]);
  if (!leads && !isSmall(database, actionsTable)) return [];
  const { fromMs, toMs } = computeBounds(request);
  const reading = { offsets: listOffsets(request.crm.timezone, fromMs, toMs), spellings };
  const statement = fillPlaceholders(nearSourcesSql, {
    starts: writeStarts(source),
    bare_source: writeBareSource(dialect, "source"),
    bare_crm: writeBareSource(dialect, ":crm"),
    sources: leads ? HOPS : ALL,
    range: writeRange("crm_source = source AND ", "started_at", [fromMs, toMs], reading.spellings),
    nameless_range: writeRange("", "started_at", [fromMs, toMs], reading.spellings),
    start_ms: writeInstantMs("started_at", reading),
  });
  const parameters = { crm: request.crm.crmSource, from: fromMs, to: toMs };
  const { text, values } = numberParameters<SqliteValue>(statement, parameters, dialect);
  return database
    .query<{ source: string }, SqliteValue[]>(text)
    .all(...values)
    .map(({ source }) => source);
}
