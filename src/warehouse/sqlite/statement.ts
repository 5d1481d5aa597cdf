/** The statements of a pass on SQLite, with their parameters: the activity, and rules that are known by their names alone. */
import { MOST_KEPT_RUNS } from "../../report/memory/cells.ts";
import {
  computeBounds,
  computeHourBounds,
  holdsHours,
  MOST_NAMES,
  type ScanBounds,
  MOST_NEWEST_RUNS,
} from "../bounds.ts";
import { listRepeatedHours } from "../../time/clock-changes.ts";
import { UNREADABLE_END } from "../casts.ts";
import { MOST_HOURLY_RUNS } from "../hourly.ts";
import type { HoursRequest, ReadRequest } from "../request.ts";
import type { Dialect } from "../presets.ts";
import type { Source } from "../source.ts";
import { writeCutMessage } from "../cut-messages.ts";
import { fillPlaceholders, numberParameters, type Statement } from "../template.ts";
import { writeCleanedUp, spellPlain, writeRuleName, writeWord } from "../vocabulary.ts";
import { listOffsets, writeInstantMs, writeRange, type Reading, type Spellings } from "./instants.ts";
import activitySql from "./activity.sql" with { type: "text" };
import hourlySql from "./hourly.sql" with { type: "text" };
import hoursSql from "./hours.sql" with { type: "text" };
import namesSql from "./names.sql" with { type: "text" };
import lookbackRowsSql from "./lookback-rows.sql" with { type: "text" };
import newestRunsSql from "./newest-runs.sql" with { type: "text" };
import pastSql from "./past.sql" with { type: "text" };
import olderSql from "./older.sql" with { type: "text" };
import spellingSql from "./spelling.sql" with { type: "text" };
import scanSql from "./scan.sql" with { type: "text" };

/** Beside each range, so that an index on CRM and start helps. */
const OF_CRM = "crm_source = :crm AND ";
/** Later starts are not looked for. */
const LAST_MS = Date.parse("9998-01-01T00:00:00Z");

/** What the look-back reads of a run. */
const RUNS = `rule, id, error, records_processed,
    {start_ms} AS started_ms,
    {finish_ms} AS finished_ms,
    CASE WHEN :statuses IS NULL THEN status
      ELSE coalesce((SELECT value FROM json_each(:statuses) WHERE key = {word}), status) END AS meaning`;
/** Neither rehearsed nor excluded. */
const OWN = `dry_run IS NOT TRUE AND rule IS NOT NULL AND rule NOT IN (SELECT value FROM json_each(:excluded))`;
const IS_WRAPPER =
  "(CASE WHEN :wrappers IS NULL THEN wrapper ELSE rule IN (SELECT value FROM json_each(:wrappers)) END)";

export type SqliteValue = string | number | null;

/** Its rows are the names of the CRM's rules, and one more than `MOST_NAMES` where there are more. */
export function composeNames({ actions, dialect }: Source, { crm }: ReadRequest): Statement<SqliteValue> {
  return numberParameters(fillPlaceholders(namesSql, { actions }), { crm: crm.crmSource, most: MOST_NAMES }, dialect);
}

