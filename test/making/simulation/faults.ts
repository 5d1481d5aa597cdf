/** What can go wrong with a rule that was well: what becomes of its rows, and when they could tell. */
import type { Severity } from "../../../src/report/words.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/time/units.ts";
import { type Random } from "./chance.ts";
import { endPartially, failRun, moveRun, type SimulatedRun } from "./runs.ts";

/** A rule's runs as they would have been, before the fault and from its beginning, and as the fault leaves the latter. */
type Struck = {
  before: SimulatedRun[];
  spared: SimulatedRun[];
  struck: SimulatedRun[];
  isDeclared: boolean;
  /** It runs twice a day at most. */
  isRare: boolean;
};

export type Fault = {
  strike: (runs: SimulatedRun[], random: Random) => SimulatedRun[];
  /** From when on a reader of the rows can know it; null where these never tell. */
  findKnowable: (rule: Struck) => number | null;
  /** How long it is looked at. */
  days: number;
  /** The mildest finding that tells it: a warning, where nothing is said. */
  mildest?: Severity;
  /** Whether the 24 hours before a moment show it, where not every day does. */
  showsAt?: (rule: Struck, atMs: number) => boolean;
};

const ERROR = "HTTP 401 Unauthorized: token has been revoked";
const LOST = "3 records not stored: KeyError: 'email'";
const FAILURE_SHARE = 0.15;
const USUAL_FAILURE_SHARE = 0.02;
const SHORTEST_STUCK_MS = 30 * MINUTE_MS;
const RARE_BY_CHANCE = 0.001;
const CREEPING_DAYS = 21;
const CREEPING_FAILURE_SHARE = 0.3;
const CREEPING_DURATION = 3;
const CREEPING_RECORDS = 0.2;

