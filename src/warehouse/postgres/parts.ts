/** Which parts of a table in many parts a report reads: each one, and each of its indexes, is locked until the report is read. */
import type { Bounds } from "../bounds.ts";

export type Parts = {
  /** Where each partition by range begins, as SQL writes it. Empty: no partition can be left out. */
  starts: string[];
  /** How many relations are locked with one of them: the table and its indexes. */
  locks: number;
};

/** A server has room for some thousand locks, and a report must leave it to others. */
const MOST_LOCKS = 32;
export const BEFORE_ANY_ROW_MS = 0;
/** Of the parent and its index, of the table of rules with its indexes, and of the transaction itself. */
const OTHER_LOCKS = 8;

/**
 * From when on a look-back may read: the start of the oldest partition that may still be locked. Before any row where all of them
 * may be, or where each is read in any case.
 */
export function limitLookback(parts: Parts, bounds: Bounds): number {
  const startsMs = listStarts(parts, bounds);
  const { read, ofBaseline } = countRead(startsMs, bounds);
  return startOfOldest(startsMs, Math.max(read, countAllowed(parts) - ofBaseline)) ?? bounds.scanFromMs;
}

/** The start of the oldest partition that a past until then may lock. */
export function limitPartsOfPast(parts: Parts, toMs: number): number {
  return startOfOldest(listStarts(parts, { toMs }), countAllowed(parts)) ?? toMs;
}

/** How many partitions may be locked. */
function countAllowed({ locks }: Parts): number {
  return Math.floor((MOST_LOCKS - OTHER_LOCKS) / locks);
}

/** Of the newest so many partitions; null: of none. */
function startOfOldest(startsMs: number[], most: number): number | null {
  return most >= startsMs.length ? BEFORE_ANY_ROW_MS : (startsMs[most - 1] ?? null);
}

/**
 * How many relations a report locks at least where the windows' partitions alone are more than `MOST_LOCKS` allow; else null.
 * PostgreSQL locks every index of each table that a plan may read, so one statement cannot lock fewer.
 */
export function countExcessLocks(parts: Parts, bounds: Bounds): number | null {
  const { read, ofBaseline } = countRead(listStarts(parts, bounds), bounds);
  const locks = (read + ofBaseline) * parts.locks + 1;
  return locks > MOST_LOCKS ? locks : null;
}

/** Newest first. */
function listStarts({ starts }: Parts, { toMs }: Pick<Bounds, "toMs">): number[] {
  return starts
    .map(readInstant)
    .filter((ms) => ms < toMs)
    .toSorted((a, b) => b - a);
}

/** The partitions of the windows, and those of the baseline besides. */
function countRead(startsMs: number[], bounds: Bounds): { read: number; ofBaseline: number } {
  const inPart = (fromMs: number, toMs: number) =>
    startsMs.filter((ms, index) => ms < toMs && (startsMs[index - 1] ?? Infinity) > fromMs).length;
  const ofBaseline =
    bounds.baselineScanFromMs === null || bounds.baselineToMs === null
      ? 0
      : inPart(bounds.baselineScanFromMs, Math.min(bounds.baselineToMs, bounds.scanFromMs));
  return { read: inPart(bounds.scanFromMs, bounds.toMs), ofBaseline };
}

/** Where rows of the future are no longer looked for: only the partition of today is read for them. Null: without a limit. */
export function limitFuture({ starts }: Parts, { latestStartMs }: Bounds): number | null {
  const next = Math.min(...starts.map(readInstant).filter((ms) => ms > latestStartMs));
  return next === Infinity ? null : next;
}

/** `2026-07-10 00:00:00+00`, as PostgreSQL writes it in UTC, or a date alone. */
function readInstant(text: string): number {
  return Date.parse(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
}
