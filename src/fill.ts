/** Reads the CRMs' pasts back into the memory, day by day and the newest first: one bounded query at a time, with pauses. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CrmConfig } from "./config/schema.ts";
import { describeFailure } from "./database/failure.ts";
import { AppError } from "./errors.ts";
import type { Log } from "./log.ts";
import { listCells, listStarts, type Past } from "./report/memory/cells.ts";
import { READ_BACK_MS } from "./report/memory/known.ts";
import { keepable } from "./report/memory/remember.ts";
import { listMissing, type DayToRead } from "./report/memory/missing.ts";
import type { Memory } from "./store/memory.ts";
import { formatDuration, formatInstant, formatPlural } from "./text/figures.ts";
import type { Redact } from "./text/redact.ts";
import { DAY_MS, SECOND_MS, WEEK_MS } from "./time/units.ts";
import { readHours } from "./warehouse/hours.ts";

export type FillOptions = {
  crms: CrmConfig[];
  memory: Memory;
  /** How far back, and the real time; epoch milliseconds. */
  sinceMs: number;
  nowMs: number;
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
  | { end: "whole" | "paused" }
  /** Before that there is no run, or it cannot be read, or would cost too much. */
  | { end: "begin" | "failed"; reason: string }
);

/** Beside scheduled reports. A query of a day by an index takes a tenth of a second. */
const FILL_BESIDE: FillLimits = { totalMs: 20 * SECOND_MS, dayMs: 5 * SECOND_MS };
/** A fill that stopped is tried again then: an index may have been made. */
const TRY_AGAIN_MS = WEEK_MS;
const LONGEST_PAUSE_MS = SECOND_MS;
/** So many days without a run in a row: the table begins after them, or the CRM does. */
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
  options: Omit<FillOptions, "sinceMs" | "again" | "isThorough" | "limits">,
): Promise<void> {
  const { memory, nowMs, log } = options;
  try {
    // Another process makes a report: it fills the memory afterwards.
    if (await options.isBusy()) return;
    const crms: CrmConfig[] = [];
    for (const crm of options.crms) {
      const stop = await memory.readStop(crm.name);
      if (stop === null || nowMs - stop.atMs > TRY_AGAIN_MS) crms.push(crm);
    }
    const sinceMs = nowMs - READ_BACK_MS;
    const all = await fillMemory({ ...options, crms, sinceMs, again: false, isThorough: false, limits: FILL_BESIDE });
    for (const one of all) {
      const { source: crm, read, left } = one;
      if (read > 0) log.info(`${crm}: ${formatPlural(read, "day")} of its past read back`, { left }, { crm });
      if (one.end === "failed") log.warn(`${crm}: its past is not read back any further: ${one.reason}`, {}, { crm });
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn(`the memory could not be filled: ${error.message}`);
  }
}

async function fillOne(crm: CrmConfig, options: FillOptions, isOver: () => boolean): Promise<Filled> {
  const { memory, nowMs, again, signal, isBusy } = options;
  const source = crm.name;
  const known = again ? new Map<number, number>() : await listKnown(source, options);
  const days = listMissing(known, { startMs: options.sinceMs, endMs: nowMs });
  const mode = again ? "replace" : "add";
  /** Days without a run: they are known to be empty only where an older day is not. */
  let empty: Past["covered"] = [];
  let read = 0;
  const stop = async (end: "begin" | "failed", reason: string): Promise<Filled> => {
    await memory.stopFill(source, { atMs: nowMs, reason });
    return { source, read, left: end === "begin" ? 0 : days.length - read, end, reason };
  };
  const pause = (): Filled => ({ source, read, left: days.length - read, end: "paused" });
  for (const day of days) {
    if (signal.aborted || isOver() || (await isBusy())) return pause();
    const startedAt = performance.now();
    const answer = await readDay(crm, day, options);
    const tookMs = performance.now() - startedAt;
    if (answer.kind === "interrupted") return pause();
    if (answer.kind === "failed") return await stop("failed", answer.reason);
    const { past } = answer;
    const hasRuns = past.rules.some((rule) => listCells(rule).length + listStarts(rule).length > 0);
    if (!hasRuns) empty.push(...past.covered);
    if (!hasRuns && empty.length >= EMPTY_DAYS) {
      const sinceMs = day.fromMs + EMPTY_DAYS * DAY_MS;
      read -= EMPTY_DAYS - 1;
      return await stop("begin", `there is no run in the ${EMPTY_DAYS} days before ${formatDay(sinceMs)}`);
    }
    if (hasRuns) {
      await memory.write([{ source, past: { ...keepable(past), covered: [...past.covered, ...empty] } }], mode);
      empty = [];
    }
    read += 1;
    options.log.progress({ doing: "reading back", names: [source], done: read, all: days.length });
    await sleep(Math.min(LONGEST_PAUSE_MS, tookMs), undefined, { signal }).catch(() => {});
  }
  options.log.progress(null);
  await memory.stopFill(source, null);
  return { source, read, left: 0, end: "whole" };
}

async function listKnown(source: string, { memory, sinceMs, isThorough }: FillOptions): Promise<Map<number, number>> {
  const sinceDay = Math.floor(sinceMs / DAY_MS);
  return isThorough ? await memory.listDays(source, sinceDay) : await memory.listHours(source, sinceDay);
}

type Answer = { kind: "read"; past: Past } | { kind: "failed"; reason: string } | { kind: "interrupted" };

async function readDay(crm: CrmConfig, { fromMs, toMs }: DayToRead, options: FillOptions): Promise<Answer> {
  const { limits, redact, signal, nowMs } = options;
  const dayMs = limits.dayMs ?? crm.timeoutMs;
  const deadline = AbortSignal.timeout(dayMs);
  const startedAt = performance.now();
  const limited = { ...crm, timeoutMs: dayMs, statementTimeoutMs: dayMs };
  try {
    const result = await readHours({ crm: limited, nowMs, fromMs, toMs }, redact, AbortSignal.any([signal, deadline]));
    if (result.kind === "read") return result;
    if (result.kind === "unindexed") return { kind: "failed", reason: redact(result.problem) };
    return { kind: "failed", reason: `no table to read in ${result.where}` };
  } catch (error) {
    if (signal.aborted) return { kind: "interrupted" };
    // The server may have kept the same limit a moment before.
    const reason =
      performance.now() - startedAt >= dayMs * 0.9
        ? `${formatDay(fromMs)} takes longer than ${formatDuration(dayMs / SECOND_MS)}: see automation-reports check for an index`
        : redact(describeFailure(error, crm.target));
    return { kind: "failed", reason };
  }
}

function formatDay(ms: number): string {
  return formatInstant(ms).slice(0, 10);
}
