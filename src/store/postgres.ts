/**
 * The store in PostgreSQL, for several machines. Each call is one transaction, so any pooler will do; calls that follow each other
 * share a connection. Its tables are looked for once in the schemas of the role's search path, and then named with their schema.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { describeStore, type PostgresTarget } from "../database/target.ts";
import { AppError } from "../errors.ts";
import { codeOf, DescribedFailure } from "../database/failure.ts";
import { openConnection, type Connection } from "../database/connection.ts";
import { OWN_SCHEMAS, PINNED, withoutRow } from "../database/transaction.ts";
import type { Access, Ask, Engine } from "./engine.ts";
import { explainStoreFailure } from "./failure.ts";
import firstSql from "./migrations/1.postgres.sql" with { type: "text" };
import secondSql from "./migrations/2.sql" with { type: "text" };
import thirdSql from "./migrations/3.sql" with { type: "text" };
import fourthSql from "./migrations/4.postgres.sql" with { type: "text" };
import fifthSql from "./migrations/5.postgres.sql" with { type: "text" };
import sixthSql from "./migrations/6.postgres.sql" with { type: "text" };

/** For one call, connecting included. */
const DEADLINE_MS = 10_000;
const STATEMENT_MS = 5000;
const LOCK_MS = 3000;
const RETRY_MS = 200;
/** The documents of a whole batch. */
const LONGEST_ANSWER_BYTES = 134_217_728;
const PATIENCE_MS = 5000;
/** To connect takes a server longer than most calls do, and a connection that waits for longer than that takes room from others. */
const IDLE_MS = 1000;
/** The server or its pooler restarts. Nothing was sent yet, so another try repeats nothing. */
const COMES_BACK = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|57P0[123]|08\w{3})$/;
const BEGIN: Record<Access, string> = {
  write: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
  look: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
};

const purposeOf = (access: Access) => ({
  timeout: DEADLINE_MS,
  mostBytes: LONGEST_ANSWER_BYTES,
  begin: [
    BEGIN[access],
    ...PINNED,
    `SET LOCAL statement_timeout = ${STATEMENT_MS}`,
    `SET LOCAL lock_timeout = ${LOCK_MS}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${DEADLINE_MS}`,
    // A claimed slot must stay claimed after a crash, even where the database commits before it writes to disk.
    "SET LOCAL synchronous_commit = on",
    // Whoever made the tables could let code of theirs run with the rows that they hide.
    "SET LOCAL row_security = off",
  ].join("; "),
});

/** `schema`: where the tables are, or are made. */
type Place = { schema: string; owner: string | null; ours: boolean };

/** `opened`: what it is for. Whoever writes is told of no right that is enough to look. */
export function openPostgres(configured: PostgresTarget, opened: Access, say: Engine["say"]): Engine {
  // The store is written to, so it needs the primary, even where reports are read from a standby.
  const target: PostgresTarget =
    configured.hosts.length > 1 ? { ...configured, targetSession: "read-write" } : configured;
  let place: Place | null = null;
  const idle = keepIdle();
  const run = async <T>(access: Access, work: (ask: Ask) => Promise<T>): Promise<T> => {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const connection = (await takeAgain(idle, access, signal)) ?? (await openPatiently(target, access, signal));
      const result = await runTransaction(connection, async () => {
        const found = place ?? (await findPlace(connection, access, target));
        place = found;
        if (access === "write") refuseStrangers(found, target);
        return await work(nameTables(connection.ask, found));
      });
      await idle.put(connection);
      return result;
    } catch (error) {
      place = null;
      if (!signal.aborted || error instanceof AppError)
        throw explainStoreFailure(error, target, access === "look" ? opened : access);
      const advice = "check [store] url, and look for load and locks there";
      const reason = `no answer within ${DEADLINE_MS / 1000} s: ${advice}`;
      throw new AppError("delivery", `store ${describeStore(target)}: ${reason}`, { cause: error });
    }
  };
  return {
    place: describeStore(target),
    nowMs: "CAST(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000 AS BIGINT)",
    findTables: `SELECT count(*) AS found FROM (${FIND_TABLES}) tables`,
    listColumns: LIST_COLUMNS,
    listKeys: LIST_KEYS,
    measureSize: MEASURE_SIZE,
    listTriggers: LIST_TRIGGERS,
    migrations: [firstSql, secondSql, thirdSql, fourthSql, fifthSql, sixthSql],
    transact: async (work) => await run("write", work),
    look: async (work) => await run("look", work),
    // The lease counts by the database's clock, which is the same for all machines.
    isHeld: ({ leaseUntilMs, nowMs }) => leaseUntilMs > nowMs,
    lockName:
      "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('automation_reports'), pg_catalog.hashtext($1))",
    version: () => null,
    say: (text) => say(`store ${describeStore(target)}: ${text}`),
    check: async () => [],
    backup: async () => {
      const advice = "use pg_dump --table='automation_reports_*'";
      throw new AppError("usage", `store ${describeStore(target)}: backup copies an SQLite store; here ${advice}`);
    },
    close: idle.close,
  };
}

