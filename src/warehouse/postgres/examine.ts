/** Everything `check` wants to know of a PostgreSQL warehouse, in one read-only snapshot; what it cannot ask stays null. */
import type {
  FoundTables,
  Hidden,
  IndexFacts,
  PlanDocument,
  RowFacts,
  SettingFacts,
  TableFacts,
  WarehouseFacts,
} from "../facts.ts";
import type { PostgresTarget } from "../../database/target.ts";
import { describeReadFailure } from "../failure-words.ts";
import { maskName } from "../../report/errors/redact.ts";
import { maskRules } from "../spelling.ts";
import { withoutRow } from "../../database/transaction.ts";
import { computeBounds, LOOKBACK_MS } from "../bounds.ts";
import { SMALL_TABLE_ROWS } from "../past.ts";
import type { ReadRequest } from "../request.ts";
import { WEEK_MS } from "../../time/units.ts";
import { PRESETS } from "../presets.ts";
import { findSource, listSchemas, type Found } from "../source.ts";
import { candidateNames, quoteTable, wantedNames } from "../tables.ts";
import { fillPlaceholders, numberParameters } from "../template.ts";
import columnsSql from "./examine/columns.sql" with { type: "text" };
import indexesSql from "./examine/indexes.sql" with { type: "text" };
import namesSql from "./examine/names.sql" with { type: "text" };
import rowsSql from "./examine/rows.sql" with { type: "text" };
import scaleSql from "./examine/scale.sql" with { type: "text" };
import serverSql from "./examine/server.sql" with { type: "text" };
import tablesSql from "./examine/tables.sql" with { type: "text" };
import { findTables } from "./catalog.ts";
import type { TableFacts as CatalogFacts } from "./lookback.ts";
import { countExcessLocks } from "./parts.ts";
import { inSnapshot } from "./patience.ts";
import type { Connection } from "../../database/connection.ts";
import { describeTypes } from "./locate.ts";
import { describeIncompleteTable, listOthers } from "./others.ts";
import { findAssumedZone, readStarts } from "./read.ts";
import { askForRefusals, attempt } from "./refusals.ts";
import { PLAIN_SPELLING, type Spelling } from "../spelling.ts";
import { findUnused, listNamedSettings, MOST_NAMED_RUNS, type RowNames } from "../unused-settings.ts";
import { writeWord } from "../vocabulary.ts";
import { composeActivity, writeInstant, type Parameter } from "./statement.ts";

const ROUND_TRIPS = 5;
const NO_SETTINGS: SettingFacts = { unused: [], newest: null };

type ServerRow = {
  version: string;
  version_number: number;
  standby: boolean;
  replay_seconds: number | null;
  clock_ms: number;
  role: string;
  superuser: boolean;
};

type Rights = {
  oid: string;
  schema: string;
  name: string;
  stored: boolean;
  readable: boolean;
  writes: string[];
  kind: string;
  /** The planner's; null where the table was never analysed. */
  estimate: number | null;
  pages: number;
  bytes: number;
  behind: string[];
  policies: TableFacts["policies"];
  readers: string[];
  hidden: boolean;
  shows_all: boolean;
  analyzed_ms: number | null;
  modified_share: number | null;
};

type TableRow = CatalogFacts & Rights;

type FoundTable = Pick<Extract<Found<TableRow>, { kind: "found" }>, "source" | "actions">;

/** `analyze`: run the report's query, to see what its plan really does. Throws what `inSnapshot` throws. */
export async function examinePostgres(
  request: ReadRequest,
  target: PostgresTarget,
  analyze: boolean,
  signal: AbortSignal,
): Promise<WarehouseFacts> {
  return await inSnapshot(
    target,
    request.crm,
    signal,
    async (connection, openMs) => await examine({ request, target, analyze, connection, openMs }),
  );
}

type Examination = {
  request: ReadRequest;
  target: PostgresTarget;
  analyze: boolean;
  connection: Connection;
  openMs: number;
};

