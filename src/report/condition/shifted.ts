/** A rule whose runs bring fewer records or take longer than its own past says, and what its newest ones do. */
import { formatCount, formatDuration, formatNear } from "../../text/figures.ts";
import { HOUR_MS, SECOND_MS } from "../../time/units.ts";
import { settledAt } from "../rules/attempts.ts";
import { findDurationShift, findRecordsShift, type LevelShift } from "../memory/level-shift.ts";
import { fromThousandths } from "../memory/sketch.ts";
import { sayDays } from "../memory/words.ts";
import type { RunRow } from "../rules/run-row.ts";
import { isUncounted } from "./empty.ts";
import { degraded, type Judgement, type RuleFacts } from "./facts.ts";

export function judgeFewerRecords(facts: RuleFacts): Judgement | null {
  const { rule, history, window } = facts;
  const shift = history === null ? null : findRecordsShift(history);
  if (shift === null) return null;
  const { sinceHour, days } = shift;
  const [now = 0, usual = 0] = [shift.usual + shift.change, shift.usual].map((log) =>
    Math.max(0, Math.round(fromThousandths(log)) - 1),
  );
  if (isUncounted(facts, usual)) return null;
  const since = formatNear(sinceHour * HOUR_MS, window.endMs);
  // Nearer to what is usual than to what is told.
  const least = Math.sqrt((now + 1) * (usual + 1)) - 1;
  const again = sayAgain(facts, sinceHour, {
    measure: ({ records }) => records,
    isUsual: (records) => records > least,
    say: (records, isOne) => `brought ${formatCount(Math.min(...records))}${isOne ? "" : " at least"}`,
  });
  const message = `${rule}: fewer records than usual at these hours since ${since}: ${formatCount(now)} a run, usually ${formatCount(usual)} (${sayDays(days)})${again.words}`;
  return {
    ...degraded("records", severityOf(shift, again), message),
    sinceMs: sinceHour * HOUR_MS,
    evidence: { records: now, usual_records: usual, days },
  };
}

export function judgeSlower(facts: RuleFacts): Judgement | null {
  const { rule, history, window } = facts;
  const shift = history === null ? null : findDurationShift(history);
  if (shift === null) return null;
  const { sinceHour, days, change, usual: log } = shift;
  const [p50, usual] = [fromThousandths(log + change), fromThousandths(log)];
  const since = formatNear(sinceHour * HOUR_MS, window.endMs);
  const again = sayAgain(facts, sinceHour, {
    measure: ({ startedMs, endedMs }) => (endedMs === null ? null : (endedMs - startedMs) / SECOND_MS),
    isUsual: (seconds) => seconds < Math.sqrt(p50 * usual),
    say: (seconds, isOne) => `took ${formatDuration(Math.max(...seconds))}${isOne ? "" : " at most"}`,
  });
  const message = `${rule}: ${fromThousandths(change).toFixed(1)} × slower than usual at these hours since ${since}: p50 ${formatDuration(p50)}, usually ${formatDuration(usual)} (${sayDays(days)})${again.words}`;
  return {
    ...degraded("duration", severityOf(shift, again), message),
    sinceMs: sinceHour * HOUR_MS,
    evidence: { p50_seconds: p50, usual_seconds: usual, days },
  };
}

/** So many of the runs since then, the newest ones, are as usual again. */
const MANY_AGAIN = 0.25;

/** What is hardly far enough, and perhaps over, needs nobody, nor does what is over but for a few runs more. */
function severityOf({ isThroughout }: LevelShift, { share }: Again): "info" | "warning" {
  return share > 0 && (!isThroughout || share >= MANY_AGAIN) ? "info" : "warning";
}

/** `share`: of its runs since then. */
type Again = { words: string; share: number };

type Measure = {
  measure: (run: RunRow) => number | null;
  isUsual: (measured: number) => boolean;
  say: (measured: number[], isOne: boolean) => string;
};

/** That its newest runs are as usual again. Once there are enough of them the shift itself is over, and nothing is told. */
function sayAgain({ finished }: RuleFacts, sinceHour: number, { measure, isUsual, say }: Measure): Again {
  const measured = finished
    .filter((run) => run.status === "success" && settledAt(run) >= sinceHour * HOUR_MS)
    .flatMap((run) => measure(run) ?? []);
  const first = measured.findIndex((one) => !isUsual(one));
  if (first < 1) return { words: "", share: 0 };
  const runs = first === 1 ? "run" : `${formatCount(first)} runs`;
  const words = `; its newest ${runs} ${say(measured.slice(0, first), first === 1)}`;
  return { words, share: first / measured.length };
}
