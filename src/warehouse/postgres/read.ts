/** One CRM's activity from PostgreSQL: one connection, one read-only snapshot, one statement for the numbers. */
import type { Socket } from "node:net";
import postgres from "postgres";
import type { PostgresTarget } from "../../config/target.ts";
import { composeStatement } from "../compose.ts";
import { WarehouseError } from "../failure.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import { readDocument } from "../rows.ts";
import { candidateNames, describeAmbiguity, locateTables, type TableName } from "../tables.ts";
import activitySql from "./activity.sql" with { type: "text" };
import { dial, listAttempts, type Encryption } from "./dial.ts";

const CLOSE_SECONDS = 0.25;
const CANCEL_MS = 1000;
const KEEP_ALIVE_SECONDS = 10;
const REFUSED_AUTHORIZATION = /^28/;

const FIND_TABLES = `SELECT n.nspname AS schema, c.relname AS name, pg_catalog.pg_table_is_visible(c.oid) AS visible
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname IN (SELECT jsonb_array_elements_text($1::jsonb)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

/** Ends at the signal with the server freed: the query is cancelled, then the connection closed. */
export async function readPostgres(
  request: ReadRequest,
  target: PostgresTarget,
  signal: AbortSignal,
): Promise<ReadResult> {
  const [first = "plain", second] = listAttempts(target);
  try {
    return await readOnce(request, target, first, signal);
  } catch (error) {
    if (second === undefined || signal.aborted || !wasTurnedAway(error, first)) throw error;
    return await readOnce(request, target, second, signal);
  }
}

async function readOnce(
  request: ReadRequest,
  target: PostgresTarget,
  encryption: Encryption,
  signal: AbortSignal,
): Promise<ReadResult> {
  const sockets: Socket[] = [];
  const sql = postgres({
    // The socket is ours, so that TLS means what libpq says. A second one is only for cancelling: postgres.js would
    // reconnect without end to a server that accepts and closes.
    socket: async () => {
      if (sockets.length > 0 && !signal.aborted)
        throw new WarehouseError("the server closed the connection while it was opened");
      const limit = signal.aborted ? AbortSignal.timeout(CANCEL_MS) : signal;
      const socket = await dial(target, encryption, limit);
      sockets.push(socket);
      return socket;
    },
    host: "socket",
    port: target.port,
    user: target.user,
    database: target.database,
    password: target.password ?? "",
    ssl: false,
    max: 1,
    prepare: false,
    fetch_types: false,
    keep_alive: KEEP_ALIVE_SECONDS,
    // Zero: no timer of its own, the deadline is the signal's.
    connect_timeout: 0,
    onnotice: () => {},
    connection: { application_name: "automation-reports" },
  } as postgres.Options<Record<string, never>>);
  let running: postgres.PendingQuery<postgres.Row[]> | null = null;
  const reading = sql.begin("isolation level repeatable read read only", async (tx) => {
    const ask = <T extends object>(text: string, values: postgres.ParameterOrJSON<never>[]) => {
      const query = tx.unsafe<T[]>(text, values);
      running = query as unknown as postgres.PendingQuery<postgres.Row[]>;
      return query;
    };
    const settings = tx.unsafe(limitTransaction(request.crm)).simple();
    const [found] = await Promise.all([ask<TableName>(FIND_TABLES, [candidateNames(request.crm)]), settings]);
    const located = locateTables(found, request.crm, "postgres");
    if (located.kind === "ambiguous") throw new WarehouseError(describeAmbiguity(located.presets));
    if (located.kind === "missing") return { ...located, where: `database ${target.database}` };
    const [row] = await ask<{ document: string }>(
      composeStatement(activitySql, located, "postgres"),
      bindParameters(request),
    );
    return readDocument(row?.document ?? "", located.preset, request.crm);
  });
  try {
    return await untilAborted(reading, signal, async () => {
      await Promise.race([Promise.resolve(running?.cancel()), Bun.sleep(CANCEL_MS)]);
    });
  } finally {
    await sql.end({ timeout: CLOSE_SECONDS });
    for (const socket of sockets) socket.destroy();
  }
}

function limitTransaction(crm: ReadRequest["crm"]): string {
  return [
    `SET LOCAL statement_timeout = ${Math.min(crm.statement_timeout ?? crm.timeout, crm.timeout)}`,
    `SET LOCAL lock_timeout = ${crm.lock_timeout}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${crm.timeout}`,
    "SET LOCAL jit = off",
    "SET LOCAL TimeZone = 'UTC'",
  ].join("; ");
}

function bindParameters({ crm, window, recent }: ReadRequest): postgres.ParameterOrJSON<never>[] {
  return [
    crm.crm_source,
    new Date(window.startMs).toISOString(),
    new Date(window.endMs).toISOString(),
    crm.exclude_rules.length === 0 ? null : crm.exclude_rules,
    crm.wrapper_rules,
    Object.keys(crm.statuses).length === 0 ? null : crm.statuses,
    crm.stale_after / 1000,
    recent,
  ];
}

/** The server answered and said no to this way of connecting, as opposed to not answering at all. */
function wasTurnedAway(error: unknown, encryption: Encryption): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (REFUSED_AUTHORIZATION.test(code)) return true;
  return encryption === "tls" && /TLS|SSL|CERT|SIGNED/.test(code);
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal, cancel: () => Promise<void>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => {
    void cancel()
      .catch(() => {})
      .then(() => reject(new WarehouseError("given up")));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  work.catch(() => {});
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