async function examine({ request, target, analyze, connection, openMs }: Examination): Promise<WarehouseFacts> {
  const { crm } = request;
  const roundTripMs = await measureRoundTrip(connection);
  const asked = Date.now();
  const [server] = await connection.ask<ServerRow>(serverSql);
  if (server === undefined) throw withoutRow();
  const rows = await readTables(connection, crm);
  const found = await askForRefusals(connection, target, findSource(rows, crm, "postgres"), crm);
  const actions = found.kind === "found" ? found.actions : null;
  const readable = found.kind === "found" && found.actions.readable ? found : null;
  const problem = readable === null ? null : describeTypes(readable);
  const parts = readable?.actions.parts ?? null;
  const indexes = readable === null ? [] : await readIndexes(connection, readable.actions);
  const spelling =
    readable === null || problem !== null
      ? null
      : await attempt(connection, async () => await readStarts(connection, readable.source, request));
  const read = found.kind === "found" ? [found.actions.oid, found.rules?.oid] : [];
  return {
    kind: "postgres",
    openMs,
    roundTripMs,
    version: server.version,
    versionNumber: server.version_number,
    standby: server.standby ? { replaySeconds: server.replay_seconds } : null,
    tls: { ...connection.protection, needed: !isLocal(connection.host.host) },
    clockDifferenceMs: server.clock_ms - (asked + roundTripMs / 2),
    assumedZone:
      found.kind === "found"
        ? await findAssumedZone(connection, found, crm.timezone, spelling ?? PLAIN_SPELLING)
        : null,
    role: { name: server.role, superuser: server.superuser },
    statistics:
      actions?.stored === true ? { analyzedMs: actions.analyzed_ms, modifiedShare: actions.modified_share } : null,
    indexes,
    excessLocks: parts === null ? null : countExcessLocks(parts, computeBounds(request)),
    plan:
      readable === null
        ? { document: null, problem: null }
        : problem === null
          ? await explain(connection, request, readable, target, analyze)
          : { document: null, problem },
    tables: await describeTables(connection, found, rows, crm),
    copies: rows.filter((row) => !read.includes(row.oid) && wantedNames(crm).includes(row.name)).map(describeTable),
    rows:
      readable === null || problem !== null ? null : await readRows(connection, request, readable, indexes, spelling),
    settings:
      problem !== null
        ? NO_SETTINGS
        : readable === null
          ? null
          : await readSettings(connection, request, readable, indexes),
  };
}

/** What the report's search finds, with what else `check` looks at. */
async function readTables(connection: Connection, crm: ReadRequest["crm"]): Promise<TableRow[]> {
  const catalog = await findTables(connection.ask, crm);
  const tables = await ask<Rights>(connection, tablesSql, { names: candidateNames(crm) });
  return tables.flatMap((table) => {
    const facts = catalog.find(({ schema, name }) => schema === table.schema && name === table.name);
    return facts === undefined ? [] : [{ ...facts, ...table }];
  });
}

async function measureRoundTrip(connection: Connection): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < ROUND_TRIPS; index += 1) {
    const started = performance.now();
    await connection.ask("SELECT 1");
    times.push(performance.now() - started);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)] ?? 0;
}

async function describeTables(
  connection: Connection,
  found: Found<TableRow>,
  rows: TableRow[],
  crm: ReadRequest["crm"],
): Promise<WarehouseFacts["tables"]> {
  if (found.kind === "missing") {
    return { ...found, schemas: listSchemas(rows, crm, "postgres"), others: await listOthers(connection) };
  }
  if (found.kind === "ambiguous") return { kind: "problem", problem: found.problem };
  if (found.kind === "incomplete") {
    const { preset, incomplete } = found;
    const table = await describeIncompleteTable(connection, incomplete);
    return { kind: "incomplete", preset, table, missing: incomplete.missing };
  }
  const { source, actions, rules } = found;
  return {
    kind: "found",
    found: {
      preset: source.preset,
      shape: PRESETS[source.preset].isHistory && actions.stored ? await readShape(connection, actions) : null,
      actions: describeTable(actions),
      rules: rules === null ? null : describeTable(rules),
      ...(source.rulesProblem === null ? {} : { rulesProblem: source.rulesProblem }),
      columns: source.columns,
    },
  };
}

async function readShape(connection: Connection, { oid }: TableRow): Promise<FoundTables["shape"]> {
  const [id] = await ask<{ identity: boolean; type: string; serial: boolean }>(connection, columnsSql, {
    table_oid: oid,
  });
  if (id?.identity === true && id.type === "bigint") return "M";
  return id?.serial === true && id.type === "integer" ? "H" : "other";
}

async function readIndexes(connection: Connection, { oid }: TableRow): Promise<IndexFacts[]> {
  type Row = Omit<IndexFacts, "keyColumns"> & { key_columns: number };
  const rows = await ask<Row>(connection, indexesSql, { table_oid: oid });
  return rows.map(({ key_columns: keyColumns, ...index }) => ({ ...index, keyColumns }));
}

