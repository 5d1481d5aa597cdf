/** What a CRM's rules did in some past hours, from PostgreSQL, in one read-only snapshot. */
import type { Connection } from "../../database/connection.ts";
import { codeOf, DatabaseError, StillRunning } from "../../database/failure.ts";
import type { PostgresTarget } from "../../database/target.ts";
import type { Past } from "../../report/memory/cells.ts";
import {
  describeTooMany,
  limitPast,
  MOST_READ_RUNS,
  NO_PAST,
  PAST_SHARE,
  pastInVain,
  readPast,
  requestPast,
  SMALL_TABLE_ROWS,
  unreadablePast,
  type SmallPast,
} from "../past.ts";
import type { ActionColumns } from "../presets.ts";
import type { HoursRequest, HoursResult, ReadRequest } from "../request.ts";
import type { Source } from "../source.ts";
import { quoteTable } from "../tables.ts";
import { locateSource } from "./locate.ts";
import { HOUR_MS } from "../../time/units.ts";
import { REACH_MS } from "../bounds.ts";
import { hasIndex, type TableFacts } from "./lookback.ts";
import { limitPartsOfPast } from "./parts.ts";
import { inSnapshot } from "./patience.ts";
import { composeHours } from "./statement.ts";

/** SQLSTATE of what took longer than `statement_timeout`. */
const CANCELLED = "57014";
/** They come by the hundred. */
const SMALL_FAR_ROWS = 20_000;

/** The runs of a CRM in whole hours. Throws as a report's reading does. */
export async function readPostgresHours(
  request: HoursRequest,
  target: PostgresTarget,
  signal: AbortSignal,
): Promise<HoursResult> {
  return await inSnapshot(target, request.crm, signal, async (connection): Promise<HoursResult> => {
    const found = await locateSource(connection, request.crm);
    if (found.kind === "missing") return { ...found, where: `database ${target.database}` };
    if (!leadsToDays(found.actions, found.source.columns)) {
      return { kind: "unindexed", problem: adviseIndex(found.actions, found.source.columns) };
    }
    const past = await askHours(connection, found.source, found.actions, request, MOST_READ_RUNS).catch(
      (error: unknown) => {
        throw signal.aborted ? new StillRunning("given up") : error;
      },
    );
    if (past === null) throw new DatabaseError(describeTooMany());
    return {
      kind: "read",
      past,
      isSmall: request.asksSize === true && (await isWholeCheap(connection, found.actions)),
    };
  });
}

/** The past of a table that is small enough to be read with each report. Ends the snapshot. */
export async function readSmallPast(
  connection: Connection,
  source: Source,
  actions: TableFacts,
  request: ReadRequest,
  tableSinceMs: number | null,
): Promise<SmallPast> {
  const isCounted = isSmall(actions);
  if (!isCounted && !isUncounted(actions)) return NO_PAST;
  try {
    await connection.ask(`SET LOCAL statement_timeout = ${Math.ceil(request.crm.timeoutMs * PAST_SHARE)}`);
    if (!isCounted && !(await hasFewRows(connection, actions))) return NO_PAST;
    const past = await askHours(connection, source, null, requestSmallPast(request, actions), SMALL_TABLE_ROWS);
    return past === null ? NO_PAST : { past: limitPast(past, tableSinceMs), pastProblem: null };
  } catch (error) {
    // What the report needs is there already: whatever goes wrong now, it is made without its past.
    const isLate = error instanceof DatabaseError || codeOf(error) === CANCELLED;
    return isLate ? pastInVain(request) : unreadablePast(error);
  }
}

async function askHours(
  connection: Connection,
  source: Source,
  actions: TableFacts | null,
  request: HoursRequest,
  most: number,
): Promise<Past | null> {
  const { text, values } = composeHours(source, actions, request, most);
  const [row] = await connection.ask<{ document: string }>(text, values);
  return readPast(row?.document ?? "", request);
}

/** Whether the rows of a day are found without a look at all others. Of a view it is not known. */
function leadsToDays(actions: TableFacts, { source, start }: ActionColumns): boolean {
  const { indexes, parts, opaque } = actions;
  const isIndexed = hasIndex(indexes, [start]) || hasIndex(indexes, [source, start]);
  return opaque || isIndexed || isSmall(actions) || (parts !== null && parts.starts.length > 0);
}

function isSmall({ rows }: TableFacts): boolean {
  return rows !== null && rows <= SMALL_TABLE_ROWS;
}

/** Whether many days at once cost no more than one. A table in parts would be locked in each of them. */
async function isWholeCheap(connection: Connection, actions: TableFacts): Promise<boolean> {
  if (actions.parts !== null) return false;
  return isSmall(actions) || (isUncounted(actions) && (await hasFewRows(connection, actions)));
}

/** Of a table in parts as far as they may be locked. What began a little before its first hour is read too. */
function requestSmallPast(request: ReadRequest, { parts }: TableFacts): HoursRequest {
  const past = requestPast(request);
  if (parts === null) return past;
  const fromMs = limitPartsOfPast(parts, past.toMs) + REACH_MS;
  return { ...past, fromMs: Math.max(past.fromMs, Math.ceil(fromMs / HOUR_MS) * HOUR_MS) };
}

/** The catalog does not say how many rows it has: it was never analysed, or is on another server. */
function isUncounted({ rows, guessed = false, far }: TableFacts): boolean {
  return guessed || (rows === null && far);
}

async function hasFewRows(connection: Connection, actions: TableFacts): Promise<boolean> {
  const most = actions.far ? SMALL_FAR_ROWS : SMALL_TABLE_ROWS;
  const [row] = await connection.ask<{ n: number }>(
    `SELECT count(*)::int AS n FROM (SELECT FROM ${quoteTable(actions)} LIMIT ${most + 1}) AS known`,
  );
  return row !== undefined && row.n <= most;
}

function adviseIndex(actions: TableFacts, { source, start }: ActionColumns): string {
  const table = quoteTable(actions);
  return `no index of ${table} leads to the runs of a day: CREATE INDEX CONCURRENTLY ON ${table} (${source}, ${start})`;
}
