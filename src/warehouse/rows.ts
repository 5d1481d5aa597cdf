/** The query's one JSON document, checked and turned into an activity. Both dialects answer in the same shape. */
import { DatabaseError } from "../database/failure.ts";
import * as v from "valibot";
import type {
  EmptyStreak,
  FailStreak,
  FailureRow,
  HourActivity,
  ReadActivity,
  RuleActivity,
  Run,
  UnreadableStarts,
} from "../report/activity.ts";
import { averageRecords, type RunRow } from "../report/rules/run-row.ts";
import { hasFailed, isFinished, settledAt } from "../report/rules/attempts.ts";
import { emptyCounts, isOwnRun } from "../report/counts.ts";
import { maskName } from "../report/errors/redact.ts";
import { describeUnread } from "../text/unreadable-starts.ts";
import type { DurationFigures, RecordSums } from "../report/document/schema.ts";
import { type ActionStatus, type Contradiction, compareNames } from "../report/words.ts";
import type { Past } from "../report/memory/cells.ts";
import type { Bounds } from "./bounds.ts";
import { readDeclared, type RuleConfig } from "./declared.ts";
import {
  documentSchema,
  keepMessage,
  keepMean,
  nameCells,
  nameRun,
  type Cell,
  type Document,
  type Percentiles,
} from "./document.ts";
import { buildPast, countHours } from "./hourly.ts";
import type { Source } from "./source.ts";
import type { Spelling } from "./spelling.ts";
import { listRepeatedHours } from "../time/clock-changes.ts";
import { HOUR_MS } from "../time/units.ts";
import { latestOf } from "../time/window.ts";
import { unfold, type Span } from "./repeated-hours.ts";

const FINISHED: ActionStatus[] = ["success", "partial", "failed"];

/** So many status words that are not known are told. */
const MOST_WORDS = 20;

/** So many take two seconds and 250 MB; beyond, both grow faster than their number. */
const MOST_RULES = 10_000;

/** In the order of the bits in both dialects' activity.sql. */
const CONTRADICTIONS: Contradiction[] = [
  "success-with-failures",
  "more-failed-than-processed",
  "running-with-end",
  "finished-without-end",
  "end-before-start",
  "unknown-status",
  "success-without-records",
  "ended-by-cleanup",
  "success-with-error",
  "negative-counts",
  "inexact-counts",
  "end-unreadable",
  "processed-not-counted",
];

/** Throws a `ValiError` where the answer has another shape: an error of ours, or a column of another type. */
export function buildActivity(
  json: string,
  source: Source,
  crm: RuleConfig,
  facts: {
    baseline: boolean;
    lookback: ReadActivity["lookback"];
    bounds: Bounds;
    spelling: Spelling;
    assumedZone?: string | null;
  },
): ReadActivity {
  const document = v.parse(documentSchema, JSON.parse(json));
  const cells = nameCells(document.cells);
  const { unreadable, isReadable } = facts.spelling;
  const [first] = unreadable;
  if (first !== undefined && !isReadable && cells.length === 0 && document.lookback.length === 0) {
    throw new DatabaseError(describeUnread(first.form, first.ids));
  }
  const named = new Set([...cells.map(({ rule }) => rule), ...document.lookback.map(([rule]) => rule)]).size;
  if (named > MOST_RULES)
    throw new DatabaseError(
      `has runs of ${named} rules, and a report is made of at most ${MOST_RULES}: has each run a rule of its own?`,
    );
  const finishedIn = (part: Cell["part"]) =>
    cells.filter((cell) => cell.part === part && FINISHED.includes(cell.state));
  const [current, previous, baseline] = [finishedIn("current"), finishedIn("previous"), finishedIn("baseline")];
  const repeated =
    crm.timezone === null ? [] : listRepeatedHours(crm.timezone, facts.bounds.startsFromMs, facts.bounds.toMs);
  const rules = readRules(document, cells, facts.baseline, unreadable, repeated);
  const previousDuration = measureDurations(previous, document.percentiles.previous);
  return {
    kind: "read",
    preset: source.preset,
    rules,
    records: sumRecords(current),
    duration: measureDurations(current, document.percentiles.current),
    previousDuration: previousDuration && { n: previousDuration.n, p95: previousDuration.p95 },
    baseline: facts.baseline ? countSuccesses(baseline) : null,
    hours: readHours(document, facts.bounds).toSorted((a, b) => a.hourMs - b.hourMs),
    hourly: readHourly(document, facts.bounds, rules),
    past: null,
    pastProblem: null,
    unknownStatuses: countWords(document.words.filter(([part]) => part === "current")).slice(0, MOST_WORDS),
    failures: readFailures(document),
    contradictions: [
      ...readContradictions(document),
      ...listBeyondReach(document, facts.bounds),
      ...unreadable.map(({ rule, n, ids }) => ({ kind: "start-unreadable" as const, rule, n, ids })),
    ],
    wrappers: document.wrappers.map(([rule, id, status, total, successful]) => ({
      rule,
      id,
      status: status ?? "unknown",
      total,
      successful,
    })),
    wrapperRuns: [...Map.groupBy(document.wrapper_runs, ([rule]) => rule)].map(([rule, rows]) => ({
      rule,
      runs: rows.map(([, ...run]) => nameRun(run)),
    })),
    lookback: facts.lookback,
    knownSinceMs: findReach(document),
    sampledRules: document.sampled,
    tableSinceMs: document.table_since,
    scannedFromMs: facts.bounds.scanFromMs,
    nearSources: document.near_sources.map(maskName),
    assumedZone: facts.assumedZone ?? null,
    recent: document.recent
      .map(([rule, state, startedMs, durationSeconds, error]) => ({
        rule,
        status: state,
        startedMs,
        durationSeconds,
        error: keepMessage(error),
      }))
      .toSorted((a, b) => b.startedMs - a.startedMs || compareNames(a.rule, b.rule)),
    declaredRules: readDeclared(document, facts.bounds.toMs, source, rules, crm),
    ...(source.rulesProblem === null ? {} : { rulesProblem: source.rulesProblem }),
  };
}