async function readRows(
  connection: Connection,
  { crm, nowMs }: ReadRequest,
  { source, actions }: FoundTable,
  indexes: IndexFacts[],
  spelling: Spelling | null,
): Promise<RowFacts | null> {
  if (!isQuick(actions, indexes, [[source.columns.start]])) return null;
  const statement = fillPlaceholders(rowsSql, { actions: source.actions });
  const week = { now: writeInstant(nowMs), week_ago: writeInstant(nowMs - WEEK_MS) };
  const { source: ofCrm, start } = source.columns;
  const isRecentOnly = !isQuick(actions, indexes, [[ofCrm, start]]);
  const newestFrom = isRecentOnly ? writeInstant(nowMs - LOOKBACK_MS) : "0001-01-01T00:00:00Z";
  const parameters = { ...week, newest_from: newestFrom, crm: crm.crmSource };
  type Row = { oldest_ms: number | null; newest_ms: number | null; sources: string[]; nameless: number };
  const [row] = (await attempt(connection, async () => await ask<Row>(connection, statement, parameters))) ?? [];
  if (row === undefined) return null;
  const scale = PRESETS[source.preset].isHistory ? await readScale(connection, source.actionsTable, week) : null;
  return {
    oldestMs: row.oldest_ms,
    newestMs: row.newest_ms,
    isRecentOnly,
    sources: row.sources.map(maskName),
    nameless: row.nameless,
    scale,
    unreadable: maskRules(spelling?.unreadable ?? []),
  };
}

/** Whether an index that begins with one of these lists of columns is there, or the table is small. */
function isQuick({ rows }: TableRow, indexes: IndexFacts[], beginnings: string[][]): boolean {
  if (rows !== null && rows <= SMALL_TABLE_ROWS) return true;
  return indexes.some(
    ({ valid, partial, columns }) =>
      valid && !partial && beginnings.some((beginning) => beginning.every((name, index) => columns[index] === name)),
  );
}

async function readSettings(
  connection: Connection,
  { crm, nowMs }: ReadRequest,
  { source, actions }: FoundTable,
  indexes: IndexFacts[],
): Promise<SettingFacts | null> {
  if (listNamedSettings(crm).length === 0) return NO_SETTINGS;
  const { source: ofCrm, start } = source.columns;
  if (!isQuick(actions, indexes, [[start], [ofCrm, start]])) return null;
  const statement = fillPlaceholders(namesSql, {
    actions: source.actions,
    rules: source.rules,
    word: writeWord(source.dialect, "left(status_word, 300)"),
  });
  const span = { now: writeInstant(nowMs), month_ago: writeInstant(nowMs - LOOKBACK_MS) };
  const parameters = { ...span, crm: crm.crmSource, most: MOST_NAMED_RUNS };
  type Row = RowNames & { looked_at: number };
  const [row] = (await attempt(connection, async () => await ask<Row>(connection, statement, parameters))) ?? [];
  if (row === undefined) return null;
  return {
    unused: findUnused(crm, row, source.ruleNames),
    newest: row.looked_at < MOST_NAMED_RUNS ? null : MOST_NAMED_RUNS,
  };
}

async function readScale(
  connection: Connection,
  table: string,
  week: { now: string; week_ago: string },
): Promise<RowFacts["scale"]> {
  type Row = NonNullable<RowFacts["scale"]>;
  const statement = fillPlaceholders(scaleSql, { table });
  const [scale] = (await attempt(connection, async () => await ask<Row>(connection, statement, week))) ?? [];
  return scale ?? null;
}

async function explain(
  connection: Connection,
  request: ReadRequest,
  { source, actions }: FoundTable,
  target: PostgresTarget,
  analyze: boolean,
): Promise<{ document: PlanDocument | null; problem: string | null }> {
  const options = analyze ? "ANALYZE, BUFFERS, FORMAT JSON" : "FORMAT JSON";
  const { text, values } = composeActivity(source, actions, request);
  let problem: string | null = null;
  const rows = await attempt(
    connection,
    async () => await connection.ask<{ "QUERY PLAN": [PlanDocument] }>(`EXPLAIN (${options}) ${text}`, values),
    (error) => {
      problem = describeReadFailure(error, { ...target, hosts: [connection.host] });
    },
  );
  return { document: rows?.[0]?.["QUERY PLAN"][0] ?? null, problem };
}

async function ask<T extends object>(
  connection: Connection,
  statement: string,
  parameters: Record<string, Parameter>,
): Promise<T[]> {
  const { text, values } = numberParameters(statement, parameters, "postgres");
  return await connection.ask<T>(text, values);
}

const HIDING: Record<string, Hidden["kind"]> = { v: "view", m: "materialized view", f: "foreign table" };

function describeTable(row: TableRow): TableFacts {
  const { stored, readable, writes, estimate, pages, bytes, policies } = row;
  const kind = HIDING[row.kind];
  return {
    name: quoteTable(row),
    relation: row.name,
    stored,
    readable,
    writes,
    rows: estimate,
    pages,
    bytes,
    hides: kind === undefined ? null : { kind, behind: row.behind },
    inParts: row.parts !== null,
    policies,
    readers: row.readers,
    refused: row.hidden,
    showsAll: row.shows_all,
  };
}

function isLocal(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || host.startsWith("127.");
}