type Idle = {
  take: () => Connection | null;
  put: (connection: Connection) => Promise<void>;
  close: () => Promise<void>;
};

/** Of calls at the same time, the connection of the one that ends last is kept. */
function keepIdle(): Idle {
  let kept: { connection: Connection; timer: NodeJS.Timeout } | null = null;
  let isClosed = false;
  const take = () => {
    const taken = kept;
    kept = null;
    if (taken !== null) clearTimeout(taken.timer);
    return taken?.connection ?? null;
  };
  const leave = async (connection: Connection | null) => await connection?.[Symbol.asyncDispose]();
  return {
    take,
    put: async (connection) => {
      const other = take();
      if (isClosed) return await leave(connection);
      const timer = setTimeout(() => void leave(take()).catch(() => {}), IDLE_MS);
      timer.unref();
      kept = { connection, timer };
      await leave(other);
    },
    close: async () => {
      isClosed = true;
      await leave(take());
    },
  };
}

/** In a transaction; null: there is none, or it has ended meanwhile. */
async function takeAgain(idle: Idle, access: Access, signal: AbortSignal): Promise<Connection | null> {
  const connection = idle.take();
  try {
    await connection?.beginAgain(purposeOf(access).begin, signal);
    return connection;
  } catch (error) {
    await connection?.[Symbol.asyncDispose]().catch(() => {});
    if (signal.aborted) throw error;
    return null;
  }
}

/** Before others those that are ours, whatever somebody else has put into the search path. */
const FIND_TABLES = `SELECT n.nspname AS schema, pg_get_userbyid(c.relowner) AS owner,
    pg_has_role(c.relowner, n.nspowner, 'USAGE') OR pg_has_role(c.relowner, 'pg_database_owner', 'USAGE')
      OR (current_setting('is_superuser') = 'off' AND pg_has_role(c.relowner, 'MEMBER')) AS ours
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = 'automation_reports_schema' AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
    AND n.nspname = ANY (current_setting('${OWN_SCHEMAS}')::name[])
  ORDER BY ours DESC, array_position(current_setting('${OWN_SCHEMAS}')::name[], n.nspname) LIMIT 1`;
/** Of the same schema as the one that is found. */
const OUR_TABLES = `SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relname LIKE 'automation\\_reports\\_%'
    AND n.nspname = (SELECT schema FROM (${FIND_TABLES}) found)`;
const LIST_COLUMNS = `SELECT tables.relname AS "table", columns.attname AS what FROM (${OUR_TABLES}) AS tables
  JOIN pg_attribute AS columns ON columns.attrelid = tables.oid
  WHERE columns.attnum > 0 AND NOT columns.attisdropped`;
const LIST_KEYS = `SELECT tables.relname AS "table", (SELECT string_agg(columns.attname, ', ' ORDER BY parts.place)
    FROM unnest(keys.indkey) WITH ORDINALITY AS parts(number, place)
    JOIN pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attnum = parts.number) AS what
  FROM (${OUR_TABLES}) AS tables JOIN pg_index AS keys ON keys.indrelid = tables.oid
  WHERE keys.indisunique AND keys.indisvalid AND keys.indpred IS NULL`;
const LIST_TRIGGERS = `SELECT tables.relname AS "table", triggers.tgname AS what FROM (${OUR_TABLES}) AS tables
  JOIN pg_trigger AS triggers ON triggers.tgrelid = tables.oid WHERE NOT triggers.tgisinternal`;

const MEASURE_SIZE = `SELECT coalesce(sum(pg_total_relation_size(tables.oid)), 0)::bigint AS bytes FROM (${OUR_TABLES}) AS tables`;

