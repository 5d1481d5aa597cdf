/** Times in which several CRMs failed alike: where they begin and end, whether chance explains them, and which are one. */
import type { ErrorFamily } from "../errors/schema.ts";
import { logChoose, poissonTail, PRIOR_FAILED } from "../chance.ts";
import { MINUTE_MS } from "../../time/units.ts";

/** Minutes are put together by this many, and times apart by no more than as many are one. */
const SPAN_MINUTES = 5;
/** Two CRMs may fail alike by chance once; each must do so in as many minutes, or there must be a third. */
const FEWEST_MINUTES = 2;
const CERTAIN_CRMS = 3;
/** Of times that are too short alone. */
const FEWEST_TIMES = 3;
/** A time that shows the like once in a thousand windows has a cause. */
const RARE = 1e-3;
/** From so many minutes with failures on they tell in which parts of the hour runs end. */
const TELLING_MINUTES = 24;
const PARTS_OF_HOUR = 12;

export type Row = {
  source: string;
  rule: string;
  family: ErrorFamily;
  key: string;
  kind: string;
  example: string | null;
  /** Its words tell nothing: the like of other CRMs says no more than that they failed too. */
  isMute: boolean;
  minutes: number[];
  /** Of its failures in the window, which may be more than have their minutes listed. */
  firstMs: number;
};
export type Span = {
  fromMinute: number;
  toMinute: number;
  failures: number;
  /** In how many minutes each CRM failed. */
  minutesOf: Map<string, number>;
  /** Which rules failed in each CRM. */
  rulesOf: Map<string, Set<string>>;
  /** How many of each CRM's runs failed. */
  failedOf: Map<string, number>;
  /** In which CRMs runs failed with the same words, where these tell anything. */
  saying: Map<string, Set<string>>;
  example: string | null;
};

/**
 * The times that several CRMs share, in order. Where each is too short to be shared, those of rules that failed in one after
 * the other without a run between them are one.
 */
export function findSharedSpans(
  rows: Row[],
  { isCause, rules }: { isCause: (span: Span) => boolean; rules: FailingRule[] },
): Span[] {
  const met: Span[] = [];
  let span: Span | null = null;
  const close = () => {
    if (span !== null && span.minutesOf.size > 1) met.push(span);
  };
  const seenIn = new Map<string, number>();
  const failures = sortFailures(rows);
  for (let at = 0; at < failures.length; at += 1) {
    const one = failures[at] ?? 0;
    const minute = Math.floor(one / rows.length);
    const row = rows[one % rows.length];
    if (row === undefined) continue;
    // Parted where nothing of the kind happened for a while.
    if (span === null || minute - span.toMinute > SPAN_MINUTES) {
      close();
      span = {
        fromMinute: minute,
        toMinute: minute,
        failures: 0,
        minutesOf: new Map(),
        rulesOf: new Map(),
        failedOf: new Map(),
        saying: new Map(),
        example: null,
      };
    }
    span.toMinute = minute;
    span.failures += 1;
    span.example ??= row.example;
    span.failedOf.set(row.source, (span.failedOf.get(row.source) ?? 0) + 1);
    span.rulesOf.set(row.source, (span.rulesOf.get(row.source) ?? new Set()).add(row.rule));
    if (!row.isMute) span.saying.set(row.key, (span.saying.get(row.key) ?? new Set()).add(row.source));
    if (seenIn.get(row.source) === minute) continue;
    seenIn.set(row.source, minute);
    span.minutesOf.set(row.source, (span.minutesOf.get(row.source) ?? 0) + 1);
  }
  close();
  const shared = met.filter((one) => isShared(one) && isCause(one));
  // That the words are the same proves no more than in one of them.
  const isOne = (one: Span) =>
    [...one.minutesOf.values()].every((minutes) => minutes >= FEWEST_TIMES) && isCause({ ...one, saying: new Map() });
  return shared.length > 0 ? shared : joinUnbroken(met, rules).filter(isOne);
}

