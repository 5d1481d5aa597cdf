/** Failures of several CRMs in the same minutes, of the same kind: one cause, not several. */
import type { FailureRow, ReadActivity, RuleActivity } from "../activity.ts";
import { createFingerprinter } from "../errors/fingerprint.ts";
import { tellsOfCertificate } from "../errors/families.ts";
import { isGeneric } from "../errors/generic.ts";
import type { ErrorFamily } from "../errors/schema.ts";
import { formatInstant, formatPlural, formatSpan, listNames } from "../../text/figures.ts";
import { lengthOf, type Window } from "../../time/window.ts";
import { logChoose, poissonTail, PRIOR_FAILED } from "../chance.ts";
import { countOutcome } from "../counts.ts";
import { compareNames } from "../words.ts";
import type { Finding, Report } from "../document/schema.ts";
import { HOUR_MS, MINUTE_MS } from "../../time/units.ts";

export type CrmFailures = {
  source: string;
  failures: FailureRow[];
  /** How many of its runs failed in the window. */
  failed: number;
  /** `runs`: how many ended in the window. */
  rules: (Pick<RuleActivity, "rule" | "lastSuccessMs"> & { runs: number })[];
  /** Rules of which no run is awaited: none of them can show that a cause is over. */
  idle: ReadonlySet<string>;
  /** Errors of which its report tells many failures, not known to be over. */
  lasting: string[];
};

/** What a CRM's rows and its report tell of its failures. */
export function describeFailures({ failures, rules }: ReadActivity, { metadata, ...report }: Report): CrmFailures {
  return {
    source: metadata.source,
    failures,
    failed: report.performance_metrics.failed_actions,
    rules: rules.map(({ rule, lastSuccessMs, current }) => ({
      rule,
      lastSuccessMs,
      runs: countOutcome(current).total,
    })),
    idle: new Set(report.rules.filter(({ condition }) => condition === "idle").map(({ rule_name }) => rule_name)),
    lasting: report.findings.flatMap(({ id, evidence: { over, newest_error: error } }) =>
      id === "failures-many" && over === false && typeof error === "string" ? error : [],
    ),
  };
}

/**
 * What CRMs have in common, such as the network, the workers and the warehouse, says so in other words to each. A login, a limit, a
 * field or a record is each one's own, unless the words are the same; so is a certificate.
 */
const MAY_BE_COMMON: Record<ErrorFamily, boolean> = {
  connection: true,
  timeout: true,
  cancelled: true,
  "cleaned-up": true,
  "rate-limit": false,
  authentication: false,
  "missing-column": false,
  validation: false,
  other: false,
};
/** Minutes are put together by this many, and times apart by no more than as many are one. */
const SPAN_MINUTES = 5;
/** Two CRMs may fail alike by chance once; each must do so in as many minutes, or there must be a third. */
const FEWEST_MINUTES = 2;
const CERTAIN_CRMS = 3;
/** Of times that are too short alone. */
const FEWEST_TIMES = 3;
/** Failures that ended no longer than this before the window's end are not over, whatever has succeeded since. */
export const OVER_MS = 30 * MINUTE_MS;
/** Two runs are one after the other up to so many times the mean time between those of the window. */
const APART = 1.5;
/** A time that shows the like once in a thousand windows has a cause. */
const RARE = 1e-3;
/** From so many minutes with failures on they tell in which parts of the hour runs end. */
const TELLING_MINUTES = 24;
const PARTS_OF_HOUR = 12;