/** Those that the role's search path would lead to if the role might use their schema. */
const FIND_CLOSED = `SELECT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = 'automation_reports_schema' AND c.relkind IN ('r', 'p') AND NOT has_schema_privilege(n.oid, 'USAGE') LIMIT 1`;
const FIRST_SCHEMA = `SELECT (current_setting('${OWN_SCHEMAS}')::name[])[1] AS schema`;

type Taken = { name: string; kind: string };
const NAMES = [firstSql, secondSql, thirdSql, fourthSql, fifthSql, sixthSql]
  .flatMap((sql) => [...sql.matchAll(/^CREATE (?:TABLE|(?:UNIQUE )?INDEX) (\w+)/gm)])
  .map(([, name]) => `'${name}'`)
  .join(", ");
/** What stands where migrations would put a table or an index. Each table is a type, too. Another process may just have made them. */
const FIND_TAKEN = `SELECT name, kind FROM (
    SELECT c.relname AS name, c.relnamespace AS place, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
      WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'f' THEN 'foreign table'
      WHEN 'c' THEN 'type' ELSE 'table' END AS kind FROM pg_class c
    UNION ALL SELECT typname, typnamespace, 'type' FROM pg_type WHERE typrelid = 0) AS things
  WHERE name IN (${NAMES}) AND place = (SELECT oid FROM pg_namespace WHERE nspname = $1)
    AND NOT EXISTS (SELECT 1 FROM pg_class made WHERE made.relname = 'automation_reports_schema' AND made.relkind IN ('r', 'p')
      AND made.relnamespace = place) ORDER BY name LIMIT 1`;

async function findPlace({ ask }: Connection, access: Access, target: PostgresTarget): Promise<Place> {
  const [found] = await ask<Place>(FIND_TABLES);
  if (found !== undefined) return found;
  const [closed] = access === "look" ? await ask<{ schema: string }>(FIND_CLOSED) : [];
  if (closed !== undefined) {
    const advice = "GRANT USAGE ON that SCHEMA, and SELECT ON the tables automation_reports_*";
    const message = `store ${describeStore(target)}: its tables are in schema ${closed.schema}, which the role may not use: ${advice}`;
    throw new AppError("delivery", message);
  }
  const [first] = await ask<{ schema: string | null }>(FIRST_SCHEMA);
  if (first === undefined) throw withoutRow();
  const { schema } = first;
  if (schema === null) throw new DescribedFailure("no schema", "3F000");
  const [taken] = await ask<Taken>(FIND_TAKEN, [schema]);
  if (taken !== undefined) {
    const what = `in schema ${schema} the name ${taken.name}, which the store needs, is taken (${taken.kind})`;
    const advice = "drop or rename that, or name another store with [store] url";
    throw new AppError("delivery", `store ${describeStore(target)}: ${what}: ${advice}`);
  }
  return { schema, owner: null, ours: true };
}

/** A table of somebody else may have triggers, which would run as our role. */
function refuseStrangers({ schema, owner, ours }: Place, target: PostgresTarget): void {
  if (ours) return;
  const what = `the tables automation_reports_* in schema ${schema} belong to ${owner}, who owns neither schema nor database`;
  const advice = "make the store's role their owner, or name another database with [store] url";
  throw new AppError("delivery", `store ${describeStore(target)}: ${what}: ${advice}`);
}

const TABLE = /\b(FROM|INTO|UPDATE|JOIN|TABLE|ON) (automation_reports_\w+)/g;

/** The families call their tables by their names alone, which are found in no search path of ours. */
function nameTables(ask: Connection["ask"], { schema }: Place): Ask {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  return async (text, values) =>
    await ask(
      text.replaceAll(TABLE, (_, word: string, table: string) => `${word} ${quoted}.${table}`),
      values,
    );
}

async function openPatiently(target: PostgresTarget, access: Access, signal: AbortSignal): Promise<Connection> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await openConnection(target, purposeOf(access), signal);
    } catch (error) {
      if (signal.aborted || performance.now() > until || !COMES_BACK.test(codeOf(error))) throw error;
      await sleep(RETRY_MS);
    }
  }
}

async function runTransaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await connection.end("COMMIT");
    return result;
  } catch (error) {
    await connection.end("ROLLBACK").catch(() => {});
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}
