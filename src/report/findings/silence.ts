/** A CRM in which nothing finished, and runs that never ended. */
import {
  formatCount,
  formatDuration,
  formatHours,
  formatInstant,
  formatNear,
  formatPlural,
  listNames,
} from "../../text/figures.ts";
import { describeNearSources } from "../near-sources.ts";
import { HOUR_MS } from "../../time/units.ts";
import { countRunsWithin } from "../memory/columns.ts";
import { NEWEST_RUNS, type StatusCounts } from "../activity.ts";
import { compareNames, type ActionStatus } from "../words.ts";
import { inform, isRetired, warn, type Facts, type Finder, type RuleState } from "./facts.ts";
import { countAhead } from "./rows.ts";

/** What is counted beside the total, as a sentence names it. */
const BESIDE: [ActionStatus, string][] = [
  ["running", "still running"],
  ["stale", "started long ago and never ended"],
  ["pending", "waiting to start"],
  ["skipped", "skipped"],
  ["dry_run", "dry-run"],
  ["wrapper", "wrapper"],
  ["unknown", "of unknown status"],
];

/** Each keeps a CRM's runs from counting. */
const REASONS: ActionStatus[] = ["unknown", "dry_run", "skipped", "pending", "stale"];

const MOST_PAUSES = 2;

/** Nothing where a rule's condition, or the silence of several, tells it already. */
export const findNoData: Finder = ({ activity, outcome, counts, hours, states, previous, excludedRules }) => {
  if (outcome.total > 0) return [];
  const isTold = states.some(({ judgement: { severity } }) => severity === "critical" || severity === "warning");
  if (isTold) return [];
  const beside = BESIDE.filter(([status]) => counts[status] > 0).map(
    ([status, words]) => `${formatCount(counts[status])} ${words}`,
  );
  const what =
    beside.length > 0
      ? `Nothing finished in ${formatHours(hours)}; ${beside.join(", ")}`
      : `Nothing ran in ${formatHours(hours)}`;
  const newest = states
    .flatMap(({ facts: { lastSuccessMs, window } }) =>
      lastSuccessMs === null ? [] : [{ lastSuccessMs, endMs: window.endMs }],
    )
    .toSorted((a, b) => b.lastSuccessMs - a.lastSuccessMs)[0];
  const last =
    newest === undefined
      ? ""
      : `; the last success ${formatDuration((newest.endMs - newest.lastSuccessMs) / 1000)} ago`;
  const isKnown = previous.total > 0 || newest !== undefined || states.some(({ facts }) => facts.lastStartMs !== null);
  const isPlain = states.every(({ judgement: { condition } }) => condition !== "unknown");
  const near = describeNearSources(activity.nearSources);
  const late = states.find(isLikelyLate) ?? null;
  const vanished = counts.running + beside.length > 0 ? 0 : countVanished(states);
  const told = { near, vanished, isKnown, late, isPlain, other: beside.length > 0 ? "other " : "" };
  const why = sayWhy({ activity, counts, states, excludedRules }, told);
  const isNotDue = near === "" && isKnown && counts.running === 0 && isPlain && late === null && vanished === 0;
  const evidence = {
    running: counts.running + counts.stale,
    total_before: previous.total,
    near_sources: activity.nearSources,
    last_success_at: newest === undefined ? null : formatInstant(newest.lastSuccessMs),
    nothing_due: isNotDue,
    reason:
      near !== "" ? "spelled-otherwise" : isNotDue ? "not-due" : findReason(counts, isKnown, activity, excludedRules),
  };
  const isWell = isKnown && vanished === 0 && (counts.running > 0 || !states.some(isSilentForLong));
  return [isWell ? inform(`${what}${last}${why}`, evidence) : warn(`${what}${last}${why}`, evidence)];
};

type WhyNoData = {
  near: string;
  vanished: number;
  isKnown: boolean;
  late: RuleState | null;
  isPlain: boolean;
  other: string;
};

/** The first that holds; empty where what is counted beside the total says it. */
function sayWhy(
  { activity, counts, states, excludedRules }: Pick<Facts, "activity" | "counts" | "states" | "excludedRules">,
  { near, vanished, isKnown, late, isPlain, other }: WhyNoData,
): string {
  if (near !== "") return `; ${near}`;
  if (vanished > 0)
    return `; ${formatPlural(vanished, "run")} of this window ${vanished === 1 ? "is" : "are"} remembered and no longer in the table: was it purged, or is it another one?`;
  if (!isKnown) return `; no ${other}run of this CRM is known${sayButFor(activity, excludedRules)}`;
  if (counts.running > 0) return "";
  const usualMs = late?.facts.silence?.sinceMs ?? null;
  if (late !== null && usualMs !== null)
    return `; ${late.facts.rule} has usually started by ${formatNear(usualMs + HOUR_MS, late.facts.window.endMs)}, and has not`;
  if (isPlain) return "; nothing was due";
  return states.some(isUnplanned) ? "; nothing says when the next run is due" : "";
}

/** A run of it was more likely than not to have started since its last one, and is not long enough overdue to be told. */
function isLikelyLate({ facts: { due, silence }, judgement: { condition } }: RuleState): boolean {
  return condition === "ok" && due === null && (silence?.sinceMs ?? null) !== null;
}

