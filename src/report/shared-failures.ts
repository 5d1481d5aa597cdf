/** Failures of several CRMs in the same minutes, of the same kind: one cause, not several. */
import type { FailureRow } from "./activity.ts";
import { createFingerprinter } from "./errors/fingerprint.ts";
import { formatInstant, formatNear, formatPlural, listNames } from "../text/figures.ts";
import { lengthOf, type Window } from "../time/window.ts";
import { poissonTail, PRIOR_FAILED } from "./chance.ts";
import { compareNames } from "./words.ts";
import type { Finding } from "./schema.ts";
import { MINUTE_MS } from "../time/units.ts";

export type CrmFailures = {
  source: string;
  failures: FailureRow[];
  /** How many of its runs failed in the window. */
  failed: number;
};

/** Minutes are put together by this many, and times apart by no more than as many are one. */
const SPAN_MINUTES = 5;
/** Two CRMs may fail alike by chance once; each must do so in as many minutes, or there must be a third. */
const FEWEST_MINUTES = 2;
const CERTAIN_CRMS = 3;
/** Failures that ended this long before the window's end are over. */
const OVER_MS = 30 * MINUTE_MS;
/** A time that shows the like once in a thousand windows has a cause. */
const RARE = 1e-3;

type Row = { source: string; family: string; key: string; kind: string; example: string | null; minutes: number[] };
type Span = {
  fromMinute: number;
  toMinute: number;
  failures: number;
  /** In how many minutes each CRM failed. */
  minutesOf: Map<string, number>;
  /** How many of each CRM's runs failed. */
  failedOf: Map<string, number>;
  /** In which CRMs runs failed with the same words. */
  saying: Map<string, Set<string>>;
  example: string | null;
};

/** One finding for each kind of failure, about the longest time in which several CRMs had it. */
export function findSharedCauses(crms: CrmFailures[], window: Window): Finding[] {
  const fingerprintOf = createFingerprinter();
  const rows = crms.flatMap(({ source, failures }) =>
    failures
      .filter(({ current }) => current)
      .map(({ message, minutes }): Row => {
        const { family, key, example } = fingerprintOf(message);
        // What no family knows is alike only where the message is.
        return { source, family, key, kind: family === "other" ? key : family, example, minutes };
      }),
  );
  const failedOfCrm = new Map(crms.map(({ source, failed }) => [source, failed]));
  return [...Map.groupBy(rows, ({ kind }) => kind)]
    .toSorted(([a], [b]) => compareNames(a, b))
    .flatMap(([, alike]) => {
      const shared = findSharedSpans(alike, (span) => isNoChance(span, failedOfCrm, window));
      return shared.longest === null ? [] : [describeSpan(shared, shared.longest, alike[0]?.family ?? "other", window)];
    });
}

/** The span with the most failures of those that several CRMs share, how many these are, and when the last one ended. */
type Shared = { longest: Span | null; times: number; lastMinute: number };

function findSharedSpans(rows: Row[], isCause: (span: Span) => boolean): Shared {
  const shared: Shared = { longest: null, times: 0, lastMinute: 0 };
  let span: Span | null = null;
  const close = () => {
    if (span === null || !isShared(span) || !isCause(span)) return;
    shared.times += 1;
    shared.lastMinute = span.toMinute;
    if (shared.longest === null || span.failures > shared.longest.failures) shared.longest = span;
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
        failedOf: new Map(),
        saying: new Map(),
        example: null,
      };
    }
    span.toMinute = minute;
    span.failures += 1;
    span.example ??= row.example;
    span.failedOf.set(row.source, (span.failedOf.get(row.source) ?? 0) + 1);
    span.saying.set(row.key, (span.saying.get(row.key) ?? new Set()).add(row.source));
    if (seenIn.get(row.source) === minute) continue;
    seenIn.set(row.source, minute);
    span.minutesOf.set(row.source, (span.minutesOf.get(row.source) ?? 0) + 1);
  }
  close();
  return shared;
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
 * likely each one's own rate brings that many failures in so short a time. It holds for any time of that length in the window.
 */
function isNoChance(
  { fromMinute, toMinute, minutesOf, failedOf, saying }: Span,
  failedOfCrm: Map<string, number>,
  window: Window,
): boolean {
  if ([...saying.values()].some((sources) => sources.size === minutesOf.size)) return true;
  const times = Math.max(1, lengthOf(window) / MINUTE_MS / (toMinute - fromMinute + SPAN_MINUTES));
  const chance = [...failedOf].reduce((product, [source, here]) => {
    const failed = failedOfCrm.get(source) ?? 0;
    return product * poissonTail(here, Math.max(PRIOR_FAILED, failed - here) / times);
  }, 1);
  return chance * times < RARE;
}

function describeSpan(
  { times, lastMinute }: Shared,
  { fromMinute, toMinute, minutesOf, example }: Span,
  family: string,
  { endMs }: Window,
): Finding {
  const [fromMs, toMs] = [fromMinute * MINUTE_MS, (toMinute + 1) * MINUTE_MS];
  const sources = [...minutesOf.keys()];
  const kind = family === "other" ? "alike" : `with ${family} errors`;
  const over = endMs - (lastMinute + 1) * MINUTE_MS > OVER_MS;
  const when = `from ${formatNear(fromMs, endMs)} to ${formatNear(toMs, endMs)}`;
  const again = times > 1 ? `, and so ${formatPlural(times - 1, "more time")}` : "";
  const state = over ? ", over now" : "";
  const said = example === null ? "" : `: ${example}`;
  return {
    id: "failures-shared",
    severity: over ? "warning" : "critical",
    rule_name: null,
    message: `One cause for ${sources.length} CRMs (${listNames(sources)}): they failed ${kind} ${when}${again}${state}${said}`,
    evidence: { sources, family, from: formatInstant(fromMs), to: formatInstant(toMs), times, over, example },
  };
}