export function composeActivity(source: Source, request: ReadRequest, spellings: Spellings): Statement<SqliteValue> {
  const { rules, dialect } = source;
  const bounds = computeBounds(request);
  const scanFromMs = Math.min(bounds.scanFromMs, bounds.baselineScanFromMs ?? Infinity);
  const reading = { offsets: listOffsets(request.crm.timezone, bounds.beforeMs, bounds.toMs), spellings };
  const text = fillPlaceholders(activitySql, {
    ...writeLookback(dialect, reading),
    repeated: writeRepeated(request.crm.timezone, bounds.beforeMs, bounds.toMs),
    scan: writeScan(source, reading, scanFromMs, bounds.toMs),
    unreadable_end: UNREADABLE_END[dialect],
    hourly: hourlySql,
    has_hours: holdsHours(request, bounds) ? "true" : "false",
    most: String(MOST_HOURLY_RUNS),
    newest_runs: fillPlaceholders(newestRunsSql, { chosen: "part <> 'baseline'", most: String(MOST_NEWEST_RUNS) }),
    rules,
    own_or_lone: `${OWN} AND (NOT ${IS_WRAPPER} OR (SELECT wrappers_only FROM lone))`,
    begin_ms: writeInstantMs("starts_at", reading),
    stop_ms: writeInstantMs("ends_at", reading),
    create_ms: writeInstantMs("created_at", reading),
    change_ms: writeInstantMs("changed_at", reading),
    near_range: writeRange("", "started_at", scanFromMs, bounds.toMs),
    later_range: writeRange(OF_CRM, "started_at", bounds.beforeMs, bounds.latestEndMs),
    future_range: writeRange(OF_CRM, "started_at", request.nowMs, LAST_MS),
  });
  return numberParameters(text, bindRequest(request), dialect);
}

/** Past hours alone, as `hoursSchema`. `most`: above so many runs they are not told. */
export function composeHours(
  source: Source,
  request: HoursRequest,
  most: number,
  spellings: Spellings,
): Statement<SqliteValue> {
  const bounds = computeHourBounds(request);
  const reading = { offsets: listOffsets(request.crm.timezone, bounds.scanFromMs, bounds.toMs), spellings };
  const text = fillPlaceholders(hoursSql, {
    scan: writeScan(source, reading, bounds.scanFromMs, bounds.toMs),
    hourly: hourlySql,
    most: String(most),
    newest_runs: fillPlaceholders(newestRunsSql, { chosen: "settled_ms < :to", most: String(MOST_KEPT_RUNS) }),
  });
  return numberParameters(text, bindScan(request.crm, bounds), source.dialect);
}

function writeScan({ actions, dialect }: Source, reading: Reading, fromMs: number, toMs: number): string {
  return fillPlaceholders(scanSql, {
    actions,
    word: writeWord(dialect, "status_word"),
    rule_name: writeRuleName(dialect),
    unreadable_end: UNREADABLE_END[dialect],
    cleaned_up: writeCleanedUp(dialect),
    cut_error: writeCutMessage(dialect, "error"),
    start_ms: writeInstantMs("started_at", reading),
    finish_ms: writeInstantMs("finished_at", reading),
    scan_range: writeRange(OF_CRM, "started_at", fromMs, toMs),
  });
}

/** Which starts of the newest rows are spelled otherwise, and which cannot be read: `spellingSchema`. */
export function composeSpelling(
  { actions, dialect }: Source,
  { crm, nowMs }: Pick<ReadRequest, "crm" | "nowMs">,
  spellings: Spellings,
): Statement<SqliteValue> {
  const offsets = listOffsets(crm.timezone, nowMs, nowMs);
  const text = fillPlaceholders(spellingSql, {
    rule_name: writeRuleName(dialect),
    actions,
    own_ms: writeInstantMs("started_at", { offsets, spellings: "own" }),
    start_ms: writeInstantMs("started_at", { offsets, spellings }),
    finish_ms: writeInstantMs("finished_at", { offsets, spellings: "own" }),
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
  const all = bindRequest(request);
  const { startMs, endMs } = request.window;
  const reading = { offsets: listOffsets(request.crm.timezone, startMs, endMs), spellings };
  const text = fillPlaceholders(olderSql, {
    ...writeLookback(dialect, reading),
    order: added === "last" ? "DESC" : "ASC",
    actions,
  });
  const names = ["crm", "before", "to", "scan_from", "latest_end", "week_before", "hour_and_week_before"];
  const parameters = {
    ...Object.fromEntries([...names, "excluded", "wrappers", "statuses"].map((name) => [name, all[name] ?? null])),
    rule,
    most,
  };
  return numberParameters<SqliteValue>(text, parameters, dialect);
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
      cut_error: writeCutMessage(dialect, "error"),
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

/** What scan.sql asks for. */
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