export const FAULTS = {
  stops: { strike: () => [], findKnowable: findMissing, days: 41 },
  "every-run-fails": {
    strike: (runs) => runs.map((run) => failRun(run, ERROR)),
    findKnowable: ({ struck, isRare }) => endOf(struck, isRare ? 1 : 2),
    days: 10,
  },
  "every-run-partial": {
    strike: (runs) => runs.map((run) => endPartially(run, LOST)),
    findKnowable: ({ struck, isRare }) => endOf(struck, isRare ? 1 : 2),
    days: 10,
  },
  "one-run-stuck": {
    strike: ([first, ...others]) => (first === undefined ? [] : [leaveOpen(first), ...others]),
    findKnowable: findStuck,
    days: 10,
    // Once a later run has ended the rule goes on: the row is told, and needs nobody at night.
    mildest: "info",
  },
  "all-runs-stuck": { strike: (runs) => runs.map(leaveOpen), findKnowable: findStuck, days: 10 },
  "zero-records": {
    strike: (runs) => runs.map((run) => ({ ...run, records: 0 })),
    findKnowable: ({ spared }) =>
      endOf(
        spared.filter(({ records }) => records >= 10),
        3,
      ),
    days: 10,
  },
  "ten-times-as-often": { strike: repeatTenfold, findKnowable: findCrowd, days: 10, showsAt: isCrowded },
  "retries-exhausted": {
    strike: (runs) =>
      runs.flatMap((run) => [0, 2, 4].map((minutes) => failRun(moveRun(run, minutes * MINUTE_MS), ERROR))),
    findKnowable: ({ struck }) => endOf(struck, 3),
    days: 10,
  },
  "fails-to-85-percent": {
    strike: (runs, random) => runs.map((run) => (random() < FAILURE_SHARE ? failRun(run, ERROR) : run)),
    findKnowable: findUnlikely,
    days: 10,
    showsAt: isUnlikely,
  },
  "durations-double": {
    strike: (runs) => runs.map((run) => stretch(run, 2)),
    findKnowable: ({ struck }) => endOf(struck.filter(isSuccess), 3),
    days: 10,
  },
  "records-to-a-tenth": {
    strike: (runs) => runs.map((run) => ({ ...run, records: Math.round(run.records / 10) })),
    findKnowable: ({ struck, spared }) => (hasMany(spared) ? endOf(struck.filter(isSuccess), 3) : null),
    days: 10,
  },
  "failures-creep": {
    strike: (runs, random) =>
      creep(runs, (run, share) => (random() < CREEPING_FAILURE_SHARE * share ? failRun(run, ERROR) : run)),
    findKnowable: ({ struck }) => endOf(struck, 1),
    days: CREEPING_DAYS,
  },
  "durations-creep": {
    strike: (runs) => creep(runs, (run, share) => stretch(run, CREEPING_DURATION ** share)),
    findKnowable: ({ struck }) => endOf(struck, 1),
    days: CREEPING_DAYS,
  },
  "records-creep": {
    strike: (runs) =>
      creep(runs, (run, share) => ({ ...run, records: Math.round(run.records * CREEPING_RECORDS ** share) })),
    findKnowable: ({ struck, spared }) => (hasMany(spared) ? endOf(struck, 1) : null),
    days: CREEPING_DAYS,
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Half a rest after the first run that is missing; an hour where a schedule said when it had to come. */
function findMissing({ spared: [first, second], isDeclared }: Struck): number | null {
  if (first === undefined) return null;
  if (isDeclared) return first.startedMs + HOUR_MS;
  return second === undefined ? null : first.startedMs + Math.max(HOUR_MS, (second.startedMs - first.startedMs) / 2);
}

/** Three times the longest run so far, and half an hour at least. */
function findStuck({ before, struck: [first] }: Struck): number | null {
  if (first === undefined) return null;
  const longestMs = Math.max(0, ...before.map(({ startedMs, endedMs }) => (endedMs ?? startedMs) - startedMs));
  return first.startedMs + Math.max(SHORTEST_STUCK_MS, 3 * longestMs);
}

function findCrowd(rule: Struck): number | null {
  return rule.struck.find(({ startedMs }) => isCrowded(rule, startedMs))?.startedMs ?? null;
}

/** More than twice as many runs as within 24 hours ever before, and at least five more. */
function isCrowded({ before, struck }: Struck, atMs: number): boolean {
  const most = Math.max(0, ...before.map((_, index) => countDayUntil(before, index)));
  return listDayBefore([...before, ...struck], atMs).length > Math.max(2 * most, most + 5);
}

function findUnlikely(rule: Struck): number | null {
  return rule.struck.find(({ endedMs }) => endedMs !== null && isUnlikely(rule, endedMs))?.endedMs ?? null;
}

/** Three or more of its runs failed, which a share of 2 % brings less than once in 1,000 days. */
function isUnlikely({ struck }: Struck, atMs: number): boolean {
  const ended = listDayBefore(struck, atMs).filter(({ endedMs }) => endedMs !== null && endedMs <= atMs);
  const failed = ended.filter(({ status }) => status === "failed").length;
  return failed >= 3 && chanceOfAtLeast(failed, ended.length, USUAL_FAILURE_SHARE) < RARE_BY_CHANCE;
}

/** Nine more after each run, within the time until the next one and within a day. */
function repeatTenfold(runs: SimulatedRun[]): SimulatedRun[] {
  return runs.flatMap((run, index) => {
    const restMs = Math.min(DAY_MS, (runs[index + 1]?.startedMs ?? Infinity) - run.startedMs);
    return Array.from({ length: 10 }, (_, nth) => moveRun(run, Math.floor((nth * restMs) / 10)));
  });
}

/** From nothing to all of it within three weeks. */
function creep(runs: SimulatedRun[], change: (run: SimulatedRun, share: number) => SimulatedRun): SimulatedRun[] {
  const fromMs = runs[0]?.startedMs ?? 0;
  return runs.map((run) => change(run, Math.min(1, (run.startedMs - fromMs) / (CREEPING_DAYS * DAY_MS))));
}

function stretch(run: SimulatedRun, factor: number): SimulatedRun {
  const { startedMs, endedMs, status } = run;
  if (endedMs === null || status !== "success") return run;
  return { ...run, endedMs: startedMs + Math.round((endedMs - startedMs) * factor) };
}

function isSuccess({ status }: SimulatedRun): boolean {
  return status === "success";
}

/** Of a rule that brings few records, few are no news. */
function hasMany(runs: SimulatedRun[]): boolean {
  return runs.some(({ records }) => records >= 100);
}

function leaveOpen(run: SimulatedRun): SimulatedRun {
  return { ...run, status: "running", endedMs: null, records: 0, error: null };
}

function endOf(runs: SimulatedRun[], nth: number): number | null {
  return runs[nth - 1]?.endedMs ?? null;
}

function listDayBefore(runs: SimulatedRun[], atMs: number): SimulatedRun[] {
  return runs.filter(({ startedMs }) => startedMs > atMs - DAY_MS && startedMs <= atMs);
}

/** How many runs started in the 24 hours that end with the start of this one. */
function countDayUntil(runs: SimulatedRun[], index: number): number {
  const fromMs = (runs[index]?.startedMs ?? 0) - DAY_MS;
  let count = 0;
  while ((runs[index - count]?.startedMs ?? -Infinity) > fromMs) count += 1;
  return count;
}

/** Of `n` runs, each of which fails with this chance, at least `k` fail. */
function chanceOfAtLeast(k: number, n: number, share: number): number {
  let [chance, fewer] = [(1 - share) ** n, 0];
  for (let failed = 0; failed < k; failed += 1) {
    fewer += chance;
    chance *= ((n - failed) / (failed + 1)) * (share / (1 - share));
  }
  return 1 - fewer;
}
