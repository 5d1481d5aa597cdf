/** One CRM's activity from PostgreSQL: one connection, one read-only snapshot, one statement for the numbers. */
import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresTarget } from "../../config/target.ts";
import { codeOf, HostsFailure, WarehouseError, REFUSED_AUTHORIZATION } from "../failure.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import { readDocument } from "../rows.ts";
import { candidateNames, describeAmbiguity, locateTables } from "../tables.ts";
import findTablesSql from "./find-tables.sql" with { type: "text" };
import type { TableFacts } from "./lookback.ts";
import { openSession, type Session } from "./session.ts";
import { composeActivity } from "./statement.ts";

/** How long a server that broke off in mid-query is waited for, in all about 12 s; the deadline may end it sooner. */
const RETURNS_AFTER_MS = [0, 100, 200, 400, 800, 1600, 3200, 6400];
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
  const session = await openSession(target, request.crm, signal);
  try {
    return await readSnapshot(request, target, session);
  } catch (error) {
    if (signal.aborted || !LOST.test(codeOf(error))) throw error;
  }
  return await readSnapshot(request, target, await openAgain(target, request, signal));
}

/** Takes the session over and ends it. */
async function readSnapshot(request: ReadRequest, target: PostgresTarget, opened: Session): Promise<ReadResult> {
  await using session = opened;
  try {
    const found = await session.ask<TableFacts>(findTablesSql, [candidateNames(request.crm)]);
    const located = locateTables(found, request.crm, "postgres");
    if (located.kind === "ambiguous") throw new WarehouseError(describeAmbiguity(located.presets));
    if (located.kind === "missing") return { ...located, where: `database ${target.database}` };
    const { text, values, lookback } = composeActivity(located, request);
    const [row] = await session.ask<{ document: string }>(text, values);
    return readDocument(row?.document ?? "", located.preset, request.crm, {
      baseline: request.baselineSeconds !== null,
      lookback: lookback.kind,
    });
  } catch (error) {
    throw new HostsFailure(new Map([[session.host, error]]));
  }
}

async function openAgain(target: PostgresTarget, { crm }: ReadRequest, signal: AbortSignal): Promise<Session> {
  let failure: unknown = new WarehouseError("given up");
  for (const delayMs of RETURNS_AFTER_MS) {
    try {
      await sleep(delayMs, undefined, { signal });
      return await openSession(target, crm, signal);
    } catch (error) {
      failure = error;
      if (signal.aborted || REFUSED_AUTHORIZATION.test(codeOf(error))) break;
    }
  }
  throw failure;
}
