/** Each time at which a rule was due, with the run that it became, and why it is not as it should be. */
import { isWithin, type Window } from "../../time/window.ts";
import type { TickReason } from "../document/tick-schema.ts";
import type { ActionStatus } from "../words.ts";
import { matchStarts } from "./compare.ts";

type KnownRun = { id: string | null; status: ActionStatus; startedMs: number; endedMs: number | null };

/** What a report tells of a rule's runs. */
export type Known = {
  /** Oldest start first. */
  runs: KnownRun[];
  /** Whether these are all of the window, and not its newest alone. */
  isWhole: boolean;
  /** The newest missed times, newest first, and how many there were in all; null: not compared. */
  missedMs: number[];
  missed: number | null;
  /** Of the newest run known, whether the report brings it or not. */
  lastStartMs: number | null;
  window: Window;
  lateAfterMs: number;
};

/** Of a long silence the newest times. */
const MOST_OF_A_GAP = 1000;

/** One time at which the rule was due; `run`: what it became, null: none is known. */
export type Matched = { atMs: number; reason: TickReason; run: KnownRun | null };

/** `occurrencesMs`: ascending, all or the newest of the window. */
export function matchCalendar(occurrencesMs: number[], known: Known): Matched[] {
  const judgeAbsent = createAbsence(known);
  const starts = known.runs.map(({ startedMs }) => startedMs);
  // Newest first: the report's count of missed runs is used up from there.
  return matchStarts(occurrencesMs, starts)
    .reduceRight<Matched[]>((listed, { atMs, startMs }) => {
      const run = known.runs.find(({ startedMs }) => startedMs === startMs) ?? null;
      listed.push({ atMs, run, reason: run === null ? judgeAbsent(atMs) : judgeRun(atMs, run, known) });
      return listed;
    }, [])
    .toReversed();
}

/**
 * A run of an interval is due so long after the start before it. So each start is a time of its own, and what fits between two
 * of them was missed: whole intervals, half of one being the tolerance.
 */
export function matchInterval(everyMs: number, known: Known): Matched[] {
  const { runs, window } = known;
  const judgeAbsent = createAbsence({ ...known, lateAfterMs: 0 });
  const starts = runs.map(({ startedMs }) => startedMs);
  // What a report does not bring of older runs, it tells of the newest.
  const anchors = starts.length > 0 || known.lastStartMs === null ? starts : [known.lastStartMs];
  const absent = anchors.flatMap((fromMs, index) => {
    const toMs = anchors[index + 1];
    const gapMs = (toMs ?? window.endMs) - fromMs;
    const missed = Math.max(0, Math.floor(gapMs / everyMs - 0.5));
    const due = toMs === undefined ? Math.floor(gapMs / everyMs) : missed;
    const most = Math.min(due, MOST_OF_A_GAP);
    return Array.from({ length: most }, (_, n) => ({
      atMs: fromMs + (due - n) * everyMs,
      mayStart: toMs === undefined && due - n > missed,
    }));
  });
  const seen = runs.map((run): Matched => ({ atMs: run.startedMs, run, reason: judgeRun(run.startedMs, run, known) }));
  const judged = absent
    .filter(({ atMs }) => atMs >= window.startMs)
    .toSorted((a, b) => b.atMs - a.atMs)
    .map(({ atMs, mayStart }): Matched => ({ atMs, run: null, reason: mayStart ? "pending" : judgeAbsent(atMs) }));
  const before = listUnknown(everyMs, known);
  return [...before, ...seen, ...judged]
    .filter(({ atMs }) => isWithin(atMs, window))
    .toSorted((a, b) => a.atMs - b.atMs);
}

/** Before the oldest run that the report brings. */
function listUnknown(everyMs: number, { runs: [oldest], isWhole, window }: Known): Matched[] {
  if (isWhole || oldest === undefined) return [];
  const most = Math.min(MOST_OF_A_GAP, Math.floor((oldest.startedMs - window.startMs) / everyMs));
  return Array.from({ length: Math.max(0, most) }, (_, n) => ({
    atMs: oldest.startedMs - (n + 1) * everyMs,
    reason: "unknown",
    run: null,
  }));
}

function judgeRun(atMs: number, run: KnownRun, known: Known): TickReason {
  if (run.status === "skipped" || run.status === "pending") return run.status;
  if (run.startedMs - atMs <= known.lateAfterMs) return "ok";
  return wasBusy(atMs, run.startedMs, known.runs) ? "waited" : "late";
}

/** Asked from the newest time on. Where the report counts no missed run any more, what is absent is not known to be missed. */
function createAbsence({ runs, missedMs, missed, window, lateAfterMs }: Known) {
  const isListed = new Set(missedMs);
  const oldestListedMs = missedMs.at(-1) ?? Infinity;
  let left = (missed ?? 0) - missedMs.length;
  return (atMs: number): TickReason => {
    if (wasBusy(atMs, Infinity, runs)) return "waited";
    if (isListed.has(atMs)) return "missed";
    if (atMs + lateAfterMs >= window.endMs) return "pending";
    if (atMs > oldestListedMs || left <= 0) return "unknown";
    left -= 1;
    return "missed";
  };
}

/** Whether a run that began before was still going at that moment, and nothing began before it had ended. */
function wasBusy(atMs: number, startedMs: number, runs: KnownRun[]): boolean {
  const before = runs.findLast((run) => run.startedMs < atMs && run.status !== "skipped" && run.status !== "pending");
  if (before === undefined) return false;
  if (before.endedMs !== null) return before.endedMs > atMs && startedMs >= before.endedMs;
  return before.status === "running" || before.status === "stale";
}
