/** Reads the CRMs' pasts back into the memory, the newest day first: one bounded query at a time, with pauses. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CrmConfig } from "./config/schema.ts";
import { wasStillRunning } from "./database/failure.ts";
import { describeReadFailure } from "./warehouse/failure-words.ts";
import { AppError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Past } from "./report/memory/cells.ts";
import { LONGEST_PAST_DAYS, LONGEST_PAST_MS, READ_BACK_MS, WEEK_DAYS } from "./report/memory/known.ts";
import { uniteSpans } from "./report/memory/merge.ts";
import { keepable } from "./report/memory/remember.ts";
import { onlyWithin } from "./report/memory/without.ts";
import { listMissing, type DayToRead } from "./report/memory/missing.ts";
import type { Memory } from "./store/memory.ts";
import { formatDuration, formatInstant, formatPlural } from "./text/figures.ts";
import type { Redact } from "./text/redact.ts";
import { DAY_MS, HOUR_MS, HOURS_A_DAY, SECOND_MS, WEEK_MS } from "./time/units.ts";
import { readHours } from "./warehouse/hours.ts";
import type { HoursResult } from "./warehouse/request.ts";
import { describeLate } from "./warehouse/visit.ts";

export type FillOptions = {
  crms: CrmConfig[];
  memory: Memory;
  /** How far back, up to when, and the real time; epoch milliseconds. */
  sinceMs: number;
  untilMs: number;
  nowMs: number;
  /** How far back a small table is read: as far as each report would read it otherwise. */
  smallSinceMs?: number;
  /** CRMs before whose begin nothing is looked for, epoch milliseconds. */
  beginsMs: ReadonlyMap<string, number>;
  /** Reads the days that are known, too, and replaces them. */
  again: boolean;
  /** Looks into the days that are known: one that can no longer be read is read again. That costs more than a report beside it may. */
  isThorough: boolean;
  limits: FillLimits;
  /** Whether a report is being made: then nothing more is read. */
  isBusy: () => Promise<boolean>;
  redact: Redact;
  log: Log;
  signal: AbortSignal;
};

/** `totalMs`: for all CRMs together; null: no limit. `dayMs`: for the query of one day; null: as long as a report of the CRM may take. */
type FillLimits = { totalMs: number | null; dayMs: number | null };

/** `read`: how many days. `left`: how many are still to be read. */
export type Filled = { source: string; read: number; left: number } & (
  | { end: "paused" }
  /** All that was asked for. Not null: the oldest of these days held no run, and may lie before the first one: they are not known to be empty. */
  | { end: "whole"; reason: string | null }
  /** Before that there is no run, or it cannot be read, or would cost too much. */
  | { end: "begin" | "failed"; reason: string }
);

/** Beside scheduled reports. A query of a day by an index takes a tenth of a second. */
const FILL_BESIDE: FillLimits = { totalMs: 20 * SECOND_MS, dayMs: 5 * SECOND_MS };
/** What would cost too much is tried again then: an index may have been made. So is what was not there. */
const TRY_AGAIN_MS = WEEK_MS;
const LONGEST_PAUSE_MS = SECOND_MS;
/** Of a small table, so many days are read at once. */
const MOST_AT_ONCE = LONGEST_PAST_DAYS + WEEK_DAYS;
/** So many days without a run in a row may be a pause. Where the time is over, no more are read. */
const EMPTY_DAYS = 14;

/** Days that are known are not read again, so whoever is killed or runs beside another goes on where the memory ends. */
export async function fillMemory(options: FillOptions): Promise<Filled[]> {
  const startedAt = performance.now();
  const isOver = () => options.limits.totalMs !== null && performance.now() - startedAt > options.limits.totalMs;
  const filled: Filled[] = [];
  for (const crm of options.crms) {
    if (options.signal.aborted || isOver()) break;
    filled.push(await fillOne(crm, options, isOver));
  }
  return filled;
}

