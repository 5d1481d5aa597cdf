/** Each time at which a rule was due, with the run that it became, and why it is not as it should be. */
import { isWithin, type Window } from "../../time/window.ts";
import type { TickReason } from "../tick-schema.ts";
import type { ActionStatus } from "../words.ts";
import { earlyBefore } from "./due.ts";

type KnownRun = { id: string | null; status: ActionStatus; startedMs: number; endedMs: number | null };

/** What a report tells of a rule's runs. */
export type Known = {
  /** Oldest start first. */
  runs: KnownRun[];
  /** All starts from this moment on are known. */
  knownFromMs: number;
  /** The newest missed times, newest first, and how many there were in all; null: not compared. */
  missedMs: number[];
  missed: number | null;
  window: Window;
  lateAfterMs: number;
};

export type Matched = { atMs: number; reason: TickReason; run: KnownRun | null };

/** `occurrencesMs`: ascending, all or the newest of the window. */
export function matchCalendar(occurrencesMs: number[], known: Known): Matched[] {
  const judgeAbsent = createAbsence(known);
  // Newest first: the report's count of missed runs is used up from there.
  return occurrencesMs
    .map((atMs, index) => {
      const beforeMs = occurrencesMs[index - 1] ?? -Infinity;
      const nextMs = occurrencesMs[index + 1] ?? Infinity;
      const fromMs = atMs - earlyBefore(atMs - beforeMs);
      const untilMs = nextMs - earlyBefore(nextMs - atMs);
      return { atMs, run: known.runs.find((run) => run.startedMs >= fromMs && run.startedMs < untilMs) ?? null };
    })
    .reduceRight<Matched[]>((listed, { atMs, run }) => {
      listed.push({ atMs, run, reason: run === null ? judgeAbsent(atMs) : judgeRun(atMs, run, known) });
      return listed;
    }, [])
    .toReversed();
}

/** A run of an interval is due so long after the start before it: each start is a time of its own, and what fits between two was missed. */
export function matchInterval(everyMs: number, known: Known): Matched[] {
  const { runs, window, missedMs } = known;
  const judgeAbsent = createAbsence(known);
  const started = runs.filter((run) => isWithin(run.startedMs, window));
  const seen = started.map((run): Matched => ({
    atMs: run.startedMs,
    run,
    reason: judgeRun(run.startedMs, run, known),
  }));
  const absent = missedMs.map((atMs): Matched => ({ atMs, run: null, reason: judgeAbsent(atMs) }));
  const lastMs = Math.max(started.at(-1)?.startedMs ?? -Infinity, missedMs[0] ?? -Infinity);
  const nextMs = lastMs + everyMs;
  const awaited: Matched[] = nextMs <= window.endMs ? [{ atMs: nextMs, run: null, reason: "pending" }] : [];
  return [...seen, ...absent, ...awaited].toSorted((a, b) => a.atMs - b.atMs);
}

function judgeRun(atMs: number, run: KnownRun, known: Known): TickReason {
  if (run.status === "skipped" || run.status === "pending") return run.status;
  if (run.startedMs - atMs <= known.lateAfterMs) return "ok";
  return wasBusy(atMs, run.startedMs, known.runs) ? "waited" : "late";
}

/** Of the newest time on: where the report counts no missed run any more, what is absent is not known to be missed. */
function createAbsence({ runs, knownFromMs, missedMs, missed, window, lateAfterMs }: Known) {
  const oldestMissedMs = missedMs.at(-1) ?? -Infinity;
  let left = (missed ?? 0) - missedMs.length;
  return (atMs: number): TickReason => {
    if (wasBusy(atMs, Infinity, runs)) return "waited";
    if (missedMs.includes(atMs)) return "missed";
    if (atMs + lateAfterMs >= window.endMs) return "pending";
    if (atMs >= knownFromMs && atMs < oldestMissedMs && left > 0) {
      left -= 1;
      return "missed";
    }
    return "unknown";
  };
}

/** Whether a run that began before was still going at that moment, and nothing began before it had ended. */
function wasBusy(atMs: number, startedMs: number, runs: KnownRun[]): boolean {
  const before = runs.findLast((run) => run.startedMs < atMs && run.status !== "skipped" && run.status !== "pending");
  if (before === undefined) return false;
  if (before.endedMs !== null) return before.endedMs > atMs && startedMs >= before.endedMs;
  return before.status === "running" || before.status === "stale";
}
