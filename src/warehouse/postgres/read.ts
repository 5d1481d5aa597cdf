/** One CRM's activity from PostgreSQL: one connection, one read-only snapshot, one statement for the numbers. */
import type { PostgresTarget } from "../../database/target.ts";
import { codeOf, DatabaseError, wasStillRunning } from "../../database/failure.ts";
import { describeUnread } from "../../text/unreadable-starts.ts";
import { begin } from "../../database/transaction.ts";
import { computeBounds } from "../bounds.ts";
import { findFirstShowing } from "../../time/clock-changes.ts";
import { lacksZone } from "../casts.ts";
import { isKnownElsewhere } from "../past.ts";
import { PRESETS } from "../presets.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import { buildActivity } from "../rows.ts";
import { PLAIN_SPELLING, readSpelling, type Spelling } from "../spelling.ts";
import { withoutRules, type Source } from "../source.ts";
import { readSmallPast } from "./hours.ts";
import { locateSource } from "./locate.ts";
import { mayReachNames, type TableFacts } from "./lookback.ts";
import { quoteTable } from "../tables.ts";
import type { Statement } from "../template.ts";
import { inSnapshot } from "./patience.ts";
import { attempt, findRulesProblem, findSlowness } from "./refusals.ts";
import { beginSnapshot } from "./snapshot.ts";
import type { Connection } from "../../database/connection.ts";
import { composeActivity, composeNameProbe, composeProbe, composeSpelling, type Parameter } from "./statement.ts";

const UTC_NAMES = /^(?:Etc\/)?(?:UTC|UCT|GMT|GMT[+-]?0|Greenwich|Universal|Zulu)$/i;
/** SQLSTATEs of names and types that are not as they were: a load renamed the tables, dropped a column or made a view anew. */
const CHANGED = /^(?:42P01|42703|42883|42804|42809)$/;
/** In the planner's units. To read 200,000 rows whole and sort them costs about as much. */
const CHEAP_COST = 25_000;
/** Of one name and 20 of its rows, each on a page of its own; a search asks for as many names as there are rules. */
const CHEAP_NAME_COST = 200;

/** Ends at the signal with the server freed. The numbers are always of one snapshot. */
export async function readPostgres(
  request: ReadRequest,
  target: PostgresTarget,
  signal: AbortSignal,
): Promise<ReadResult> {
  return await inSnapshot(
    target,
    request.crm,
    signal,
    async (connection) => await readSnapshot(request, target, connection),
  );
}

/** `isFirst`: what was changed since the catalog told of it is looked for once more. */
async function readSnapshot(
  request: ReadRequest,
  target: PostgresTarget,
  connection: Connection,
  isFirst = true,
): Promise<ReadResult> {
  const { timezone } = request.crm;
  const first = timezone === null ? null : findFirstShowing(timezone, request.window.endMs);
  const found = await locateSource(connection, request.crm, first);
  if (found.kind === "missing") return { ...found, where: `database ${target.database}` };
  const beginAnew = async () => await begin(connection.ask, `ROLLBACK; ${beginSnapshot(request.crm)}`);
  const read = async (source: Source) => {
    const actions = await describeActions(connection, source, found.actions, request);
    const spelling = await readStarts(connection, source, request);
    const assumedZone = await findAssumedZone(connection, found, timezone, spelling);
    // What the search has locked in the catalog is free again.
    if (actions.parts !== null) await beginAnew();
    const { text, values, lookback } = composeActivity(source, actions, request);
    const [row] = await connection.ask<{ document: string }>(text, values);
    const activity = buildActivity(row?.document ?? "", source, request.crm, {
      baseline: request.baselineSeconds !== null,
      bounds: computeBounds(request),
      lookback,
      spelling,
      assumedZone,
    });
    if (actions.opaque && source.spelled === null && activity.rules.length === 0)
      await refuseStartless(connection, source, request.crm.crmSource);
    if (isKnownElsewhere(request, (await request.pastKnownFromMs) ?? null, activity.tableSinceMs)) return activity;
    return { ...activity, ...(await readSmallPast(connection, source, actions, request, activity.tableSinceMs)) };
  };
  const { rules } = found;
  const isAsked = rules !== null && found.source.rulesProblem === null;
  const slowness = isAsked ? await findSlowness(connection, found.source, rules, request.crm) : null;
  const source = slowness === null ? found.source : withoutRules(found.source, slowness);
  try {
    return await read(source);
  } catch (error) {
    if (isFirst && CHANGED.test(codeOf(error))) {
      await beginAnew();
      return await readSnapshot(request, target, connection, false);
    }
    if (rules === null || source.rulesProblem !== null || wasStillRunning(error)) throw error;
    // Perhaps only the rules cannot be read. If the runs cannot, that is said.
    const problem = await beginAnew()
      .then(async () => await findRulesProblem(connection, target, source, rules, request.crm))
      .catch(() => null);
    if (problem === null) throw error;
    return await read(withoutRules(source, problem));
  }
}

