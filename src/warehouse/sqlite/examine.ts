/** Everything `check` wants to know of an SQLite warehouse. Blocks its thread: run it in the worker. */
import type { Database } from "bun:sqlite";
import type { IndexFacts, RowFacts, SettingFacts, TableFacts, WarehouseFacts } from "../facts.ts";
import type { ColumnTypes } from "../casts.ts";
import type { JsonKey } from "../likely-columns.ts";
import {
  askSparse,
  describeOther,
  listOdd,
  listVarieties,
  pickLikeliest,
  type ShapedTable,
  type Variety,
} from "../other-tables.ts";
import type { ReadRequest } from "../request.ts";
import { findSource, withoutRules, type Found, type Source } from "../source.ts";
import { candidateNames, quoteIdentifier, quoteTable, wantedNames, type TableName } from "../tables.ts";
import type { Statement } from "../template.ts";
import { findUnused, listNamedSettings, MOST_NAMED_RUNS } from "../unused-settings.ts";
import { writeWord } from "../vocabulary.ts";
import { findTables, keepRows, openDatabase, tryColumns } from "./open.ts";
import { maskName } from "../../report/errors/redact.ts";
import { maskRules } from "../spelling.ts";
import { findRulesProblem } from "./locate.ts";
import { askSpelling } from "./spelling.ts";
import { DAY_MS } from "../../time/units.ts";
import { listOffsets, writeInstantMs } from "./instants.ts";
import { composeActivity, type SqliteValue } from "./statement.ts";

const MOST_OTHERS = 500;
/** Of more columns no JSON is looked for. */
const MOST_JSON = 100;

export function examineSqlite(request: ReadRequest, path: string): WarehouseFacts {
  const { crm } = request;
  using database = openDatabase(path, crm.lockTimeoutMs);
  const examine = database.transaction((): WarehouseFacts => {
    const tables = findTables(database, candidateNames(crm));
    const found = leaveBrokenRules(database, path, findSource(tables, crm, "sqlite"));
    const read = found.kind === "found" ? [found.actions, found.rules] : [];
    const [{ journal_mode: journalMode } = { journal_mode: "unknown" }] = ask<{ journal_mode: string }>(
      database,
      "PRAGMA journal_mode",
    );
    const [{ bytes } = { bytes: 0 }] = ask<{ bytes: number }>(
      database,
      "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()",
    );
    return {
      kind: "sqlite",
      journalMode,
      bytes,
      plan: found.kind === "found" ? explain(database, request, found.source) : [],
      indexes: found.kind === "found" ? listIndexes(database, found.actions) : [],
      tables: describeTables(database, found),
      copies: tables
        .filter((table) => !read.includes(table) && wantedNames(crm).includes(table.name))
        .map(describeTable),
      rows: found.kind === "found" ? readRows(database, request, found.source) : null,
      settings: found.kind === "found" ? readSettings(database, crm, found.source) : null,
    };
  });
  return examine();
}

/** As a report does. */
function leaveBrokenRules(database: Database, path: string, found: Found<TableName>): Found<TableName> {
  const problem = found.kind === "found" ? findRulesProblem(database, path, found) : null;
  return found.kind === "found" && problem !== null ? { ...found, source: withoutRules(found.source, problem) } : found;
}

function ask<T>(database: Database, text: string, ...values: SqliteValue[]): T[] {
  return database.query<T, SqliteValue[]>(text).all(...values);
}

function describeTables(database: Database, found: Found<TableName>): WarehouseFacts["tables"] {
  if (found.kind === "missing") {
    const others = listOthers(database);
    const likeliest = pickLikeliest(others);
    const look = (table: ShapedTable) => (table === likeliest ? lookInside(database, table) : table);
    return { ...found, schemas: [], others: others.map((table) => describeOther(look(table), others)) };
  }
  if (found.kind === "ambiguous") return { kind: "problem", problem: found.problem };
  if (found.kind === "incomplete") {
    const { preset, incomplete } = found;
    const { table: name, columns } = incomplete;
    const table = { name: quoteTable(name), schema: null, columns, ...describeColumns(database, name.name) };
    return {
      kind: "incomplete",
      preset,
      table: describeOther(lookInside(database, table), listOthers(database)),
      missing: incomplete.missing,
    };
  }
  const { source, actions, rules } = found;
  return {
    kind: "found",
    found: {
      preset: source.preset,
      shape: null,
      actions: describeTable(actions),
      rules: rules === null ? null : describeTable(rules),
      ...(source.rulesProblem === null ? {} : { rulesProblem: source.rulesProblem }),
      columns: source.columns,
    },
  };
}

