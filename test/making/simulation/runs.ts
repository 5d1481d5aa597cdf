/** The runs of one healthy rule, and the rows they leave. */
import { SECOND_MS } from "../../../src/time/units.ts";
import type { Window } from "../../../src/time/window.ts";
import { drawBetween, drawFactor, drawOneOf, type Random } from "./chance.ts";
import type { Pattern } from "./patterns.ts";
import type { Weather } from "./weather.ts";
import { hourAt, type Rhythm } from "./rhythms.ts";

/** One row of sync_history. */
export type SimulatedRun = {
  status: "success" | "partial" | "failed" | "running";
  startedMs: number;
  /** Null: it never ended. */
  endedMs: number | null;
  records: number;
  error: string | null;
};

const FAIR: ReturnType<Weather> = { seconds: 1, records: 1, failures: 1 };
const FAILURE_SHARE = 0.02;
/** Of the failures. */
const PARTIAL_SHARE = 0.25;
const RETRIED_SHARE = 0.05;
const LONGEST_LAG_MS = 20 * SECOND_MS;
const ERRORS = [
  "HTTP 429 Too Many Requests",
  "HTTP 502 Bad Gateway",
  "Read timed out after 30 s",
  "Deadlock found when trying to get lock",
  "KeyError: 'email'",
];

/** Of a life without trouble: 2 of 100 runs fail, each by itself. */
export function simulateRuns(
  pattern: Pattern,
  { listDue }: Rhythm,
  { life, timezone, random }: { life: Window; timezone: string; random: Random },
): SimulatedRun[] {
  const weather = pattern.weather?.(life, timezone, random) ?? (() => FAIR);
  return listDue(life, timezone, random).flatMap((dueMs) => {
    const startedMs = dueMs + Math.round(random() * LONGEST_LAG_MS);
    const { seconds, records, failures } = weather(startedMs);
    const usual = {
      seconds: pattern.seconds * seconds,
      records: pattern.records(hourAt(startedMs, timezone)) * records,
    };
    const run = succeed(startedMs, usual, random);
    if (pattern.retried === true && random() < RETRIED_SHARE) return failTwiceBefore(run, random);
    return random() < FAILURE_SHARE * failures ? [failAlone(run, random)] : [run];
  });
}

/** It ends within seconds and has done nothing. */
export function failRun(run: SimulatedRun, error: string): SimulatedRun {
  return { ...run, status: "failed", endedMs: run.startedMs + 5 * SECOND_MS, records: 0, error };
}

export function endPartially(run: SimulatedRun, error: string): SimulatedRun {
  return { ...run, status: "partial", endedMs: run.endedMs ?? run.startedMs + 5 * SECOND_MS, error };
}

function succeed(
  startedMs: number,
  { seconds, records }: { seconds: number; records: number },
  random: Random,
): SimulatedRun {
  return {
    status: "success",
    startedMs,
    endedMs: startedMs + Math.round(seconds * drawFactor(random, 0.25) * SECOND_MS),
    records: Math.round(records * drawFactor(random, 0.3)),
    error: null,
  };
}

function failAlone(run: SimulatedRun, random: Random): SimulatedRun {
  const error = drawOneOf(random, ERRORS);
  return random() < PARTIAL_SHARE ? endPartially(run, error) : failRun(run, error);
}

function failTwiceBefore(run: SimulatedRun, random: Random): SimulatedRun[] {
  const error = drawOneOf(random, ERRORS);
  const waitsMs = [0, 1, 2].map(() => drawBetween(random, 60, 240) * SECOND_MS);
  const [first = 0, second = 0] = waitsMs;
  return [failRun(run, error), failRun(moveRun(run, first), error), moveRun(run, first + second)];
}

export function moveRun(run: SimulatedRun, byMs: number): SimulatedRun {
  return {
    ...run,
    startedMs: run.startedMs + byMs,
    endedMs: run.endedMs === null ? null : run.endedMs + byMs,
  };
}