/** Minute and row in one number, ascending: there may be tens of thousands, and an object for each took 8 MB. */
function sortFailures(rows: Row[]): Float64Array {
  const failures = new Float64Array(rows.reduce((sum, { minutes }) => sum + minutes.length, 0));
  let at = 0;
  for (const [index, { minutes }] of rows.entries()) {
    for (const minute of minutes) {
      failures[at] = minute * rows.length + index;
      at += 1;
    }
  }
  return failures.sort();
}

function isShared({ minutesOf }: Span): boolean {
  if (minutesOf.size >= CERTAIN_CRMS) return true;
  return minutesOf.size > 1 && [...minutesOf.values()].every((minutes) => minutes >= FEWEST_MINUTES);
}

/**
 * Whether all messages are the same, or chance hardly explains the failures. The chance is the product over the CRMs: how
 * likely each one's own rate brings that many failures in so short a time. It holds for any time of that length in the minutes of
 * the window in which runs end, and for any as many of the CRMs that have failures.
 */
export function isNoChance(
  { fromMinute, toMinute, minutesOf, failedOf, saying }: Span,
  failedOfCrm: Map<string, number>,
  endingMinutes: number,
): boolean {
  if ([...saying.values()].some((sources) => sources.size === minutesOf.size)) return true;
  const times = Math.max(1, endingMinutes / (toMinute - fromMinute + SPAN_MINUTES));
  const failing = [...failedOfCrm.values()].filter((failed) => failed > 0).length;
  const logChance = [...failedOf].reduce(
    (sum, [source, here]) => {
      const failed = failedOfCrm.get(source) ?? 0;
      return sum + Math.log(poissonTail(here, Math.max(PRIOR_FAILED, failed - here) / times));
    },
    logChoose(failing, failedOf.size),
  );
  return logChance + Math.log(times) < Math.log(RARE);
}

/** In how much of the hour runs end: those of CRMs that all begin on the hour and the half hour meet by chance. */
export function shareOfHour(rows: Row[]): number {
  const parts = new Set<number>();
  // There may be tens of thousands of minutes.
  const telling = new Set<number>();
  for (const { minutes } of rows) {
    for (const minute of minutes) {
      parts.add(Math.floor((minute % 60) / SPAN_MINUTES));
      if (telling.size < TELLING_MINUTES) telling.add(minute);
    }
  }
  return telling.size < TELLING_MINUTES ? 1 : parts.size / PARTS_OF_HOUR;
}

/** When a rule failed, and how far apart two of its runs are at most where none lies between. In minutes. */
export type FailingRule = { minutes: number[]; apart: number };

/** Times of which a rule failed in both, with no run between them, are one. */
export function joinUnbroken(spans: Span[], rules: FailingRule[]): Span[] {
  const joined: Span[] = [];
  for (const span of spans) {
    const before = joined.at(-1);
    const isOne =
      before !== undefined &&
      rules.some(({ minutes, apart }) => {
        const last = Math.max(...minutes.filter((minute) => minute <= before.toMinute));
        return minutes.some((minute) => minute >= span.fromMinute && minute - last <= apart);
      });
    if (isOne) joined.splice(-1, 1, join(before, span));
    else joined.push(span);
  }
  return joined;
}

/** Both, and what was between them. */
export function join(earlier: Span, later: Span): Span {
  return {
    ...earlier,
    toMinute: later.toMinute,
    failures: earlier.failures + later.failures,
    minutesOf: merge(earlier.minutesOf, later.minutesOf, (a, b) => a + b),
    failedOf: merge(earlier.failedOf, later.failedOf, (a, b) => a + b),
    rulesOf: merge(earlier.rulesOf, later.rulesOf, (a, b) => a.union(b)),
  };
}

function merge<T>(some: Map<string, T>, others: Map<string, T>, add: (a: T, b: T) => T): Map<string, T> {
  const all = new Map(some);
  for (const [source, one] of others) {
    const known = all.get(source);
    all.set(source, known === undefined ? one : add(known, one));
  }
  return all;
}

export function endOf({ toMinute }: Span): number {
  return (toMinute + 1) * MINUTE_MS;
}
