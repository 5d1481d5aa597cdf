/** The statements of a pass on SQLite, with their parameters: the activity, and rules that are known by their names alone. */
import { NEWEST_RUNS } from "../../report/activity.ts";
import { MOST_KEPT_RUNS } from "../../report/memory/cells.ts";
import { BROUGHT } from "../brought.ts";
import { computeBounds, computeHourBounds, holdsHours, MOST_NAMES, type ScanBounds } from "../bounds.ts";
import { listRepeatedHours } from "../../time/clock-changes.ts";
import { UNREADABLE_END } from "../casts.ts";
import { MOST_HOURLY_RUNS } from "../hourly.ts";
import type { HoursRequest, ReadRequest } from "../request.ts";
import type { Dialect } from "../presets.ts";
import { OLDEST_ROWS, writeStarts, type Source } from "../source.ts";
import { writeCutError } from "../long-values.ts";
import { fillPlaceholders, listParameters, numberParameters, type Statement } from "../template.ts";
import { writeBareSource, writeCleanedUp, spellPlain, writeRuleName, writeWord, writeHasError } from "../vocabulary.ts";
import { listOffsets, writeInstantMs, writeRange, type Reading, type Spellings } from "./instants.ts";
import activitySql from "./activity.sql" with { type: "text" };
import hourlySql from "./hourly.sql" with { type: "text" };
import hoursSql from "./hours.sql" with { type: "text" };
import namesSql from "./names.sql" with { type: "text" };
import lookbackRowsSql from "./lookback-rows.sql" with { type: "text" };
import newestRunsSql from "./newest-runs.sql" with { type: "text" };
import pastSql from "./past.sql" with { type: "text" };
import placedSql from "./placed.sql" with { type: "text" };
import olderSql from "./older.sql" with { type: "text" };
import spellingSql from "./spelling.sql" with { type: "text" };
import scanSql from "./scan.sql" with { type: "text" };
import toldSql from "./told.sql" with { type: "text" };

/** Beside each range, so that an index on CRM and start helps. */
const OF_CRM = "crm_source = :crm AND ";
/** Later starts are not looked for. */
const LAST_MS = Date.parse("9998-01-01T00:00:00Z");

/** What the look-back reads of a run. */
const RUNS = `rule, id, error, ${BROUGHT} AS brought,
    {start_ms} AS started_ms,
    {finish_ms} AS finished_ms,
    CASE WHEN :statuses IS NULL THEN status
      ELSE coalesce((SELECT value FROM json_each(:statuses) WHERE key = {word}), status) END AS meaning`;
/** Neither dry runs nor excluded. */
const OWN = `dry_run IS NOT TRUE AND rule IS NOT NULL AND rule NOT IN (SELECT value FROM json_each(:excluded))`;
const IS_WRAPPER =
  "(CASE WHEN :wrappers IS NULL THEN wrapper ELSE rule IN (SELECT value FROM json_each(:wrappers)) END)";

export type SqliteValue = string | number | null;

/**
 * A statement that is asked of rows read before, each kept in a temporary table under its name. SQLite expands what a relation is made
 * of with each mention of it: as one statement it takes five times as long to be prepared as to be answered.
 */
export type StagedStatement = Statement<SqliteValue> & { stages: Stage[] };
export type Stage = Statement<SqliteValue> & { name: string };

/** No warehouse has tables of these names. */
const [TOLD, PLACED] = ["automation_reports_told", "automation_reports_placed"] as const;

/** Its rows are the names of the CRM's rules, and one more than `MOST_NAMES` where there are more. */
export function composeNames({ actions, dialect }: Source, { crm }: ReadRequest): Statement<SqliteValue> {
  const text = fillPlaceholders(namesSql, { actions, rule_name: writeRuleName(dialect) });
  return numberParameters(text, { crm: crm.crmSource, most: MOST_NAMES }, dialect);
}

