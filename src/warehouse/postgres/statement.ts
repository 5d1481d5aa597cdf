/** The statements that read a CRM's runs on PostgreSQL, with their parameters. */
import { NEWEST_RUNS } from "../../report/activity.ts";
import { MOST_KEPT_RUNS } from "../../report/memory/cells.ts";
import type postgres from "postgres";
import {
  computeBounds,
  computeHourBounds,
  holdsHours,
  MOST_NAMES,
  MOST_OLDER_ROWS,
  type Bounds,
  type ScanBounds,
} from "../bounds.ts";
import { listRepeatedHours } from "../../time/clock-changes.ts";
import { BROUGHT } from "../brought.ts";
import { UNREADABLE_END, ZONED } from "../casts.ts";
import { PARTS } from "../document.ts";
import { MOST_HOURLY_RUNS } from "../hourly.ts";
import type { HoursRequest, ReadRequest } from "../request.ts";
import { OLDEST_ROWS, writeStarts, type Source } from "../source.ts";
import { writeCutError } from "../long-values.ts";
import { fillPlaceholders, numberParameters, type Statement } from "../template.ts";
import activitySql from "./activity.sql" with { type: "text" };
import { writeCleanedUp, spellPlain, writeRuleName, writeWord, writeHasError } from "../vocabulary.ts";
import hourlySql from "./hourly.sql" with { type: "text" };
import hoursSql from "./hours.sql" with { type: "text" };
import newestRunsSql from "./newest-runs.sql" with { type: "text" };
import spellingSql from "./spelling.sql" with { type: "text" };
import scanSql from "./scan.sql" with { type: "text" };
import { BARE, writeNearSources } from "./near-sources.ts";
import { BEFORE_ANY_ROW_MS, limitFuture } from "./parts.ts";
import { chooseLookback, hasIndex, type Lookback, type TableFacts } from "./lookback.ts";
import { SMALL_TABLE_ROWS } from "../past.ts";

/** As many as lookback/by-start.sql reads at most. */
const NEWEST_ROWS = 10_000;

export type Parameter = postgres.ParameterOrJSON<never>;

/** The words of the numbers activity.sql counts with, from 0, as `PARTS` are. They are constants, because to join a list of them costs more. */
const STATES = ["success", "partial", "failed", "running", "pending", "skipped", "unknown", "dry_run", "wrapper"];
const WORDS_OF_STATES = `('{${STATES.join()}}'::text[])`;

/** Of the oldest rows. */
const OLDEST_MS = `floor(tstzrange_subdiff(
  coalesce(min(started_at) FILTER (WHERE has_end), min(started_at)), 'epoch') * 1000)::int8`;

/** In the place of hourly.sql. */
const NO_HOURLY = "min(started_at) AS first, NULL::int8[] AS spans, NULL::int8[] AS durations, NULL::int8[] AS records";

/** `actions`: what the catalog says of the source's table of runs. */
export function composeActivity(
  source: Source,
  actions: TableFacts,
  request: ReadRequest,
): Statement<Parameter> & { lookback: Lookback["kind"] } {
  const bounds = computeBounds(request);
  const hasHours = holdsHours(request, bounds);
  const { kind, sql, ofCrm, fromMs, byName } = chooseLookback(actions, source.columns, bounds);
  const text = fillPlaceholders(activitySql, {
    scan: writeScan(source),
    unreadable_end: UNREADABLE_END[source.dialect],
    has_error: writeHasError(source.dialect),
    hourly: hasHours ? hourlySql : NO_HOURLY,
    has_hours: String(hasHours),
    most: String(MOST_HOURLY_RUNS),
    newest_runs: writeNewestRuns(chooseNewest(NEWEST_RUNS), NEWEST_RUNS),
    rules: source.rules,
    starts: writeStarts(source),
    lookback: fillPlaceholders(sql, {
      brought: BROUGHT,
      word: writeWord(source.dialect, "status_word"),
      cut_error: writeCutError(source.dialect),
    }),
    rule_name: writeRuleName(source.dialect),
    ...writeRepeated(request.crm.timezone, bounds),
    near_sources: writeNearSources(actions, source.columns),
    ...BARE,
    table_since: composeTableSince(actions, source, fromMs),
    parts: `('{${PARTS.join()}}'::text[])`,
    states: WORDS_OF_STATES,
  });
  const futureToMs = actions.parts === null ? null : limitFuture(actions.parts, bounds);
  const parameters = {
    ...bindRequest(request, bounds),
    ...(hasHours ? { base: writeInstant(bounds.baseMs) } : {}),
    future_to: futureToMs === null ? null : writeInstant(futureToMs),
    ...bindLookback(kind, ofCrm, fromMs, bounds),
    ...(byName ? { most_names: MOST_NAMES, most_rows: MOST_OLDER_ROWS } : {}),
  };
  return { ...numberParameters<Parameter>(text, parameters, source.dialect), lookback: kind };
}

