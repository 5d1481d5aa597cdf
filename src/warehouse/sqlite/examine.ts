/** Everything `check` wants to know of an SQLite warehouse. Blocks its thread: run it in the worker. */
import type { Database } from "bun:sqlite";
import type { IndexFacts, RowFacts, TableFacts, WarehouseFacts } from "../../check/facts.ts";
import { composeActions, composeStatement, quoteTable } from "../compose.ts";
import { PRESETS } from "../presets.ts";
import type { ReadRequest } from "../request.ts";
import { candidateNames, describeAmbiguity, locateTables, type Located, type TableName } from "../tables.ts";
import activitySql from "./activity.sql" with { type: "text" };
import { findTables, openDatabase } from "./open.ts";
import { bindParameters } from "./parameters.ts";

type LocatedTables = Extract<Located, { kind: "located" }>;

export function examineSqlite(request: ReadRequest, path: string): WarehouseFacts {
  const { crm } = request;
  using database = openDatabase(path, crm.lockTimeoutMs);
  const examine = database.transaction((): WarehouseFacts => {
    const found = findTables(database, candidateNames(crm));
    const located = locateTables(found, crm, "sqlite");
    const read = located.kind === "located" ? [located.actions, located.rules] : [];
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
      plan: located.kind === "located" ? explain(database, request, located) : [],
      indexes: located.kind === "located" ? listIndexes(database, located.actions) : [],
      tables: describeTables(located),
      copies: found.filter((table) => !read.includes(table)).map(describeTable),
      rows: located.kind === "located" ? readRows(database, crm.crmSource, located) : null,
    };
  });
  return examine();
}

function ask<T>(database: Database, text: string, ...values: (string | number | null)[]): T[] {
  return database.query<T, (string | number | null)[]>(text).all(...values);
}

function describeTables(located: Located): WarehouseFacts["tables"] {
  if (located.kind === "missing") return { kind: "missing", lookedFor: located.lookedFor };
  if (located.kind === "ambiguous") return { kind: "problem", problem: describeAmbiguity(located.presets) };
  return {
    kind: "found",
    found: {
      preset: located.preset,
      shape: null,
      actions: describeTable(located.actions),
      rules: located.rules === null ? null : describeTable(located.rules),
      columns: PRESETS[located.preset].columns,
    },
  };
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
  };
}

/** The lines of EXPLAIN QUERY PLAN. */
function explain(database: Database, request: ReadRequest, located: LocatedTables): string[] {
  const statement = `EXPLAIN QUERY PLAN ${composeStatement(activitySql, located, "sqlite")}`;
  return ask<{ detail: string }>(database, statement, ...bindParameters(request)).map(({ detail }) => detail);
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

function readRows(database: Database, source: string, located: LocatedTables): RowFacts {
  const actions = composeActions(located, "sqlite");
  const [row] = ask<{ oldest: number | null; newest: number | null }>(
    database,
    `SELECT unixepoch(min(started_at), 'subsec') * 1000 AS oldest,
       (SELECT unixepoch(max(started_at), 'subsec') * 1000 FROM (${actions}) WHERE crm_source = ?1) AS newest
     FROM (${actions})`,
    source,
  );
  const sources = ask<{ source: string }>(
    database,
    `SELECT DISTINCT substr(crm_source, 1, 100) AS source FROM (${actions})
     WHERE started_at > datetime('now', '-7 days') AND crm_source IS NOT NULL ORDER BY 1`,
  );
  return {
    oldestMs: row?.oldest ?? null,
    newestMs: row?.newest ?? null,
    sources: sources.map((found) => found.source),
    scale: null,
  };
}
