/** One CRM's activity from PostgreSQL: one connection, one read-only snapshot, one statement for the numbers. */
import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresTarget } from "../../database/target.ts";
import { codeOf, HostsFailure, DatabaseError, REFUSED_AUTHORIZATION } from "../../database/failure.ts";
import { computeBounds } from "../bounds.ts";
import { listUnreadable } from "../casts.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import { buildActivity } from "../rows.ts";
import { describeIncomplete } from "../needed-columns.ts";
import { findSource, type Source } from "../source.ts";
import { describeAmbiguity, quoteTable } from "../tables.ts";
import type { TableFacts } from "./lookback.ts";
import { beginSnapshot, openSnapshot } from "./snapshot.ts";
import type { Connection } from "../../database/connection.ts";
import { composeActivity, composeProbe, composeSearch } from "./statement.ts";

/** How long a server that broke off in mid-query is waited for, in all about 12 s; the deadline may end it sooner. */
const RETURNS_AFTER_MS = [0, 100, 200, 400, 800, 1600, 3200, 6400];
const UTC_NAMES = /^(?:Etc\/)?(?:UTC|UCT|GMT|GMT[+-]?0|Greenwich|Universal|Zulu)$/i;
/** In the planner's units. To read 200,000 rows whole and sort them costs about as much. */
const CHEAP_COST = 25_000;
/** SQLSTATE classes and system errors of a server that went away, or of a standby that took its snapshot back. */
const LOST = /^(?:57P0[123]|08\w{3}|40001|ECONNRESET|EPIPE|ETIMEDOUT|CONNECTION_\w+)$/;

/**
 * Ends at the signal with the server freed. A snapshot that is lost in mid-query is read once more from its start: the
 * numbers are always of one snapshot.
 */
export async function readPostgres(
  request: ReadRequest,
  target: PostgresTarget,
  signal: AbortSignal,
): Promise<ReadResult> {
  const connection = await openSnapshot(target, request.crm, signal);
  try {
    return await readSnapshot(request, target, connection);
  } catch (error) {
    if (signal.aborted || !LOST.test(codeOf(error))) throw error;
  }
  return await readSnapshot(request, target, await openAgain(target, request, signal));
}

/** Takes the connection over and ends it. */
async function readSnapshot(request: ReadRequest, target: PostgresTarget, opened: Connection): Promise<ReadResult> {
  await using connection = opened;
  try {
    const search = composeSearch(request.crm);
    const tables = await connection.ask<TableFacts>(search.text, search.values);
    const found = findSource(tables, request.crm, "postgres");
    if (found.kind === "ambiguous") throw new DatabaseError(describeAmbiguity(found.presets));
    if (found.kind === "incomplete") {
      const { incomplete, preset } = found;
      throw new DatabaseError(describeIncomplete(incomplete, quoteTable(incomplete.table), preset));
    }
    if (found.kind === "missing") return { ...found, where: `database ${target.database}` };
    const unreadable = [found.actions, found.rules].flatMap((table) => listUnreadable(table?.types ?? {}));
    if (unreadable.length > 0)
      throw new DatabaseError(`columns of other types than a report needs: ${unreadable.join(", ")}`);
    const actions = await describeActions(connection, found.source, found.actions, request);
    const assumedZone = await findAssumedZone(connection, found.actions, request.crm.timezone);
    // What the search has locked in the catalog is free again.
    if (actions.parts !== null) await connection.ask(`COMMIT; ${beginSnapshot(request.crm)}`);
    const { text, values, lookback } = composeActivity(found.source, actions, request);
    const [row] = await connection.ask<{ document: string }>(text, values);
    return buildActivity(row?.document ?? "", found.source, request.crm, {
      baseline: request.baselineSeconds !== null,
      scannedFromMs: computeBounds(request).scanFromMs,
      lookback,
      assumedZone,
    });
  } catch (error) {
    throw new HostsFailure(new Map([[connection.host, error]]));
  }
}

/** The server's own zone, where times without one are read as UTC and the server is elsewhere; else null. */
export async function findAssumedZone(
  connection: Connection,
  { types = {} }: TableFacts,
  timezone: string | null,
): Promise<string | null> {
  if (timezone !== null || !Object.values(types).includes("timestamp without time zone")) return null;
  const [row] = await connection.ask<{ zone: string }>(
    "SELECT reset_val AS zone FROM pg_catalog.pg_settings WHERE name = 'TimeZone'",
  );
  return row === undefined || UTC_NAMES.test(row.zone) ? null : row.zone;
}

/** Where the catalog does not say what is behind the table, an index is assumed if the planner finds its newest rows cheap. */
async function describeActions(
  connection: Connection,
  source: Source,
  actions: TableFacts,
  request: ReadRequest,
): Promise<TableFacts> {
  if (!actions.opaque) return actions;
  const { text, values } = composeProbe(source, request);
  const [row] = await connection.ask<{ "QUERY PLAN": { Plan: { "Total Cost": number } }[] }>(text, values);
  const cost = row?.["QUERY PLAN"][0]?.Plan["Total Cost"] ?? Infinity;
  return cost <= CHEAP_COST ? { ...actions, indexes: [[source.columns.start]] } : actions;
}

async function openAgain(target: PostgresTarget, { crm }: ReadRequest, signal: AbortSignal): Promise<Connection> {
  let failure: unknown = new DatabaseError("given up");
  for (const delayMs of RETURNS_AFTER_MS) {
    try {
      await sleep(delayMs, undefined, { signal });
      return await openSnapshot(target, crm, signal);
    } catch (error) {
      failure = error;
      if (signal.aborted || REFUSED_AUTHORIZATION.test(codeOf(error))) break;
    }
  }
  throw failure;
}
