/** One CRM: what needs somebody, how it went over time, every rule, every cause of failures. */
import { chooseFinding, orderRules, rankRows } from "../../report/pass/attention.ts";
import { countUrgentLeftOut, listSomeNames } from "../../report/document/left-out.ts";
import { withMoment } from "../../report/message.ts";
import type { Finding, Report } from "../../report/document/schema.ts";
import { sourcesOf } from "../../report/pass/standing-causes.ts";
import { worstVerdict } from "../../report/rules/rule-states.ts";
import { SEVERITIES } from "../../report/words.ts";
import { describeBriefly, describeCause } from "../../render/terminal/brief.ts";
import { showText } from "../../text/terminal.ts";
import { DAY_MS, HOUR_MS } from "../../time/units.ts";
import { RANGES, type CrmView, type Durations, type Links, type Range, type RuleQuery } from "../view.ts";
import { listFacts } from "./facts.ts";
import { listFindings } from "./findings.ts";
import { viewHead, type ReportPlace } from "./head.ts";
import { viewRule, type Shown } from "./rule-row.ts";
import { STANDING_VERDICTS } from "./overview.ts";
import { fillStrip, type Hour } from "./strip.ts";

/** What kept reports tell of the time before this one. */
export type Past = { hours: Hour[]; durations: Durations };

export type CrmFacts = {
  place: ReportPlace;
  /** What it shares with other CRMs. */
  causes: Finding[];
  past: Past;
  range: Range;
  query: RuleQuery;
  lateAfterMs: number;
  nowMs: number;
  /** The address of this page for another range; null: there is none. */
  rangeHref: ((range: Range) => string) | null;
};

export const RANGE_MS: Record<Range, number> = { "24h": DAY_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS };

const MOST_RULES = 500;
const MOST_BARS = 168;

export function viewCrm(facts: CrmFacts, links: Links): CrmView {
  const { place, range, causes } = facts;
  const { report } = place;
  const reportId = place.isLatest ? null : place.id;
  const shown: Shown = { report, reportId, lateAfterMs: facts.lateAfterMs, nowMs: facts.nowMs, links };
  const [row] = rankRows([{ source: report.metadata.source, report, reason: null }], causes);
  const standing = row?.standing ?? "unknown";
  const verdict = worstVerdict([report.verdict, STANDING_VERDICTS[standing]]);
  const endMs = Date.parse(report.metadata.window_end);
  const sorted = orderRules(report).toSorted((a, b) => urgencyOf(b) - urgencyOf(a));
  return {
    kind: "crm",
    head: viewHead(place, null, links),
    // What is not known of now is as urgent as what could not be read.
    verdict: place.outdated === null ? verdict : place.isConfigured ? "critical" : "unknown",
    standing: place.outdated === null ? standing : place.isConfigured ? "unread" : "unknown",
    headline: place.outdated ?? writeHeadline(report, causes),
    facts: listFacts(report),
    findings: listFindings(report, reportId, links).toSorted(
      (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity),
    ),
    ranges:
      facts.rangeHref === null
        ? []
        : RANGES.map((name) => ({ name, href: facts.rangeHref?.(name) ?? "", isCurrent: name === range })),
    volume: fillStrip(facts.past.hours, hourOf(endMs - RANGE_MS[range]), endMs, MOST_BARS),
    durations: facts.past.durations,
    rules: sorted.slice(0, MOST_RULES).map((rule) => viewRule(rule, shown)),
    rulesLeftOut: Math.max(0, sorted.length - MOST_RULES) + (report.omitted?.["rules"] ?? 0),
    findingsLeftOut: countUrgentLeftOut(report),
    query: facts.query,
    errors: report.error_groups.map((group) => ({
      fingerprint: group.fingerprint,
      family: group.family,
      example: showText(group.example ?? "no message"),
      count: group.count,
      rules: group.rules.map((name) => ({
        name: showText(name),
        href: links({ page: "rule", crm: report.metadata.source, rule: name, report: reportId }),
      })),
      first: group.first_seen,
      last: group.last_seen,
      isNew: group.is_new,
    })),
    contradictions: report.data_quality.map(({ count, rules, row_ids: ids, meaning }) => ({
      count,
      text: showText(meaning),
      rules: showText(listSomeNames(rules)),
      rows: showText(ids.join(", ")),
    })),
  };
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

function urgencyOf({ severity, condition }: Report["rules"][number]): number {
  if (severity !== null) return SEVERITIES.indexOf(severity) + 1;
  return condition === "unknown" ? 0.5 : 0;
}

function othersOf(cause: Finding, source: string): string[] {
  return sourcesOf(cause).filter((other) => other !== source);
}

/** The one thing to know. */
function writeHeadline(report: Report, [cause]: Finding[]): string {
  const { metadata, verdict } = report;
  if (metadata.status === "fallback") return showText(metadata.note ?? "there is no table to read");
  const finding = chooseFinding(report, []);
  if (finding !== null && finding.severity !== "info")
    return withMoment(describeBriefly(finding, report), metadata.window_end);
  if (cause !== undefined)
    return describeCause(cause, othersOf(cause, metadata.source), Date.parse(metadata.window_end));
  if (verdict === "unknown") return "too little is known to judge it";
  if (metadata.status === "no_data") return showText(metadata.note ?? "nothing finished in the window");
  return verdict === "ok" ? "all is well" : verdict;
}