/** Status words, the most frequent first. */
function countWords(rows: Document["words"]): { word: string; n: number }[] {
  return [...Map.groupBy(rows, ([, , word]) => maskName(word))]
    .map(([word, ofWord]) => ({ word, n: ofWord.reduce((sum, [, , , n]) => sum + n, 0) }))
    .toSorted((a, b) => b.n - a.n || compareNames(a.word, b.word));
}

function readHours({ hours, hourly }: Document, bounds: Bounds): HourActivity[] {
  if (hours === null) return countHours(hourly ?? [], bounds);
  return hours.map(([hour, total, successful]) => ({ hourMs: hour * HOUR_MS, total, successful }));
}

/** Of wrappers no hours are told. */
function readHourly({ hourly, wrappers_only: isNone }: Document, bounds: Bounds, rules: RuleActivity[]): Past | null {
  if (hourly === null) return null;
  return buildPast(isNone ? [] : hourly, bounds, new Map(rules.map(({ rule, runs }) => [rule, runs])));
}

/** 0 where nothing older than what was read is there. */
function findReach({ known_since: knownMs, table_since: tableMs }: Document): number {
  return tableMs !== null && tableMs >= knownMs ? 0 : knownMs;
}

function countSuccesses(cells: Cell[]): { total: number; successful: number } {
  const finished = cells.filter(({ state }) => FINISHED.includes(state));
  return { total: addAll(finished), successful: addAll(finished.filter(({ state }) => state === "success")) };
}