export function composeActivity(source: Source, request: ReadRequest, spellings: Spellings): StagedStatement {
  const { actions, rules, dialect } = source;
  const bounds = computeBounds(request);
  const scanFromMs = Math.min(bounds.scanFromMs, bounds.baselineScanFromMs ?? Infinity);
  const reading = { offsets: listOffsets(request.crm.timezone, bounds.beforeMs, bounds.toMs), spellings };
  const text = fillPlaceholders(activitySql, {
    ...writeLookback(dialect, reading),
    repeated: writeRepeated(request.crm.timezone, bounds.beforeMs, bounds.toMs),
    scan: SCAN,
    actions,
    starts: writeStarts(source),
    unreadable_end: UNREADABLE_END[dialect],
    has_error: writeHasError(dialect),
    oldest: OLDEST,
    hourly: hourlySql,
    has_hours: holdsHours(request, bounds) ? "true" : "false",
    most: String(MOST_HOURLY_RUNS),
    newest_runs: fillPlaceholders(newestRunsSql, { chosen: "part <> 'baseline'", most: String(NEWEST_RUNS) }),
    rules,
    own_or_lone: `${OWN} AND (NOT ${IS_WRAPPER} OR (SELECT wrappers_only FROM lone))`,
    begin_ms: writeInstantMs("starts_at", reading),
    stop_ms: writeInstantMs("ends_at", reading),
    create_ms: writeInstantMs("created_at", reading),
    change_ms: writeInstantMs("changed_at", reading),
    bare_source: writeBareSource(dialect, "crm_source"),
    bare_crm: writeBareSource(dialect, ":crm"),
    near_range: writeRange("", "started_at", [bounds.beforeMs, bounds.toMs], spellings),
    later_range: writeRange(OF_CRM, "started_at", [bounds.beforeMs, LAST_MS], spellings),
    future_range: writeRange(OF_CRM, "started_at", [request.nowMs, LAST_MS], spellings),
  });
  const parameters = bindRequest(request);
  return {
    ...numberOwn(text, parameters, dialect),
    stages: composeStages(source, reading, [scanFromMs, bounds.toMs], parameters),
  };
}

/** Past hours alone, as `hoursSchema`. `most`: above so many runs they are not told. */
export function composeHours(
  source: Source,
  request: HoursRequest,
  most: number,
  spellings: Spellings,
): StagedStatement {
  const bounds = computeHourBounds(request);
  const reading = { offsets: listOffsets(request.crm.timezone, bounds.scanFromMs, bounds.toMs), spellings };
  const text = fillPlaceholders(hoursSql, {
    scan: SCAN,
    hourly: hourlySql,
    most: String(most),
    starts: writeStarts(source),
    start_ms: writeInstantMs("started_at", reading),
    oldest: OLDEST,
    newest_runs: fillPlaceholders(newestRunsSql, { chosen: "settled_ms < :to", most: String(MOST_KEPT_RUNS) }),
  });
  const parameters = bindScan(request.crm, bounds);
  return {
    ...numberOwn(text, parameters, source.dialect),
    stages: composeStages(source, reading, [bounds.scanFromMs, bounds.toMs], parameters),
  };
}

/** An end may be of any length: that there is one says its type alone. */
const OLDEST = `(SELECT coalesce(min(iif(has_end, started_at, NULL)), min(started_at)) AS started_at
    FROM (SELECT started_at, typeof(finished_at) <> 'null' AS has_end FROM starts
      WHERE started_at IS NOT NULL ORDER BY started_at LIMIT ${OLDEST_ROWS}))`;

const SCAN = fillPlaceholders(scanSql, { told: TOLD, placed: PLACED });

function composeStages(
  { actions, dialect }: Source,
  reading: Reading,
  range: [fromMs: number, toMs: number],
  parameters: Record<string, SqliteValue>,
): Stage[] {
  const told = fillPlaceholders(toldSql, {
    actions,
    word: writeWord(dialect, "status_word"),
    unreadable_end: UNREADABLE_END[dialect],
    start_ms: writeInstantMs("started_at", reading),
    finish_ms: writeInstantMs("finished_at", reading),
    scan_range: writeRange(OF_CRM, "started_at", range, reading.spellings),
  });
  const placed = fillPlaceholders(placedSql, {
    told: TOLD,
    rule_name: writeRuleName(dialect),
    brought: BROUGHT,
    cleaned_up: writeCleanedUp(dialect),
    cut_error: writeCutError(dialect),
  });
  return [
    { name: TOLD, ...numberOwn(told, parameters, dialect) },
    { name: PLACED, ...numberOwn(placed, parameters, dialect) },
  ];
}

