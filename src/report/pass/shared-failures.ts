/** Failures of several CRMs in the same minutes, of the same kind: one cause, not several. */
import type { FailureRow, ReadActivity, RuleActivity } from "../activity.ts";
import { createFingerprinter } from "../errors/fingerprint.ts";
import { tellsOfCertificate } from "../errors/families.ts";
import { isGeneric } from "../errors/generic.ts";
import type { ErrorFamily } from "../errors/schema.ts";
import { formatInstant, formatPlural, formatSpan, listNames } from "../../text/figures.ts";
import { lengthOf, type Window } from "../../time/window.ts";
import { countOutcome } from "../counts.ts";
import { compareNames } from "../words.ts";
import type { Finding, Report } from "../document/schema.ts";
import { HOUR_MS, MINUTE_MS } from "../../time/units.ts";
import {
  endOf,
  findSharedSpans,
  isNoChance,
  join,
  joinUnbroken,
  shareOfHour,
  type FailingRule,
  type Row,
  type Span,
} from "./shared-spans.ts";

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
  notOver: string[];
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
    notOver: report.findings.flatMap(({ id, evidence: { over, newest_error: error } }) =>
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
/** Failures that ended no longer than this before the window's end are not over, whatever has succeeded since. */
export const OVER_MS = 30 * MINUTE_MS;
/** Two runs are one after the other up to so many times the mean time between those of the window. */
const APART = 1.5;

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
      const rules = listFailingRules(alike, crms, window);
      const isCause = (span: Span) => isNoChance(span, failedOfCrm, endingMinutes);
      const spans = findSharedSpans(alike, { isCause, rules });
      const keys = new Set(alike.map(({ key }) => key));
      const notOver = crms.filter((crm) => crm.notOver.some((error) => keys.has(fingerprintOf(error).key)));
      const told = chooseSpan(spans, rules, { crms, notOver, window });
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

/** What is told of the times that several CRMs share: how many these are, and which of the CRMs have not succeeded since. */
type Told = { span: Span; times: number; waiting: string[]; over: boolean };

/** Null: there is no such time. `notOver`: by whose own reports it goes on; the cause is no milder than these. */
function chooseSpan(
  spans: Span[],
  rules: FailingRule[],
  { crms, notOver, window }: { crms: CrmFailures[]; notOver: CrmFailures[]; window: Window },
): Told | null {
  const newest = spans.at(-1);
  if (newest === undefined) return null;
  const recoveries = crms.flatMap((crm) => findRecovery(spans, crm) ?? []);
  const isQuiet = window.endMs - endOf(newest) > OVER_MS;
  // Just now nothing may have had the time to succeed.
  const waiting = isQuiet ? recoveries.filter((one) => one.successMs < one.failedMs).map(({ source }) => source) : [];
  const goesOn = notOver.some(({ source }) => spans.some(({ minutesOf }) => minutesOf.has(source)));
  const over = isQuiet && waiting.length === 0 && !goesOn;
  // Rules fail when they run, and rest in between: failures without a success between them are of one time.
  const unbroken = spans.filter(({ fromMinute }) =>
    recoveries.every(({ successMs }) => successMs < fromMinute * MINUTE_MS),
  );
  if (!over && unbroken.length > 1) return { span: unbroken.reduce(join), times: 1, waiting, over };
  const times = joinUnbroken(spans, rules);
  const longest = times.reduce((most, one) => (one.failures > most.failures ? one : most));
  return { span: longest, times: times.length, waiting, over };
}

function listFailingRules(rows: Row[], crms: CrmFailures[], window: Window): FailingRule[] {
  return [...Map.groupBy(rows, ({ source, rule }) => JSON.stringify([source, rule])).values()].map((its) => {
    const [of] = its;
    const crm = crms.find(({ source }) => source === of?.source);
    const runs = crm?.rules.find(({ rule }) => rule === of?.rule)?.runs ?? Infinity;
    return { minutes: its.flatMap(({ minutes }) => minutes), apart: (APART * lengthOf(window)) / MINUTE_MS / runs };
  });
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
