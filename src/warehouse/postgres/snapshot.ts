/** A connection in one read-only snapshot, with limits for whatever is asked in it. */
import type { CrmConfig } from "../../config/schema.ts";
import { openConnection, type Connection } from "../../database/connection.ts";
import type { PostgresTarget } from "../../database/target.ts";
import { PINNED } from "../../database/transaction.ts";

type Limits = Pick<CrmConfig, "timeoutMs" | "statementTimeoutMs" | "lockTimeoutMs" | "timezone">;

/** A document of 2,000 failing rules takes half of it. */
const LONGEST_ANSWER_BYTES = 33_554_432;

/** Throws and ends as `openConnection` does. */
export async function openSnapshot(target: PostgresTarget, limits: Limits, signal: AbortSignal): Promise<Connection> {
  return await openConnection(
    target,
    { timeout: limits.timeoutMs, begin: beginSnapshot(limits), mostBytes: LONGEST_ANSWER_BYTES },
    signal,
  );
}

/** For this transaction only: start-up parameters are refused by poolers, and a session's settings leak from them. */
export function beginSnapshot({ timeoutMs, statementTimeoutMs, lockTimeoutMs, timezone }: Limits): string {
  return [
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    ...PINNED,
    `SET LOCAL statement_timeout = ${Math.min(statementTimeoutMs ?? timeoutMs, timeoutMs)}`,
    `SET LOCAL lock_timeout = ${lockTimeoutMs}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${timeoutMs}`,
    "SET LOCAL jit = off",
    // Of the server's workers none: a worker's start costs more than it gains, and they are the warehouse's own.
    "SET LOCAL max_parallel_workers_per_gather = 0",
    // A database may be set to print fewer digits than a number has.
    "SET LOCAL extra_float_digits = 1",
    // Rows that a policy hides would be missing without a word. The server refuses instead.
    "SET LOCAL row_security = off",
    // An IANA name, which has no quotation mark. Times without a zone are read in it, and an index on them still helps.
    `SET LOCAL TimeZone = '${timezone ?? "UTC"}'`,
    // Such a database holds any bytes; asked for UTF-8, the server would refuse the whole answer because of one of them.
    "SELECT set_config('client_encoding', 'SQL_ASCII', true) WHERE current_setting('server_encoding') = 'SQL_ASCII'",
  ].join("; ");
}