/** With those of the parameters that it has. */
function numberOwn(text: string, parameters: Record<string, SqliteValue>, dialect: Dialect): Statement<SqliteValue> {
  const own = listParameters(text);
  const named = Object.entries(parameters).filter(([name]) => own.has(name));
  return numberParameters(text, Object.fromEntries(named), dialect);
}

/** Which starts of the newest rows are spelled otherwise, and which cannot be read: `spellingSchema`. */
export function composeSpelling(
  source: Source,
  { crm, nowMs }: Pick<ReadRequest, "crm" | "nowMs">,
  spellings: Spellings,
): Statement<SqliteValue> {
  const { actions, dialect } = source;
  const offsets = listOffsets(crm.timezone, nowMs, nowMs);
  const text = fillPlaceholders(spellingSql, {
    rule_name: writeRuleName(dialect),
    actions,
    starts: writeStarts(source),
    start_ms: writeInstantMs("started_at", { offsets, spellings }),
    finish_ms: writeInstantMs("finished_at", { offsets, spellings }),
  });
  return numberParameters<SqliteValue>(
    text,
    { crm: crm.crmSource, excluded: JSON.stringify(crm.excludeRules) },
    dialect,
  );
}

/** The rows of one rule that are read by its name: so many of those that were added last, or first. */
export type NamedRows = { rule: string; most: number; added: "last" | "first" };

/** The look-back of one rule, in these of its rows: `lookback` as in the document, and whether there may be more rows. */
export function composeOlder(
  { actions, dialect }: Source,
  request: ReadRequest,
  { rule, most, added }: NamedRows,
  spellings: Spellings,
): Statement<SqliteValue> {
  const { startMs, endMs } = request.window;
  const reading = { offsets: listOffsets(request.crm.timezone, startMs, endMs), spellings };
  const text = fillPlaceholders(olderSql, {
    ...writeLookback(dialect, reading),
    order: added === "last" ? "DESC" : "ASC",
    actions,
  });
  return numberOwn(text, { ...bindRequest(request), rule, most }, dialect);
}

function writeLookback(dialect: Dialect, reading: Reading): Record<string, string> {
  const shared = {
    word: writeWord(dialect, "status_word"),
    start_ms: writeInstantMs("started_at", reading),
    finish_ms: writeInstantMs("finished_at", reading),
  };
  const own = `(${OWN} AND NOT ${IS_WRAPPER})`;
  return {
    ...shared,
    runs: fillPlaceholders(RUNS, shared),
    own,
    past: pastSql,
    lookback_rows: fillPlaceholders(lookbackRowsSql, {
      rule_name: writeRuleName(dialect),
      cut_error: writeCutError(dialect),
    }),
  };
}

/** Whether a run started in an hour that the clocks showed twice, and may have ended before it as they showed it. */
function writeRepeated(zone: string | null, fromMs: number, toMs: number): string {
  const hours = zone === null ? [] : listRepeatedHours(zone, fromMs, toMs);
  return hours.length === 0
    ? "FALSE"
    : `(${hours.map((hour) => `(started_ms >= ${hour.fromMs} AND started_ms < ${hour.toMs})`).join(" OR ")})`;
}

function bindRequest(request: ReadRequest): Record<string, SqliteValue> {
  const bounds = computeBounds(request);
  return {
    ...bindScan(request.crm, bounds),
    starts_from: bounds.startsFromMs,
    latest_start: bounds.latestStartMs,
    week_before: bounds.weekBeforeMs,
    hour_and_week_before: bounds.hourAndWeekBeforeMs,
    recent: request.recent,
  };
}

/** What told.sql and placed.sql ask for. */
function bindScan(crm: ReadRequest["crm"], bounds: ScanBounds): Record<string, SqliteValue> {
  return {
    crm: crm.crmSource,
    from: bounds.fromMs,
    to: bounds.toMs,
    before: bounds.beforeMs,
    scan_from: bounds.scanFromMs,
    base: bounds.baseMs,
    latest_end: bounds.latestEndMs,
    baseline_scan_from: bounds.baselineScanFromMs,
    baseline_from: bounds.baselineFromMs,
    baseline_to: bounds.baselineToMs,
    excluded: JSON.stringify(crm.excludeRules),
    wrappers: crm.wrapperRules === null ? null : JSON.stringify(crm.wrapperRules),
    statuses: Object.keys(crm.statuses).length === 0 ? null : JSON.stringify(spellPlain(crm.statuses)),
  };
}
