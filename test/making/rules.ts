/** Rules as their newest runs tell them: written as a strip, newest run last. */
import type { RuleActivity } from "../../src/report/activity.ts";
import type { RunRow } from "../../src/report/rules/run-row.ts";
import { isFinished, settledAt } from "../../src/report/rules/attempts.ts";
import { EARLY_MS } from "../../src/report/expectation/due.ts";
import { emptyCounts } from "../../src/report/counts.ts";
import type { ActionStatus } from "../../src/report/words.ts";
import { rule } from "./activities.ts";
import { WINDOW } from "./reports.ts";

const MINUTE_MS = 60_000;
const STATUSES: Record<string, ActionStatus> = { s: "success", f: "failed", p: "partial", r: "running", w: "pending" };

export type Strip = {
  /** A letter for each run, the newest last: s success, f failed, p partial, r running, w waiting; `.` a run left out. */
  runs: string;
  everyMinutes: number;
  /** How long before the window's end the last letter's run started. */
  startedMinutesAgo?: number;
  tookMinutes?: number;
  records?: number | null;
  error?: string;
};

/** The runs of a strip, newest first. */
function runsOf({
  runs,
  everyMinutes,
  startedMinutesAgo = 10,
  tookMinutes = 5,
  records = null,
  error,
}: Strip): RunRow[] {
  return Array.from(runs)
    .toReversed()
    .flatMap((letter, index): RunRow[] => {
      const status = STATUSES[letter];
      if (status === undefined) return [];
      const startedMs = WINDOW.endMs - (startedMinutesAgo + index * everyMinutes) * MINUTE_MS;
      const isOpen = status === "running" || status === "pending";
      return [
        {
          id: String(runs.length - index),
          startedMs,
          endedMs: isOpen ? null : startedMs + tookMinutes * MINUTE_MS,
          status,
          records,
          error: status === "failed" || status === "partial" ? (error ?? null) : null,
        },
      ];
    });
}

/** The rule whose newest runs those are: those that ended in the window are counted in it. */
export function ruleOf(name: string, strip: Strip, override: Parameters<typeof rule>[2] = {}): RuleActivity {
  return ruleOfRuns(name, runsOf(strip), { newestError: strip.error ?? null, ...override });
}

/** The same of runs that are known one by one, newest first. */
export function ruleOfRuns(name: string, runs: RunRow[], override: Parameters<typeof rule>[2] = {}): RuleActivity {
  const counts = emptyCounts();
  for (const run of runs) {
    const isCounted = isFinished(run) ? settledAt(run) >= WINDOW.startMs : true;
    if (isCounted) counts[run.status] += 1;
  }
  const startsMs = runs.map(({ startedMs }) => startedMs).toReversed();
  const newestSuccess = runs.find(({ status }) => status === "success");
  return rule(name, counts, {
    runs,
    startsMs: startsMs.filter((atMs) => atMs >= WINDOW.startMs - EARLY_MS),
    newestStartMs: startsMs.at(-1) ?? null,
    lastSuccessMs: newestSuccess === undefined ? null : settledAt(newestSuccess),
    running: runs.filter(({ status }) => status === "running").map(({ startedMs, id }) => ({ startedMs, id })),
    lookback: {
      startsMs: startsMs
        .filter((atMs) => atMs < WINDOW.startMs)
        .toReversed()
        .slice(0, 20),
      stuck: 0,
      weekStartsMs: [],
    },
    ...override,
  });
}