/** Tables and views of any name, which may hold the runs. */
function listOthers(database: Database): ShapedTable[] {
  const names = ask<{ name: string }>(
    database,
    `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' ORDER BY name LIMIT ${MOST_OTHERS}`,
  );
  return names.flatMap(({ name }) => {
    const columns = tryColumns(database, name);
    const table = { name: quoteTable({ schema: null, name }), schema: null };
    return columns === null ? [] : [{ ...table, columns, ...describeColumns(database, name) }];
  });
}

/** Types of the columns that are declared flags or whole numbers: any other holds what it likes. */
function describeColumns(database: Database, table: string): Required<Pick<ShapedTable, "types" | "required">> {
  const declared = ask<{ name: string; type: string; notnull: number }>(
    database,
    'SELECT name, type, "notnull" FROM pragma_table_xinfo(?)',
    table,
  );
  const types = declared.flatMap(({ name, type }) =>
    /^bool/i.test(type) ? [[name, "boolean"]] : /^(?:big|small|tiny|medium)?int/i.test(type) ? [[name, "integer"]] : [],
  );
  const required = declared.filter(({ notnull }) => notnull === 1).map(({ name }) => name);
  return { types: Object.fromEntries(types) as ColumnTypes, required };
}

/** With what its first rows tell. */
function lookInside(database: Database, table: ShapedTable): ShapedTable {
  const shaped = { ...table, keys: readKeys(database, table) };
  const found = listVarieties(shaped, (own, key) => `CASE WHEN json_valid(${own}) THEN ${own}->>${key} END`).flatMap(
    ({ column, statement }) => ask<Variety>(database, statement).map((row) => ({ ...row, column })),
  );
  const question = askSparse(table);
  const sparse = question !== null && ask(database, question.statement).length > 0 ? [question.start] : [];
  return { ...shaped, odd: listOdd(found), sparse };
}

/** Of the objects in JSON that the first rows hold: whoever writes them writes the same keys each time. */
function readKeys(database: Database, { name, columns }: ShapedTable): JsonKey[] {
  return columns.slice(0, MOST_JSON).flatMap((column) =>
    ask<Omit<JsonKey, "column">>(
      database,
      `SELECT key, CASE WHEN max(type IN ('object', 'array')) THEN 'jsonb' ELSE 'text' END AS type FROM (SELECT ${quoteIdentifier(column)} AS own FROM ${name} LIMIT 100) few, json_each(
        CASE WHEN json_valid(own) THEN CASE json_type(own) WHEN 'object' THEN own ELSE '{}' END ELSE '{}' END)
      GROUP BY key ORDER BY key LIMIT 50`,
    ).map((one) => ({ column, ...one })),
  );
}

function describeTable(name: TableName): TableFacts {
  return {
    name: quoteTable(name),
    relation: name.name,
    stored: true,
    readable: true,
    writes: [],
    rows: null,
    pages: 0,
    bytes: 0,
    hides: null,
    inParts: false,
    policies: [],
    readers: [],
    refused: false,
    showsAll: true,
  };
}

/** The lines of EXPLAIN QUERY PLAN. */
function explain(database: Database, request: ReadRequest, source: Source): string[] {
  const { stages, ...whole } = composeActivity(source, request, "own");
  const planOf = ({ text, values }: Statement<SqliteValue>) =>
    ask<{ detail: string }>(database, `EXPLAIN QUERY PLAN ${text}`, ...values).map(({ detail }) => detail);
  const plans = stages.map((stage) => {
    const plan = planOf(stage);
    // What is explained after it names its table; nothing is read for that.
    keepRows(database, { ...stage, text: `SELECT * FROM (${stage.text}) LIMIT 0` });
    return plan;
  });
  return [...plans.flat(), ...planOf(whole)];
}

