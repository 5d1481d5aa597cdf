/** The store in a file of its own, for one machine. */
import { constants, Database, type SQLQueryBindings } from "bun:sqlite";
import { closeSync, constants as fileConstants, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import { findDeadLink, refuseOtherThanDatabase } from "../files/plain.ts";
import { replaceFile } from "../output/file.ts";
import { explainCopyFailure, refuseTaken } from "./backup-place.ts";
import { codeOf } from "../database/failure.ts";
import type { Access, Ask, Engine } from "./engine.ts";
import { explainStoreFailure } from "./failure.ts";
import { followFile, OVERLOOKED_MS, type OpenedEngine, type SqliteTarget } from "./follow-file.ts";
import { judgeHolder } from "../processes.ts";
import firstSql from "./migrations/1.sqlite.sql" with { type: "text" };
import secondSql from "./migrations/2.sql" with { type: "text" };
import thirdSql from "./migrations/3.sql" with { type: "text" };
import fourthSql from "./migrations/4.sqlite.sql" with { type: "text" };
import fifthSql from "./migrations/5.sqlite.sql" with { type: "text" };
import sixthSql from "./migrations/6.sqlite.sql" with { type: "text" };

const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;
/** Changes no file, and waits for nothing that is none. */
const CREATE = fileConstants.O_RDWR | fileConstants.O_CREAT | fileConstants.O_NONBLOCK;
const NOT_FOR_OTHERS = 0o077;
const NOT_FOR_A_GROUP = 0o037;
/** How long other processes may keep the database locked before a call gives up. */
const BUSY_MS = 5000;
/** How long SQLite itself waits for a lock. This process can do nothing else meanwhile, so the rest is waited for outside. */
const STANDSTILL_MS = 20;
const RETRY_MS = 10;
/** The lock is taken by the first reading only. */
const BEGIN_LOOKING = "BEGIN; SELECT count(*) FROM sqlite_schema";
/** SQLite's name of a database in memory. */
const NOWHERE = ":memory:";
const FIND_TABLES = "SELECT count(*) AS found FROM sqlite_schema WHERE name = 'automation_reports_schema'";
const LIST_COLUMNS = `SELECT tables.name AS "table", columns.name AS what
  FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
  WHERE tables.type = 'table' AND tables.name GLOB 'automation_reports_*'`;
const LIST_KEYS = `SELECT tables.name AS "table", (SELECT group_concat(parts.name, ', ' ORDER BY parts.seqno)
    FROM pragma_index_info(keys.name) AS parts) AS what
  FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS keys
  WHERE tables.type = 'table' AND tables.name GLOB 'automation_reports_*' AND keys."unique" AND NOT keys.partial`;
const LIST_TRIGGERS = `SELECT tbl_name AS "table", name AS what FROM sqlite_schema
  WHERE type = 'trigger' AND tbl_name GLOB 'automation_reports_*'`;

const MEASURE_SIZE = "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size";

/** Asks the file. */
const OTHERS_COMMITS = "SELECT data_version AS n FROM pragma_data_version";

export function openSqlite(target: SqliteTarget, access: Access, say: Engine["say"]): Engine {
  const { path } = target;
  const open = access === "write" ? () => openDatabase(path) : () => openReadable(path);
  const opened = engineOf(target, explain(target, open, access), access, say);
  return access === "write" ? followFile(target, opened, () => explain(target, open, access)) : opened.engine;
}

/** In memory, for a store that is not there yet. */
export function openNothing(): Engine {
  return engineOf({ kind: "sqlite", path: NOWHERE }, new Database(NOWHERE, { strict: true }), "look", () => {}).engine;
}

function engineOf(target: SqliteTarget, opened: Database, access: Access, say: Engine["say"]): OpenedEngine {
  const { path } = target;
  let database = opened;
  const ask: Ask = async (text, values) => {
    if (values !== undefined) return database.query<never, SQLQueryBindings[]>(numberParameters(text)).all(...values);
    database.run(text);
    return [];
  };
  // One connection has one transaction at a time: a call that comes meanwhile waits for its turn.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(begin: string, work: (ask: Ask) => Promise<T>): Promise<T> => {
    const mine = turn.then(
      async () => await runTransaction(database, { target, access, begin }, async () => await work(ask)),
    );
    turn = mine.catch(() => {});
    return await mine;
  };
  let own = 0;
  let others = { n: 0, readAt: -Infinity };
  const tellVersion = () => {
    const now = performance.now();
    if (now - others.readAt > OVERLOOKED_MS) {
      others = { n: database.query<{ n: number }, []>(OTHERS_COMMITS).get()?.n ?? 0, readAt: now };
    }
    return `${others.n} ${own}`;
  };
  const engine: Engine = {
    place: path,
    nowMs: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    findTables: FIND_TABLES,
    listColumns: LIST_COLUMNS,
    listKeys: LIST_KEYS,
    measureSize: MEASURE_SIZE,
    listTriggers: LIST_TRIGGERS,
    migrations: [firstSql, secondSql, thirdSql, fourthSql, fifthSql, sixthSql],
    transact: async (work) => {
      try {
        return await inTurn("BEGIN IMMEDIATE", work);
      } finally {
        own += 1;
      }
    },
    look: async (work) => await inTurn(BEGIN_LOOKING, work),
    // The wall clock may jump: a process that lives on this machine keeps its slot for as long as it lives.
    isHeld: ({ holder, leaseUntilMs, nowMs }) => {
      const life = judgeHolder(holder);
      return life === "alive" || (life === "unknown" && leaseUntilMs > nowMs);
    },
    lockName: null,
    version: () => explain(target, tellVersion, access),
    say: (text) => say(`store ${path}: ${text}`),
    check: async (shared) => explain(target, () => checkFile(database, path, shared), access),
    backup: async (copy) => {
      refuseTaken(copy, path);
      await replaceFile(copy, (temporary) => {
        try {
          database.query("VACUUM INTO ?1").run(temporary);
        } catch (error) {
          throw explainCopyFailure(error, copy) ?? explainStoreFailure(error, target, access);
        }
      });
    },
    close: async () => database.close(),
  };
  const replace = async (open: () => Database) => {
    const exchange = () => {
      const before = database;
      database = open();
      before.close();
    };
    const mine = turn.then(exchange);
    turn = mine.catch(() => {});
    await mine;
  };
  return { engine, replace };
}