function readRules(
  document: Document,
  allCells: Cell[],
  hasBaseline: boolean,
  unreadable: UnreadableStarts[],
  repeated: Span[],
): RuleActivity[] {
  const unreadableOf = new Map(unreadable.map((starts) => [starts.rule, starts]));
  const cellsOf = Map.groupBy(allCells, (cell) => cell.rule);
  const runsOf = new Map(document.runs.map((row) => [row[0], row]));
  const runningOf = Map.groupBy(document.running, ([, rule]) => rule);
  const errorsOf = Map.groupBy(
    document.errors.filter(([part, , message]) => part === "current" && keepMessage(message) !== null),
    ([, rule]) => rule,
  );
  const lookbackOf = new Map(document.lookback.map((row) => [row[0], row]));
  const newestOf = Map.groupBy(document.newest, ([rule]) => rule);
  const emptiedOf = new Map(document.emptied.map((row) => [row[0], row]));
  const failingOf = new Map(document.failing.map((row) => [row[0], row]));
  const failedOf = new Map(document.failed_ids);
  const wordsOf = Map.groupBy(document.words, ([, rule]) => rule);
  const names = new Set([...cellsOf.keys(), ...lookbackOf.keys(), ...unreadableOf.keys()]);
  return [...names].toSorted(compareNames).map((rule) => {
    const cells = cellsOf.get(rule) ?? [];
    const current = cells.filter(({ part }) => part === "current");
    const finished = current.filter(({ state }) => FINISHED.includes(state));
    const before = cells.filter(({ part, state }) => part === "previous" && FINISHED.includes(state));
    const [, figures = null, foldedMs = []] = runsOf.get(rule) ?? [];
    const runStartsMs = foldedMs && repeated.reduce(unfold, foldedMs);
    const lookback = lookbackOf.get(rule);
    const [, past = [], lookbackSuccess = null, stuck = 0, weekStartsMs = [], filled = null] = lookback ?? [];
    const newer = (newestOf.get(rule) ?? []).map(([, ...run]) => nameRun(run));
    const older = past.map(nameRun);
    const startsMs = older.map(({ startedMs }) => startedMs);
    const successes = cells.filter(({ part, state }) => part !== "baseline" && state === "success");
    const newest = errorsOf.get(rule)?.toSorted((a, b) => b[5] - a[5] || compareNames(a[2] ?? "", b[2] ?? ""))[0];
    const recordsBefore = sumRecords(before).processed;
    const ownIn = (part: Cell["part"]) => cells.filter((cell) => cell.part === part && isOwnRun(cell.state));
    const previousStartMs = findNewest(ownIn("previous"));
    return {
      rule,
      current: countStates(current),
      previous: countStates(cells.filter(({ part }) => part === "previous")),
      records: sumRecords(finished),
      duration: measureDurations(finished, figures),
      lastSuccessMs: findNewest(successes, "lastSettled") ?? lookbackSuccess,
      runs: mergeRuns(newer, older),
      emptyStreak: readEmptyStreak(emptiedOf.get(rule), older, keepMean(filled), successes.length > 0),
      failStreak: readFailStreak(failingOf.get(rule), older, successes.length > 0),
      newestError: newest?.[2] ?? null,
      failedIds: (failedOf.get(rule) ?? []).flatMap((id) => id ?? []),
      startsMs: runStartsMs,
      previousStartMs,
      // A run that hangs since before the window is of its part, and others may have started after it.
      newestStartMs: latestOf([findNewest(ownIn("current")), previousStartMs, startsMs[0] ?? null]),
      running: listRunning(runningOf.get(rule), "current"),
      runningBefore: listRunning(runningOf.get(rule), "previous"),
      usualRecords: recordsBefore === null ? averageRecords(older) : recordsBefore / addAll(before),
      lookback: lookback === undefined ? null : { startsMs, stuck, weekStartsMs },
      unreadable: unreadableOf.get(rule) ?? null,
      unknownWords: listWords(wordsOf.get(rule) ?? []),
      weekBefore: hasBaseline ? countSuccesses(cells.filter(({ part }) => part === "baseline")) : null,
    };
  });
}

/** The words of the current window first, each part's most frequent first. */
function listWords(rows: Document["words"]): string[] {
  const { current = [], others = [] } = Object.groupBy(rows, ([part]) => (part === "current" ? "current" : "others"));
  return [...new Set([...countWords(current), ...countWords(others)].map(({ word }) => word))];
}

function listRunning(rows: Document["running"] = [], wanted: Cell["part"]): Run[] {
  return rows.flatMap(([part, , startedMs, id]) => (part === wanted ? [{ startedMs, id }] : []));
}

function readFailures(document: Document): FailureRow[] {
  return document.errors.map(([part, rule, message, n, firstMs, lastMs, minutes]) => ({
    rule,
    message: keepMessage(message),
    n,
    firstMs,
    lastMs,
    current: part === "current",
    minutes,
  }));
}

function readContradictions(document: Document): ReadActivity["contradictions"] {
  const known = (ids: (string | null)[]) => ids.filter((id) => id !== null);
  return [
    ...document.contradictions.flatMap(([rule, bit, n, ids]) => {
      const kind = CONTRADICTIONS[bit];
      return kind === undefined ? [] : [{ kind, rule, n, ids: known(ids) }];
    }),
    ...document.runs.flatMap(([rule, , , n, ids]) =>
      n === 0 ? [] : [{ kind: "probable-duplicates" as const, rule, n, ids: known(ids ?? []) }],
    ),
    ...document.displaced.map(([infinite, n, ids]) => ({
      kind: infinite ? ("start-at-infinity" as const) : ("start-in-future" as const),
      rule: null,
      n,
      ids: known(ids),
    })),
  ];
}

/** Runs that ended in the window and began before the first that is read for it, as far as a look-back shows them. */
function listBeyondReach(document: Document, bounds: Bounds): ReadActivity["contradictions"] {
  return document.lookback.flatMap(([rule, runs]) => {
    const beyond = runs
      .map(nameRun)
      .filter((run) => isFinished(run) && run.endedMs !== null && run.startedMs < bounds.scanFromMs)
      .filter(({ endedMs }) => endedMs !== null && endedMs >= bounds.fromMs && endedMs < bounds.toMs);
    const ids = beyond.flatMap(({ id }) => id ?? []);
    return beyond.length === 0 ? [] : [{ kind: "began-too-early" as const, rule, n: beyond.length, ids }];
  });
}