function listIndexes(database: Database, { name }: TableName): IndexFacts[] {
  const indexes = ask<{ name: string; partial: number }>(
    database,
    "SELECT name, partial FROM pragma_index_list(?) ORDER BY name",
    name,
  );
  return indexes.map((index) => {
    const columns = ask<{ name: string | null }>(database, "SELECT name FROM pragma_index_info(?)", index.name);
    return {
      name: index.name,
      valid: true,
      columns: columns.map((column) => column.name ?? ""),
      keyColumns: columns.length,
      partial: index.partial === 1,
    };
  });
}

/** The years 1 to 9998. */
const [FIRST_YEAR_MS, LAST_YEAR_MS] = [Date.parse("0001-01-01T00:00:00Z"), Date.parse("9999-01-01T00:00:00Z")];

function readRows(database: Database, { crm, nowMs }: ReadRequest, source: Source): RowFacts {
  const { actions } = source;
  const startMs = writeInstantMs("started_at", { offsets: listOffsets(crm.timezone, nowMs, nowMs), spellings: "all" });
  const [row] = ask<{ oldest: number | null; newest: number | null; nameless: number }>(
    database,
    `SELECT min(ms) AS oldest, max(ms) FILTER (WHERE crm_source = ?1) AS newest,
       count(*) FILTER (WHERE trim(coalesce(crm_source, '')) = '' AND ms > ${nowMs - 7 * DAY_MS} AND ms < ${nowMs}) AS nameless
     FROM (SELECT crm_source, ${startMs} AS ms FROM (${actions}))
     WHERE ms BETWEEN ${FIRST_YEAR_MS} AND ${LAST_YEAR_MS}`,
    crm.crmSource,
  );
  const sources = ask<{ source: string }>(
    database,
    `SELECT DISTINCT CAST(substr(crm_source, 1, 100) AS TEXT) AS source FROM (${actions})
     WHERE ${startMs} BETWEEN ${nowMs - 7 * DAY_MS} AND ${nowMs} AND crm_source IS NOT NULL ORDER BY 1`,
  );
  return {
    oldestMs: row?.oldest ?? null,
    newestMs: row?.newest ?? null,
    isRecentOnly: false,
    sources: sources.map((found) => maskName(found.source)),
    nameless: row?.nameless ?? 0,
    scale: null,
    unreadable: maskRules(askSpelling(database, source, { crm, nowMs }).unreadable),
  };
}

function readSettings(database: Database, crm: ReadRequest["crm"], source: Source): SettingFacts {
  if (listNamedSettings(crm).length === 0) return { unused: [], newest: null };
  const { crmSource } = crm;
  const newest = `SELECT rule, status_word FROM (${source.actions}) WHERE crm_source = ?1 ORDER BY started_at DESC LIMIT ${MOST_NAMED_RUNS}`;
  const names = (text: string) => ask<{ name: string }>(database, text, crmSource).map(({ name }) => name);
  const rows = {
    runs: names(`SELECT DISTINCT CAST(substr(rule, 1, 300) AS TEXT) AS name FROM (${newest}) WHERE rule IS NOT NULL`),
    words: names(
      `SELECT DISTINCT ${writeWord(source.dialect, "substr(status_word, 1, 300)")} AS name FROM (${newest})
       WHERE status_word IS NOT NULL`,
    ),
    declared: names(
      `SELECT DISTINCT CAST(substr(name, 1, 300) AS TEXT) AS name FROM (${source.rules}) WHERE crm_source = ?1 AND name IS NOT NULL`,
    ),
  };
  const [{ n } = { n: 0 }] = ask<{ n: number }>(database, `SELECT count(*) AS n FROM (${newest})`, crmSource);
  return { unused: findUnused(crm, rows, source.ruleNames), newest: n < MOST_NAMED_RUNS ? null : MOST_NAMED_RUNS };
}