/** Only the owner may open the directory and the file, from their first moment on. */
function openDatabase(path: string): Database {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY });
  refuseOtherThanDatabase(path);
  closeSync(openSync(path, CREATE, PRIVATE_FILE));
  const database = new Database(path, { readwrite: true, strict: true });
  try {
    database.run(`PRAGMA busy_timeout = ${STANDSTILL_MS}`);
    retryWhileBusy(() => refuseForeignFile(database, path));
    retryWhileBusy(() => database.run("PRAGMA journal_mode = WAL"));
    database.run("PRAGMA synchronous = FULL");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What is not there is read as empty, unless a link says that it should be. */
function openReadable(path: string): Database {
  refuseOtherThanDatabase(path);
  if (!existsSync(path)) {
    // It throws.
    if (findDeadLink(path) !== null) statSync(path);
    return new Database(NOWHERE, { strict: true });
  }
  const database = openUnwritten(path);
  try {
    database.run(`PRAGMA busy_timeout = ${STANDSTILL_MS}`);
    retryWhileBusy(() => refuseForeignFile(database, path));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A store that nobody has open can be read without the files that SQLite keeps beside it, where none may be made, or there is no room. */
function openUnwritten(path: string): Database {
  const database = new Database(path, { readonly: true, strict: true });
  try {
    retryWhileBusy(() => database.query("SELECT count(*) FROM sqlite_schema").get());
    return database;
  } catch (error) {
    database.close();
    const isUnwritten = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
    if (!/^SQLITE_(?:READONLY|CANTOPEN|IOERR)/.test(codeOf(error)) || !isUnwritten) throw error;
    const immutable = `${Bun.pathToFileURL(path).href}?immutable=1`;
    return new Database(immutable, constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI);
  }
}

/** Another process may be opening the same new file, and SQLite does not wait for it in every statement. */
function retryWhileBusy(work: () => void): void {
  const until = performance.now() + BUSY_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (codeOf(error) !== "SQLITE_BUSY" || performance.now() > until) throw error;
      Bun.sleepSync(RETRY_MS);
    }
  }
}

/** A warehouse, or another database with tables of its own, may have been named by mistake. */
function refuseForeignFile(database: Database, path: string): void {
  const { ours, tables } = database
    .query<{ ours: number; tables: number }, []>(
      `SELECT (${FIND_TABLES}) AS ours, (SELECT count(*) FROM sqlite_schema) AS tables`,
    )
    .get() ?? { ours: 0, tables: 0 };
  if (ours > 0 || tables === 0) return;
  throw new AppError(
    "delivery",
    `store ${path}: it is a database of something else: name a file of its own with [store] path`,
  );
}

async function runTransaction<T>(
  database: Database,
  { target, access, begin }: { target: Target; access: Access; begin: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    await beginPatiently(database, begin);
    const result = await work();
    database.run("COMMIT");
    return result;
  } catch (error) {
    if (database.inTransaction) database.run("ROLLBACK");
    throw explainStoreFailure(error, target, access);
  }
}

async function beginPatiently(database: Database, begin: string): Promise<void> {
  const until = performance.now() + BUSY_MS;
  for (;;) {
    try {
      database.run(begin);
      return;
    } catch (error) {
      if (database.inTransaction) database.run("ROLLBACK");
      if (codeOf(error) !== "SQLITE_BUSY" || performance.now() > until) throw error;
      await Bun.sleep(Math.random() * RETRY_MS);
    }
  }
}

/** SQLite reads `$1` as a name and `?1` as a number. */
function numberParameters(text: string): string {
  return text.replaceAll(/\$(\d+)/g, "?$1");
}

function checkFile(database: Database, path: string, shared: boolean): string[] {
  const problems = database
    .query<{ integrity_check: string }, []>("PRAGMA integrity_check")
    .all()
    .map((row) => row.integrity_check)
    .filter((line) => line !== "ok");
  const mode = statSync(path).mode & 0o777;
  if ((mode & (shared ? NOT_FOR_A_GROUP : NOT_FOR_OTHERS)) !== 0) {
    const [who, right] = shared ? ["users outside its group", "640"] : ["users other than its owner", "600"];
    problems.push(`${who} may open it (mode ${mode.toString(8)}): chmod ${right} ${path}`);
  }
  return problems;
}

function explain<T>(target: Target, work: () => T, access: Access): T {
  try {
    return work();
  } catch (error) {
    throw explainStoreFailure(error, target, access);
  }
}
