/** An SQLite warehouse, opened for reading alone. */
import { Database } from "bun:sqlite";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { codeOf, DatabaseError } from "../../database/failure.ts";
import { describeReadFailure, isOutOfFiles, refuseOtherThanDatabase, TOO_MANY_OPEN } from "../../files/plain.ts";
import { SMALL_TABLE_ROWS } from "../past.ts";
import type { TableName } from "../tables.ts";
import type { SqliteValue, Stage, StagedStatement } from "./statement.ts";

/** Where the file header says which journal a file wants; 2 is WAL (sqlite.org/fileformat2.html, section 1.3.3). */
const READ_VERSION_OFFSET = 19;
const WAL = 2;

/** Throws SQLite's errors as they come, and a `DatabaseError` where the file's WAL mode is the reason. */
export function openDatabase(path: string, lockTimeoutMs: number): Database {
  refuseOther(path);
  try {
    const database = new Database(path, { readonly: true });
    database.run(`PRAGMA busy_timeout = ${Math.round(lockTimeoutMs)}`);
    database.run("PRAGMA query_only = ON");
    // The first look into the file: only here does SQLite notice that it cannot be read.
    database.query("SELECT count(*) FROM sqlite_schema").get();
    return database;
  } catch (error) {
    if (codeOf(error).startsWith("SQLITE_CANTOPEN") && isOutOfFiles()) throw new DatabaseError(TOO_MANY_OPEN, true);
    if (codeOf(error).startsWith("SQLITE_CANTOPEN") && isMissing(path))
      throw new DatabaseError("there is no such file: check the path");
    if (!wantsWal(path)) throw error;
    throw new DatabaseError(
      "is in WAL mode, which SQLite can only read where it may write beside the file (-wal and -shm): " +
        "give this user write access to the directory, or use PRAGMA journal_mode=DELETE",
    );
  }
}

/** The document that a statement answers, once what it is asked of is read. */
export function askDocument(database: Database, { stages, text, values }: StagedStatement): string {
  for (const stage of stages) keepRows(database, stage);
  return database.query<{ document: string }, SqliteValue[]>(text).get(...values)?.document ?? "";
}

/** In a temporary table: SQLite's own memory, or a file of its own that is in no directory. The warehouse itself is open for reading alone. */
export function keepRows(database: Database, { name, text, values }: Stage): void {
  database.run("PRAGMA query_only = OFF");
  database.run(`DROP TABLE IF EXISTS temp.${name}`);
  using statement = database.prepare<null, SqliteValue[]>(`CREATE TEMPORARY TABLE ${name} AS ${text}`);
  statement.run(...values);
  database.run("PRAGMA query_only = ON");
}

/** SQLite would wait for a FIFO for ever. */
function refuseOther(path: string): void {
  try {
    refuseOtherThanDatabase(path);
  } catch (error) {
    throw new DatabaseError(describeReadFailure(error));
  }
}

/** Tables and views of these names in any case of letters, as SQLite takes them; it knows no schemas. */
export function findTables(database: Database, names: string[]): TableName[] {
  const search = database.query<{ name: string }, [string]>(
    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE",
  );
  return names
    .filter((name) => search.get(name) !== null)
    .map((name): TableName => {
      const columns = tryColumns(database, name);
      return { schema: null, name, visible: true, ...(columns === null ? {} : { columns }) };
    });
}

/** Whether an index over all rows begins with these columns. */
export function hasIndex(database: Database, table: string, columns: string[]): boolean {
  return database
    .query<{ name: string }, [string]>("SELECT name FROM pragma_index_list(?) WHERE NOT partial")
    .all(table)
    .some(({ name: index }) => {
      const found = database
        .query<{ name: string | null }, [string]>("SELECT name FROM pragma_index_info(?)")
        .all(index);
      return columns.every((column, at) => found[at]?.name === column);
    });
}

/** How `table_xinfo` marks a column that no `*` shows; those that are generated have other marks, and `table_info` has them not at all. */
const HIDDEN = 1;

/** Null: it is a view of what is no longer there. */
export function tryColumns(database: Database, table: string): string[] | null {
  try {
    return listColumns(database, table);
  } catch {
    return null;
  }
}

export function listColumns(database: Database, table: string): string[] {
  return database
    .query<{ name: string }, [string]>(`SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> ${HIDDEN}`)
    .all(table)
    .map(({ name }) => name);
}

/** Not where its directory may not be looked into. */
function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function wantsWal(path: string): boolean {
  const header = Buffer.alloc(READ_VERSION_OFFSET + 1);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, header, 0, header.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
  return header.toString("latin1", 0, 15) === "SQLite format 3" && header[READ_VERSION_OFFSET] === WAL;
}

/** Whether reading the whole table costs too little to be noticed. `table`: as SQL reads it. */
export function isSmall(database: Database, table: string): boolean {
  const rows = database.query<{ n: number }, []>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM ${table} LIMIT ${SMALL_TABLE_ROWS + 1})`,
  );
  return (rows.get()?.n ?? 0) <= SMALL_TABLE_ROWS;
}