type Row = {
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
type Span = {
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

/** One finding for each kind of failure, about the longest time in which several CRMs had it. */
export function findSharedCauses(crms: CrmFailures[], window: Window): Finding[] {
  const fingerprintOf = createFingerprinter();
  const rows = crms.flatMap(({ source, failures }) =>
    failures
      .filter(({ current }) => current)
      .map(({ rule, message, minutes, firstMs }): Row => {
        const { family, key, example } = fingerprintOf(message);
        const isCommon = MAY_BE_COMMON[family] && !tellsOfCertificate(example ?? "");
        const isMute = isGeneric(example ?? "");
        return { source, rule, family, key, kind: isCommon ? family : key, example, isMute, minutes, firstMs };
      }),
  );
  const failedOfCrm = new Map(crms.map(({ source, failed }) => [source, failed]));
  const endingMinutes = (lengthOf(window) / MINUTE_MS) * shareOfHour(rows);
  return [...Map.groupBy(rows, ({ kind }) => kind)]
    .toSorted(([a], [b]) => compareNames(a, b))
    .flatMap(([, ofKind]) => partByBeginning(ofKind, crms))
    .flatMap((alike) => {
      const spans = findSharedSpans(alike, {
        isCause: (span) => isNoChance(span, failedOfCrm, endingMinutes),
        rules: listLasting(alike, crms, window),
      });
      const keys = new Set(alike.map(({ key }) => key));
      const lasting = crms.filter((crm) => crm.lasting.some((error) => keys.has(fingerprintOf(error).key)));
      const told = chooseSpan(spans, alike, { crms, lasting, window });
      return told === null ? [] : [describeSpan(told, alike[0]?.family ?? "other", window)];
    });
}

/**
 * What has failed ever since it began has another cause than what succeeded for an hour after that, and began to fail later.
 * What fails and succeeds by turns stays with the earliest.
 */
function partByBeginning(rows: Row[], crms: CrmFailures[]): Row[][] {
  const begun = [...Map.groupBy(rows, ({ source }) => source)].map(([source, its]) => {
    const failing = new Set(its.map(({ rule }) => rule));
    const rules = crms.find((crm) => crm.source === source)?.rules.filter(({ rule }) => failing.has(rule)) ?? [];
    const firstMs = Math.min(...its.map((row) => row.firstMs));
    return { source, firstMs, successMs: Math.max(0, ...rules.map(({ lastSuccessMs }) => lastSuccessMs ?? 0)) };
  });
  const parts: { firstMs: number; sources: Set<string> }[] = [];
  const unbroken = begun.filter(({ firstMs, successMs }) => successMs < firstMs);
  for (const { source, firstMs, successMs } of unbroken.toSorted((a, b) => a.firstMs - b.firstMs)) {
    const part = parts.at(-1);
    if (part === undefined || successMs > part.firstMs + HOUR_MS) parts.push({ firstMs, sources: new Set([source]) });
    else part.sources.add(source);
  }
  const later = parts.slice(1).map(({ sources }) => sources);
  const earliest = new Set(begun.map(({ source }) => source)).difference(
    later.reduce((all, sources) => all.union(sources), new Set<string>()),
  );
  return [earliest, ...later].map((sources) => rows.filter(({ source }) => sources.has(source)));
}

/**
 * The times that several CRMs share, in order. Where each is too short to be shared, those of rules that failed in one after
 * the other without a run between them are one.
 */
function findSharedSpans(
  rows: Row[],
  { isCause, rules }: { isCause: (span: Span) => boolean; rules: Lasting[] },
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
function isNoChance(
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
function shareOfHour(rows: Row[]): number {
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

/** What is told of the times that several CRMs share: how many these are, and which of the CRMs have not succeeded since. */
type Told = { span: Span; times: number; waiting: string[]; over: boolean };

/** Null: there is no such time. `lasting`: of whose own reports it is not over; the cause is no milder than these. */
function chooseSpan(
  spans: Span[],
  rows: Row[],
  { crms, lasting, window }: { crms: CrmFailures[]; lasting: CrmFailures[]; window: Window },
): Told | null {
  const newest = spans.at(-1);
  if (newest === undefined) return null;
  const recoveries = crms.flatMap((crm) => findRecovery(spans, crm) ?? []);
  const isQuiet = window.endMs - endOf(newest) > OVER_MS;
  // Just now nothing may have had the time to succeed.
  const waiting = isQuiet ? recoveries.filter((one) => one.successMs < one.failedMs).map(({ source }) => source) : [];
  const goesOn = lasting.some(({ source }) => spans.some(({ minutesOf }) => minutesOf.has(source)));
  const over = isQuiet && waiting.length === 0 && !goesOn;
  // Rules fail when they run, and rest in between: failures without a success between them are of one time.
  const unbroken = spans.filter(({ fromMinute }) =>
    recoveries.every(({ successMs }) => successMs < fromMinute * MINUTE_MS),
  );
  if (!over && unbroken.length > 1) return { span: unbroken.reduce(join), times: 1, waiting, over };
  const times = joinUnbroken(spans, listLasting(rows, crms, window));
  const longest = times.reduce((most, one) => (one.failures > most.failures ? one : most));
  return { span: longest, times: times.length, waiting, over };
}

/** When a rule failed, and how far apart two of its runs are at most where none lies between. In minutes. */
type Lasting = { minutes: number[]; apart: number };

function listLasting(rows: Row[], crms: CrmFailures[], window: Window): Lasting[] {
  return [...Map.groupBy(rows, ({ source, rule }) => JSON.stringify([source, rule])).values()].map((its) => {
    const [of] = its;
    const crm = crms.find(({ source }) => source === of?.source);
    const runs = crm?.rules.find(({ rule }) => rule === of?.rule)?.runs ?? Infinity;
    return { minutes: its.flatMap(({ minutes }) => minutes), apart: (APART * lengthOf(window)) / MINUTE_MS / runs };
  });
}

/** Times of which a rule failed in both, with no run between them, are one. */
function joinUnbroken(spans: Span[], rules: Lasting[]): Span[] {
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

type Recovery = { source: string; failedMs: number; successMs: number };

/**
 * When a CRM last failed so, and when one of the rules that did has last succeeded; 0: nothing of it ever has. Null: it has not
 * failed so, or none of these rules is awaited.
 */
function findRecovery(spans: Span[], { source, rules, idle }: CrmFailures): Recovery | null {
  const own = spans.filter(({ rulesOf }) => rulesOf.has(source));
  const failed = own.reduce((all, { rulesOf }) => all.union(rulesOf.get(source) ?? new Set()), new Set<string>());
  const awaited = failed.difference(idle);
  if (awaited.size === 0) return null;
  const its = rules.filter(({ rule }) => awaited.has(rule));
  // Rules that never succeeded tell no recovery: whatever else the CRM runs does.
  const telling = its.some(({ lastSuccessMs }) => lastSuccessMs !== null) ? its : rules;
  const successMs = Math.max(0, ...telling.map(({ lastSuccessMs }) => lastSuccessMs ?? 0));
  return { source, failedMs: (own.at(-1)?.toMinute ?? 0) * MINUTE_MS, successMs };
}

/** Both, and what was between them. */
function join(earlier: Span, later: Span): Span {
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

function endOf({ toMinute }: Span): number {
  return (toMinute + 1) * MINUTE_MS;
}

function describeSpan({ span, times, waiting, over }: Told, family: string, { endMs }: Window): Finding {
  const { fromMinute, minutesOf, example } = span;
  const [fromMs, toMs] = [fromMinute * MINUTE_MS, endOf(span)];
  const sources = [...minutesOf.keys()];
  const kind = family === "other" ? "alike" : `with ${family} errors`;
  const when = formatSpan(fromMs, toMs, endMs);
  const again = times > 1 ? `, and so ${formatPlural(times - 1, "more time")}` : "";
  const state = over ? ", over now" : sayWaiting(waiting, sources.length);
  const said = example === null ? "" : `: ${example}`;
  return {
    id: "failures-shared",
    severity: over ? "warning" : "critical",
    rule_name: null,
    message: `One cause for ${sources.length} CRMs (${listNames(sources)}): they failed ${kind} ${when}${again}${state}${said}`,
    evidence: {
      sources,
      family,
      from: formatInstant(fromMs),
      to: formatInstant(toMs),
      times,
      over,
      without_success: waiting,
      example,
    },
  };
}

/** Where nothing has had the time to succeed. */
export const NOT_KNOWN_OVER = "not known to be over";

function sayWaiting(waiting: string[], crms: number): string {
  if (waiting.length === 0) return `, ${NOT_KNOWN_OVER}`;
  return `, and ${waiting.length === crms ? "none of them" : `nothing of ${listNames(waiting)}`} has succeeded since`;
}