function countStates(cells: Cell[]): RuleActivity["current"] {
  const counts = emptyCounts();
  for (const cell of cells) counts[cell.state] += cell.n;
  return counts;
}

/** The newest start, or end, of the cells' rows; null without any. */
function findNewest(cells: Cell[], which: "last" | "lastSettled" = "last"): number | null {
  return cells.length === 0 ? null : Math.max(...cells.map((cell) => cell[which]));
}

/** What began before both windows and ended in one is in both lists, of which the older is by start, the newest first. */
function mergeRuns(newer: RunRow[], older: RunRow[]): RunRow[] {
  const newestMs = older[0]?.startedMs ?? -Infinity;
  const both = newer.filter(({ startedMs }) => startedMs <= newestMs);
  const others = older.filter((run) => !both.some(({ id, startedMs }) => id === run.id && startedMs === run.startedMs));
  return [...newer, ...others].toSorted((a, b) => settledAt(b) - settledAt(a));
}

/** A streak that is longer than both windows goes on in the look-back, and one of a rare rule may be there only. */
function readEmptyStreak(
  row: Document["emptied"][number] | undefined,
  older: RunRow[],
  filled: number | null,
  hasSuccess: boolean,
): EmptyStreak | null {
  const before = older.filter(({ status }) => status === "success");
  const [newest] = before;
  const inWindows =
    row ?? (hasSuccess || newest?.records !== 0 ? null : (["", 0, settledAt(newest), null, [], null] as const));
  if (inWindows === null) return null;
  const [, n, sinceMs, usual, fullHours, mean] = inWindows;
  const written = keepMean(mean) ?? 0;
  const known = keepMean(usual);
  if (known !== null) return { n, sinceMs, usual: known, written, fullHours: fullHours.toSorted((a, b) => a - b) };
  const end = before.findIndex(({ records }) => records !== 0);
  const empty = end === -1 ? before : before.slice(0, end);
  const full = before.slice(empty.length).filter(({ records }) => records !== null && records > 0);
  const first = empty.at(-1);
  return {
    n: n + empty.length,
    sinceMs: first === undefined ? sinceMs : settledAt(first),
    usual: averageRecords(full) ?? filled,
    written,
    fullHours: [],
    ...(end === -1 ? { atLeast: true } : {}),
  };
}

/** As `readEmptyStreak`. */
function readFailStreak(
  row: Document["failing"][number] | undefined,
  older: RunRow[],
  hasSuccess: boolean,
): FailStreak | null {
  if (row === undefined) return null;
  const [, n, sinceMs] = row;
  if (hasSuccess) return { n, sinceMs, whole: true };
  const before = older.filter((run) => isFinished(run) && settledAt(run) < sinceMs);
  const end = before.findIndex((run) => !hasFailed(run));
  const failed = end === -1 ? before : before.slice(0, end);
  const first = failed.at(-1);
  return { n: n + failed.length, sinceMs: first === undefined ? sinceMs : settledAt(first), whole: end !== -1 };
}

function addAll(cells: Cell[]): number {
  return cells.reduce((all, cell) => all + cell.n, 0);
}

function sumRecords(cells: Cell[]): RecordSums {
  return {
    processed: addKnown(cells, "processed"),
    created: addKnown(cells, "created"),
    updated: addKnown(cells, "updated"),
    failed: addKnown(cells, "failed"),
  };
}

/** Null when nothing is known, and when the sum is no number or beyond what a JSON number holds exactly. */
function addKnown(cells: Cell[], key: keyof RecordSums): number | null {
  let total: number | null = null;
  for (const { [key]: value } of cells) {
    if (value !== null) total = (total ?? 0) + Number(value);
  }
  return Number.isSafeInteger(total) ? total : null;
}

function measureDurations(cells: Cell[], figures: Percentiles | null): DurationFigures | null {
  const n = cells.reduce((all, cell) => all + cell.timed, 0);
  if (n === 0 || figures === null) return null;
  const [p50, p95, p99] = figures;
  return {
    n,
    mean: cells.reduce((all, cell) => all + (cell.seconds ?? 0), 0) / n,
    p50,
    p95,
    p99,
    max: Math.max(...cells.flatMap((cell) => cell.longest ?? [])),
  };
}