/** Which starts of the newest rows cannot be read: `readSpelling`. Null: each can. */
export function composeSpelling(
  { spelled, dialect }: Source,
  { crm }: Pick<ReadRequest, "crm">,
): Statement<Parameter> | null {
  if (spelled === null) return null;
  const text = fillPlaceholders(spellingSql, { spelled, zoned: ZONED, rule_name: writeRuleName(dialect) });
  const excluded = crm.excludeRules.length === 0 ? null : crm.excludeRules;
  return numberParameters<Parameter>(text, { crm: crm.crmSource, excluded }, dialect);
}

/** Past hours alone, as `hoursSchema`. `most`: above so many runs they are not told. `actions`: null where nothing asks for the oldest row. */
export function composeHours(
  source: Source,
  actions: TableFacts | null,
  request: HoursRequest,
  most: number,
): Statement<Parameter> {
  const text = fillPlaceholders(hoursSql, {
    scan: writeScan(source),
    hourly: hourlySql,
    most: String(most),
    states: WORDS_OF_STATES,
    starts: writeStarts(source),
    table_since: actions === null ? "NULL" : composeTableSince(actions, source, null),
    newest_runs: writeNewestRuns("settled_at < :to::timestamptz", MOST_KEPT_RUNS),
  });
  const bounds = computeHourBounds(request);
  const parameters = { ...bindScan(request.crm, bounds), base: writeInstant(bounds.baseMs) };
  return numberParameters<Parameter>(text, parameters, source.dialect);
}

function writeScan({ actions, dialect }: Source): string {
  return fillPlaceholders(scanSql, {
    actions,
    word: writeWord(dialect, "a.status_word"),
    rule_name: writeRuleName(dialect),
    brought: BROUGHT,
    cleaned_up: writeCleanedUp(dialect),
    cut_error: writeCutError(dialect),
  });
}

/** Of a rule of which so many finished in the window itself, the window before need not be sorted. */
function chooseNewest(most: number): string {
  return `(part = 0 OR part = 1 AND rule NOT IN (
      SELECT rule FROM cells WHERE part = 0 AND state < 3 GROUP BY rule HAVING sum(n) >= ${most}))`;
}

function writeNewestRuns(chosen: string, most: number): string {
  return fillPlaceholders(newestRunsSql, { chosen, most: String(most), states: WORDS_OF_STATES });
}

/** What the planner is asked where the catalog does not tell: to read the newest rows back from the windows. */
export function composeProbe(source: Source, request: ReadRequest): Statement<Parameter> {
  const { beforeMs, lookbackFromMs } = computeBounds(request);
  const text = `EXPLAIN (FORMAT JSON) SELECT started_at FROM (
${writeStarts(source)}
) starts WHERE started_at >= :lookback_from::timestamptz AND started_at < :before::timestamptz
ORDER BY started_at DESC LIMIT ${NEWEST_ROWS}`;
  const parameters = { lookback_from: writeInstant(lookbackFromMs), before: writeInstant(beforeMs) };
  return numberParameters<Parameter>(text, parameters, source.dialect);
}

/** What the planner is asked of the search by name: the next name, and some rows of one in the order of the index. */
export function composeNameProbe(source: Source, { crm }: ReadRequest): Statement<Parameter> {
  const text = `EXPLAIN (FORMAT JSON) WITH actions AS NOT MATERIALIZED (
${source.actions}
)
(SELECT rule FROM actions WHERE crm_source = :crm::text AND rule > '' ORDER BY rule LIMIT 1)
UNION ALL (SELECT rule FROM actions WHERE (crm_source, rule) >= (:crm::text, 'a') AND (crm_source, rule) <= (:crm::text, 'a')
  ORDER BY crm_source DESC, rule DESC LIMIT 20)`;
  return numberParameters<Parameter>(text, { crm: crm.crmSource }, source.dialect);
}

/**
 * The start of the oldest row, of this CRM where that is as cheap: by an index of starts, of each rule's starts, or in a table that is
 * small. Null where finding it would cost more.
 */