/** Which starts of the newest rows cannot be read. */
export async function readStarts(
  connection: Connection,
  source: Source,
  request: Pick<ReadRequest, "crm">,
): Promise<Spelling> {
  const statement = composeSpelling(source, request);
  if (statement === null) return PLAIN_SPELLING;
  const [row] = await connection.ask<{ document: string }>(statement.text, statement.values);
  return readSpelling(row?.document ?? "");
}

/** Where a view has told of no run: throws if its first rows are runs that ended and have no start, and so are in no window. */
async function refuseStartless(connection: Connection, source: Source, crm: string): Promise<void> {
  const statement = `SELECT id::text AS id FROM (SELECT * FROM (${source.actions}) actions LIMIT 1000) few
    WHERE crm_source = $1 AND started_at IS NULL
      AND (finished_at IS NOT NULL OR status IN ('success', 'partial', 'failed')) LIMIT 3`;
  const rows = await attempt(connection, async () => await connection.ask<{ id: string }>(statement, [crm]));
  const ids = rows?.map(({ id }) => id) ?? [];
  if (ids.length > 0) throw new DatabaseError(describeUnread("", ids));
}

/** The server's own zone, where times without one are read as UTC and the server is elsewhere; else null. */
export async function findAssumedZone(
  connection: Connection,
  { source, actions, rules }: { source: Source; actions: TableFacts; rules: TableFacts | null },
  timezone: string | null,
  spelling: Pick<Spelling, "lacksZone">,
): Promise<string | null> {
  const { kinds } = PRESETS[source.preset];
  const isDoubtful =
    spelling.lacksZone || lacksZone(actions.types ?? {}, kinds.actions) || lacksZone(rules?.types ?? {}, kinds.rules);
  if (timezone !== null || !isDoubtful) return null;
  const [row] = await connection.ask<{ zone: string }>(
    "SELECT reset_val AS zone FROM pg_catalog.pg_settings WHERE name = 'TimeZone'",
  );
  return row === undefined || UTC_NAMES.test(row.zone) ? null : row.zone;
}

/** What the catalog does not say is the planner's question; nothing is read for its answer. */
async function describeActions(
  connection: Connection,
  source: Source,
  actions: TableFacts,
  request: ReadRequest,
): Promise<TableFacts> {
  if (actions.opaque) {
    const { cost } = await askPlan(connection, composeProbe(source, request));
    const whole = await askPlan(connection, {
      text: `EXPLAIN (VERBOSE, FORMAT JSON) SELECT FROM ${quoteTable(actions)}`,
      values: [],
    });
    return {
      ...actions,
      // How many rows are far away is a guess.
      far: actions.far || whole.isHandedOver,
      rows: whole.isFar || whole.cost > CHEAP_COST ? actions.rows : whole.rows,
      indexes: cost <= CHEAP_COST ? [[source.columns.start]] : actions.indexes,
    };
  }
  if (!mayReachNames(actions, source.columns)) return actions;
  const { cost } = await askPlan(connection, composeNameProbe(source, request));
  return { ...actions, byName: cost <= CHEAP_NAME_COST };
}

/** What a verbose plan says of a foreign table of postgres_fdw or file_fdw. Others may fetch all rows to tell of a few. */
const HANDED_OVER = /"(?:Remote SQL|Foreign File)":/;

async function askPlan(
  connection: Connection,
  { text, values }: Statement<Parameter>,
): Promise<{ cost: number; rows: number; isFar: boolean; isHandedOver: boolean }> {
  type Plan = { "Total Cost": number; "Plan Rows": number };
  const [row] = await connection.ask<{ "QUERY PLAN": { Plan: Plan }[] }>(text, values);
  const plan = row?.["QUERY PLAN"][0]?.Plan;
  const nodes = JSON.stringify(plan) ?? "";
  const far = nodes.split('"Foreign Scan"').length - 1;
  return {
    cost: plan?.["Total Cost"] ?? Infinity,
    rows: plan?.["Plan Rows"] ?? Infinity,
    isFar: far > 0,
    isHandedOver: far > 0 && nodes.split(HANDED_OVER).length - 1 === far,
  };
}