/** Runs of the window's whole hours that are remembered, where the table has none. */
function countVanished(states: RuleState[]): number {
  return states.reduce((sum, { facts: { history, window } }) => {
    if (history === null) return sum;
    const [fromHour, toHour] = [Math.ceil(window.startMs / HOUR_MS), Math.floor(window.endMs / HOUR_MS)];
    return sum + countRunsWithin(history.finished, fromHour, toHour);
  }, 0);
}

/** What became of most runs that did not count; what only goes on comes after the others. Null: nothing seems to start any. */
function findReason(
  counts: StatusCounts,
  isKnown: boolean,
  activity: Facts["activity"],
  excludedRules: string[],
): string | null {
  const [most] = REASONS.filter((status) => counts[status] > 0).toSorted((a, b) => counts[b] - counts[a]);
  if (most !== undefined) return most;
  const other = (["running", "wrapper"] as const).find((status) => counts[status] > 0);
  if (other !== undefined || isKnown) return other ?? null;
  return countInFuture(activity) > 0 ? "in-future" : excludedRules.length > 0 ? "excluded" : null;
}

function countInFuture({ contradictions }: Facts["activity"]): number {
  return contradictions.filter(({ kind }) => kind === "start-in-future").reduce((sum, { n }) => sum + n, 0);
}

/** What there may be, and is not looked at. */
function sayButFor(activity: Facts["activity"], excludedRules: string[]): string {
  const inFuture = countInFuture(activity);
  const others = [
    inFuture === 0 ? [] : `${countAhead(inFuture)} that ${inFuture === 1 ? "starts" : "start"} in the future`,
    excludedRules.length === 0 ? [] : "those of the excluded rules",
  ].flat();
  return others.length === 0 ? "" : `, but for ${others.join(" and ")}`;
}

/** Unknown because nothing says when it should run, and not because its words tell nothing. */
function isUnplanned({ facts: { due, unknown }, judgement: { condition } }: RuleState): boolean {
  return condition === "unknown" && due === null && unknown.length === 0;
}

/** Of a rule whose known runs are too few for a limit: twice the longest pause between them has passed. */
function isSilentForLong({ facts: { finished, window }, judgement: { condition } }: RuleState): boolean {
  const [newest] = finished;
  if (condition !== "unknown" || newest === undefined) return false;
  const pausesMs = finished.slice(1).map(({ startedMs }, index) => (finished[index] ?? newest).startedMs - startedMs);
  return pausesMs.length > 0 && window.endMs - newest.startedMs > MOST_PAUSES * Math.max(...pausesMs);
}

type OpenRun = RuleState["facts"]["open"][number];
/** Of one rule, before what is read for the windows: how many a look-back counts, and those that it lists. */
type OlderRuns = { rule: string; n: number; listed: OpenRun[] };

/** A look-back counts each open run that began before what is read for the windows; in a short one it may be within its limit. */
function findOlder({ rules, scannedFromMs }: Facts["activity"], states: RuleState[]): OlderRuns[] {
  const factsOf = new Map(states.map(({ facts }) => [facts.rule, facts]));
  return rules.flatMap(({ rule, lookback }) => {
    const facts = factsOf.get(rule);
    const open = (facts?.open ?? []).filter(
      ({ startedMs, status }) => status === "running" && startedMs < scannedFromMs,
    );
    const listed = open.filter(({ startedMs }) => startedMs < (facts?.window.endMs ?? 0) - (facts?.stuckAfterMs ?? 0));
    const n = (lookback?.stuck ?? 0) - (open.length - listed.length);
    return n <= 0 ? [] : [{ rule, n, listed }];
  });
}

/** Rows left open by runs that ended otherwise: their rules go on, so no rule is stuck because of them. */
export const findStale: Finder = ({ activity, stale, states }) => {
  const told = new Set(
    states
      .filter((state) => {
        const { condition, evidence } = state.judgement;
        return condition === "stuck" || typeof evidence["running_since"] === "string" || isRetired(state);
      })
      .map(({ facts: { rule } }) => rule),
  );
  const left = stale.filter(({ rule }) => !told.has(rule));
  const older = findOlder(activity, states).filter(({ rule }) => !told.has(rule));
  const olderRuns = older.reduce((sum, { n }) => sum + n, 0);
  const recent = left.flatMap(({ runs, before }) => [...runs, ...before]);
  const all = recent.length + olderRuns;
  if (all === 0) return [];
  const known = [...recent, ...older.flatMap(({ listed }) => listed)].toSorted((a, b) => a.startedMs - b.startedMs);
  const rules = [...new Set([...left, ...older].map(({ rule }) => rule))].toSorted(compareNames);
  const evidence = {
    stale: recent.length,
    older: olderRuns,
    rules,
    row_ids: known.flatMap(({ id }) => id ?? []).slice(0, 3),
  };
  const isCut =
    activity.lookback === "each-rule" &&
    activity.rules.some(
      ({ rule, lookback }) => rules.includes(rule) && (lookback?.startsMs.length ?? 0) >= NEWEST_RUNS,
    );
  const near = (ms: number) => formatNear(ms, activity.window.endMs);
  const [oldest] = known;
  const since =
    oldest === undefined || known.length < all
      ? `, ${recent.length > 0 ? "some of them " : ""}since before ${near(activity.scannedFromMs)}`
      : `, the oldest ${isCut ? "known " : ""}since ${near(oldest.startedMs)}`;
  const count = `${isCut ? "At least " : ""}${formatPlural(all, "run")}`;
  return [inform(`${count} never ended: ${listNames(rules)}${since}`, evidence)];
};