function composeTableSince(
  { indexes, parts, opaque, rows }: TableFacts,
  { columns: { source, rule, start } }: Source,
  fromMs: number | null,
): string {
  const leads = (...columns: string[]) => hasIndex(indexes, columns);
  const isSmall = rows !== null && rows <= SMALL_TABLE_ROWS;
  // Partitions that the look-back may not lock hold older rows, and what a large view would read for its oldest row is not known.
  if ((parts !== null && fromMs !== BEFORE_ANY_ROW_MS) || (opaque && !isSmall)) return "NULL::int8";
  // As of SQLite, where nothing else costs less: of a large table the rows of other CRMs may not be looked through.
  const ofCrm = leads(source, start) && !isSmall ? "crm_source = :crm::text AND " : "";
  if (isSmall || ofCrm !== "" || leads(start))
    return `(SELECT ${OLDEST_MS} FROM (SELECT started_at, finished_at IS NOT NULL AS has_end FROM starts WHERE ${ofCrm}started_at > '-infinity'
      ORDER BY started_at LIMIT ${OLDEST_ROWS}) oldest)`;
  // The names are those of the look-back by rules.
  return parts === null && leads(source, rule, start)
    ? `(SELECT ${OLDEST_MS} FROM names n CROSS JOIN LATERAL (SELECT started_at, finished_at IS NOT NULL AS has_end FROM actions a
        WHERE a.crm_source = :crm::text AND a.rule = n.rule AND started_at > '-infinity' ORDER BY started_at LIMIT 1) oldest)`
    : "NULL::int8";
}

/** Whether a start, as milliseconds and as it is, lies in an hour that clocks without a zone showed twice. */
function writeRepeated(zone: string | null, { beforeMs, toMs }: Bounds): { repeated: string; start_repeated: string } {
  const hours = zone === null ? [] : listRepeatedHours(zone, beforeMs, toMs);
  const write = (holds: (fromMs: number, toMs: number) => string) =>
    hours.length === 0 ? "false" : `(${hours.map((hour) => holds(hour.fromMs, hour.toMs)).join(" OR ")})`;
  return {
    repeated: write((from, to) => `(start >= ${from} AND start < ${to})`),
    start_repeated: write(
      (from, to) =>
        `(started_at >= '${writeInstant(from)}'::timestamptz AND started_at < '${writeInstant(to)}'::timestamptz)`,
    ),
  };
}

function bindRequest({ crm, recent }: ReadRequest, bounds: Bounds): Record<string, Parameter> {
  return {
    ...bindScan(crm, bounds),
    starts_from: writeInstant(bounds.startsFromMs),
    latest_start: writeInstant(bounds.latestStartMs),
    recent,
  };
}

/** What scan.sql asks for. */
function bindScan(crm: ReadRequest["crm"], bounds: ScanBounds): Record<string, Parameter> {
  return {
    crm: crm.crmSource,
    from: writeInstant(bounds.fromMs),
    to: writeInstant(bounds.toMs),
    before: writeInstant(bounds.beforeMs),
    scan_from: writeInstant(bounds.scanFromMs),
    latest_end: writeInstant(bounds.latestEndMs),
    baseline_scan_from: bounds.baselineScanFromMs === null ? null : writeInstant(bounds.baselineScanFromMs),
    baseline_from: bounds.baselineFromMs === null ? null : writeInstant(bounds.baselineFromMs),
    baseline_to: bounds.baselineToMs === null ? null : writeInstant(bounds.baselineToMs),
    excluded: crm.excludeRules.length === 0 ? null : crm.excludeRules,
    wrappers: crm.wrapperRules,
    statuses: Object.keys(crm.statuses).length === 0 ? null : spellPlain(crm.statuses),
  };
}

function bindLookback(
  kind: Lookback["kind"],
  ofCrm: boolean,
  fromMs: number,
  bounds: Bounds,
): Record<string, Parameter> {
  if (kind === "none") return {};
  const back = {
    lookback_from: writeInstant(fromMs),
    week_before: writeInstant(bounds.weekBeforeMs),
    hour_and_week_before: writeInstant(bounds.hourAndWeekBeforeMs),
  };
  return kind === "each-rule"
    ? { ...back, month_before: writeInstant(bounds.lookbackFromMs) }
    : { ...back, near: writeInstant(bounds.nearMs), of_crm: ofCrm };
}

/** As the statements cast it to a time. */
export function writeInstant(ms: number): string {
  return new Date(ms).toISOString();
}