/** Beside scheduled reports: says what it did, and what keeps it from going on. */
export async function fillBeside(
  options: Omit<FillOptions, "sinceMs" | "smallSinceMs" | "untilMs" | "beginsMs" | "again" | "isThorough" | "limits">,
): Promise<void> {
  const { memory, nowMs, log } = options;
  /** Why it could not be read the last time. */
  const reasons = new Map<string, string>();
  const beginsMs = new Map<string, number>();
  try {
    // Another process makes a report: it fills the memory afterwards.
    if (await options.isBusy()) return;
    const crms: CrmConfig[] = [];
    for (const crm of options.crms) {
      const stop = await memory.readStop(crm.name);
      // One of a time to come was said while the clock was ahead.
      const isNews = stop !== null && Math.abs(nowMs - stop.atMs) <= TRY_AGAIN_MS;
      if (isNews && stop.kind === "costly") continue;
      if (isNews && stop.kind === "begin") beginsMs.set(crm.name, stop.fromMs);
      if (stop?.kind === "failed") reasons.set(crm.name, stop.reason);
      crms.push(crm);
    }
    const all = await fillMemory({
      ...options,
      crms,
      // Whole weeks: these are added up.
      sinceMs: Math.floor((nowMs - READ_BACK_MS) / WEEK_MS) * WEEK_MS,
      smallSinceMs: Math.floor((nowMs - LONGEST_PAST_MS) / WEEK_MS) * WEEK_MS,
      // Today is not over: the next reports tell it.
      untilMs: Math.floor(nowMs / DAY_MS) * DAY_MS,
      beginsMs,
      again: false,
      isThorough: false,
      limits: FILL_BESIDE,
    });
    for (const one of all) {
      const { source: crm, read, left } = one;
      if (read > 0) log.info(`${crm}: ${formatPlural(read, "day")} of its past read back`, { left }, { crm });
      if (one.end !== "failed") continue;
      // After each report the same is tried again, and said once.
      const say = reasons.get(crm) === one.reason ? log.debug : log.warn;
      say(`${crm}: its past is not read back any further: ${one.reason}`, {}, { crm });
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn(`the memory could not be filled: ${error.message}`);
  }
}

async function fillOne(crm: CrmConfig, options: FillOptions, isOver: () => boolean): Promise<Filled> {
  const { memory, nowMs, again, signal, isBusy, sinceMs, untilMs, smallSinceMs = sinceMs } = options;
  const source = crm.name;
  const known = again ? new Map<number, number>() : await listKnown(source, options);
  const listSince = (fromMs: number) =>
    listMissing(known, { startMs: Math.max(fromMs, options.beginsMs.get(source) ?? -Infinity), endMs: untilMs });
  let days = listSince(sinceMs);
  const firstKnown = Math.min(...known.keys());
  const mode = again ? "replace" : "add";
  /** Days without a run, one after the other: they are known to be empty only where an older day is not, and the table reaches back. */
  let empty: EmptyDay[] = [];
  let read = 0;
  const stop = async (said: StopReason): Promise<Filled> => {
    await memory.stopFill(source, { atMs: nowMs, ...said });
    const { kind, reason } = said;
    return kind === "begin"
      ? { source, read: read - empty.length, left: 0, end: kind, reason }
      : { source, read, left: days.length - read, end: "failed", reason };
  };
  const pause = (): Filled => ({ source, read, left: days.length - read, end: "paused" });
  let atOnce = 1;
  while (read < days.length) {
    if (isOver() && empty.length >= EMPTY_DAYS) return await stop(describeBegin(empty));
    if (signal.aborted || isOver() || (await isBusy())) return pause();
    const asked = days.slice(read, read + atOnce);
    const startedAt = performance.now();
    const answer = await readDays(crm, asked, { ...options, asksSize: read === 0 });
    const tookMs = performance.now() - startedAt;
    if (answer.kind === "interrupted") return pause();
    if (answer.kind !== "read" && atOnce > 1) {
      // It is not as small as the catalog says.
      atOnce = 1;
      continue;
    }
    if (answer.kind !== "read") return await stop(answer);
    const covered: Past["covered"] = [];
    const coverEmpty = () => {
      covered.push(...empty.flatMap((day) => day.covered));
      empty = [];
    };
    let isBegin = false;
    for (const day of tellDays(answer.past, asked)) {
      read += 1;
      if (day.hasRuns) {
        // The first hours of the day in which the table begins are not looked for again.
        covered.push(...(again ? day.covered : [hoursOf(day)]));
        coverEmpty();
      } else empty.push(day);
      options.log.progress({ doing: "reading back", names: [source], done: read, all: days.length });
      // Before days that are known the table has not begun.
      if (day.covered.length > 0 && firstKnown < dayOf(day)) coverEmpty();
      isBegin = !day.hasRuns && day.covered.length === 0;
      if (isBegin) break;
    }
    if (covered.length > 0)
      await memory.write([{ source, past: { ...keepable(answer.past), covered: uniteSpans(covered) } }], mode);
    if (isBegin) return await stop(describeBegin(empty));
    if (read === 1 && answer.isSmall) {
      atOnce = MOST_AT_ONCE;
      days = listSince(smallSinceMs);
    }
    await sleep(Math.min(LONGEST_PAUSE_MS, tookMs), undefined, { signal }).catch(() => {});
  }
  options.log.progress(null);
  if (empty.length > 0 && sinceMs <= nowMs - READ_BACK_MS) return await stop(describeBegin(empty));
  // What was there before is still before it.
  if (!options.beginsMs.has(source)) await memory.stopFill(source, null);
  const reason = empty.length === 0 ? null : describeBegin(empty).reason;
  return { source, read: read - empty.length, left: 0, end: "whole", reason };
}

type StopReason = { reason: string } & ({ kind: "begin"; fromMs: number } | { kind: "costly" | "failed" });

/** `covered`: none where the whole day lies before the table's oldest row. */
type EmptyDay = DayToRead & Pick<Past, "covered">;

/** What a past tells of each of the days. */
function tellDays({ covered, rules }: Past, days: DayToRead[]): (EmptyDay & { hasRuns: boolean })[] {
  const ran = new Set<number>();
  for (const { cells, starts } of rules) {
    cells.forEach(({ hour }) => ran.add(Math.floor(hour / HOURS_A_DAY)));
    starts.forEach(([hour]) => ran.add(Math.floor(hour / HOURS_A_DAY)));
  }
  return days.map((day) => ({
    ...day,
    hasRuns: ran.has(dayOf(day)),
    covered: onlyWithin(covered, hoursOf(day)),
  }));
}

function describeBegin(empty: EmptyDay[]): StopReason {
  const [newest, ...others] = empty;
  const fromMs = (newest?.fromMs ?? 0) + DAY_MS;
  if (empty.every(({ covered }) => covered.length === 0))
    return { kind: "begin", fromMs, reason: `its table begins on ${formatDay(fromMs)}` };
  const before = `the ${formatPlural(others.length + 1, "day")} before ${formatDay(fromMs)}`;
  return { kind: "begin", fromMs, reason: `there is no run in ${before}` };
}

function hoursOf({ fromMs, toMs }: DayToRead): Past["covered"][number] {
  return [fromMs / HOUR_MS, toMs / HOUR_MS];
}

function dayOf({ fromMs }: DayToRead): number {
  return fromMs / DAY_MS;
}

async function listKnown(
  source: string,
  { memory, sinceMs, smallSinceMs = sinceMs, isThorough }: FillOptions,
): Promise<Map<number, number>> {
  const sinceDay = Math.floor(Math.min(sinceMs, smallSinceMs) / DAY_MS);
  return isThorough ? await memory.listDays(source, sinceDay) : await memory.listHours(source, sinceDay);
}

type Answer =
  | Extract<HoursResult, { kind: "read" }>
  | { kind: "costly" | "failed"; reason: string }
  | { kind: "interrupted" };

/** From the oldest of the days, which are the newest first, to the end of the newest. */
async function readDays(
  crm: CrmConfig,
  days: DayToRead[],
  { limits, redact, signal, nowMs, asksSize }: FillOptions & { asksSize: boolean },
): Promise<Answer> {
  const [fromMs, toMs] = [days.at(-1)?.fromMs ?? 0, days[0]?.toMs ?? 0];
  const dayMs = limits.dayMs ?? crm.timeoutMs;
  const deadline = AbortSignal.timeout(dayMs);
  const startedAt = performance.now();
  const limited = { ...crm, timeoutMs: dayMs, statementTimeoutMs: dayMs };
  try {
    const request = { crm: limited, nowMs, fromMs, toMs, asksSize };
    const result = await readHours(request, redact, AbortSignal.any([signal, deadline]));
    if (result.kind === "read") return result;
    if (result.kind === "unindexed") return { kind: "costly", reason: redact(result.problem) };
    return { kind: "failed", reason: `no table to read in ${result.where}` };
  } catch (error) {
    if (signal.aborted) return { kind: "interrupted" };
    // The server may have kept the same limit a moment before.
    const isLate = performance.now() - startedAt >= dayMs * 0.9;
    // A server or a pooler that answers nothing says nothing of the table: no index would help.
    if (!isLate || (crm.target.kind === "postgres" && !wasStillRunning(error))) {
      const reason = deadline.aborted ? describeLate(error, limited) : describeReadFailure(error, crm.target);
      return { kind: "failed", reason: redact(reason) };
    }
    const took = `${formatDay(fromMs)} takes longer than ${formatDuration(dayMs / SECOND_MS)}`;
    return { kind: "costly", reason: `${took}: see automation-reports check for an index` };
  }
}

function formatDay(ms: number): string {
  return formatInstant(ms).slice(0, 10);
}
