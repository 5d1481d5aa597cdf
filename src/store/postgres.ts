/** The store in PostgreSQL, for several machines. Each call is one connection and one transaction, so any pooler will do. */
import { setTimeout as sleep } from "node:timers/promises";
import { describeTarget, type PostgresTarget } from "../database/target.ts";
import { AppError } from "../errors.ts";
import { codeOf } from "../database/failure.ts";
import { openConnection, type Connection } from "../database/connection.ts";
import type { Engine } from "./engine.ts";
import { explainStoreFailure } from "./failure.ts";
import firstSql from "./migrations/1.postgres.sql" with { type: "text" };
import verdictsSql from "./migrations/3.sql" with { type: "text" };

/** For one call, connecting included. */
const DEADLINE_MS = 10_000;
const STATEMENT_MS = 5000;
const LOCK_MS = 3000;
const RETRY_MS = 200;
const PATIENCE_MS = 5000;
/** The server or its pooler restarts. Nothing was sent yet, so another try repeats nothing. */
const COMES_BACK = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|57P0[123]|08\w{3})$/;

const PURPOSE = {
  timeout: DEADLINE_MS,
  begin: [
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    `SET LOCAL statement_timeout = ${STATEMENT_MS}`,
    `SET LOCAL lock_timeout = ${LOCK_MS}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${DEADLINE_MS}`,
    // A claimed slot must stay claimed after a crash, even where the database commits before it writes to disk.
    "SET LOCAL synchronous_commit = on",
  ].join("; "),
};

export function openPostgres(configured: PostgresTarget): Engine {
  // The store is written to, so it needs the primary, even where reports are read from a standby.
  const target: PostgresTarget =
    configured.hosts.length > 1 ? { ...configured, targetSession: "read-write" } : configured;
  return {
    place: describeTarget(target),
    nowMs: "CAST(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000 AS BIGINT)",
    findTables:
      "SELECT CASE WHEN pg_catalog.to_regclass('automation_reports_schema') IS NULL THEN 0 ELSE 1 END AS found",
    migrations: [firstSql, verdictsSql],
    transact: async (work) => {
      const signal = AbortSignal.timeout(DEADLINE_MS);
      try {
        await using connection = await openPatiently(target, signal);
        return await runTransaction(connection, async () => await work(connection.ask));
      } catch (error) {
        if (!signal.aborted || error instanceof AppError) throw explainStoreFailure(error, target);
        const advice = "check [store] url, and look for load and locks there";
        throw new AppError(
          "delivery",
          `store ${describeTarget(target)}: no answer within ${DEADLINE_MS / 1000} s: ${advice}`,
          {
            cause: error,
          },
        );
      }
    },
    // The lease counts by the database's clock, which is the same for all machines.
    isHeld: ({ leaseUntilMs, nowMs }) => leaseUntilMs > nowMs,
    lockSchedule:
      "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('automation_reports'), pg_catalog.hashtext($1))",
    check: async () => [],
    backup: async () => {
      const advice = "use pg_dump --table='automation_reports_*'";
      throw new AppError("usage", `store ${describeTarget(target)}: backup copies an SQLite store; here ${advice}`);
    },
    close: async () => {},
  };
}

async function openPatiently(target: PostgresTarget, signal: AbortSignal): Promise<Connection> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await openConnection(target, PURPOSE, signal);
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
    throw error;
  }
}
