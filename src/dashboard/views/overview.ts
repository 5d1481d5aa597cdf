/** The first page: is everything all right, and if not, what first? */
import { countUrgentLeftOut } from "../../report/document/left-out.ts";
import { listAlike } from "../../report/pass/alike.ts";
import { chooseFinding, rankRows, type RankedRow, type Standing } from "../../report/pass/attention.ts";
import { isOfFailures, listCauses, sourcesOf, type StandingCause } from "../../report/pass/standing-causes.ts";
import { withMoment } from "../../report/message.ts";
import type { PassSummary } from "../../report/document/pass-schema.ts";
import type { Finding, Report } from "../../report/document/schema.ts";
import { worstVerdict } from "../../report/rules/rule-states.ts";
import type { Verdict } from "../../report/words.ts";
import { describeBriefly, describeCause, describeUnread } from "../../render/terminal/brief.ts";
import { formatCount, formatNear, formatPlural } from "../../text/figures.ts";
import { showText } from "../../text/terminal.ts";
import type { CrmRow, FindingRow, Links, Notice, OverviewView } from "../view.ts";
import { listOutages } from "./findings.ts";
import { nextRuns, listPatterns } from "./next-runs.ts";
import { listHours, makeStrip } from "./strip.ts";

/** What is known of one CRM: its newest report, and what became of the newest attempt to read it. */
export type KnownCrm = {
  source: string;
  report: Report | null;
  reportId: string | null;
  /** Why the newest attempt gave no report; null: it gave this one. */
  reason: string | null;
  /** When the first attempt failed, none having succeeded since; null: not known, or the newest did. */
  unreadSinceMs: number | null;
  /** Why the report says too little about now; null: it is as new as it should be. */
  stale: string | null;
};

export type OverviewFacts = {
  crms: KnownCrm[];
  /** What the passes that made those reports say about several CRMs, and the newest pass. Newest first. */
  passes: PassSummary[];
  notices: Notice[];
  /** When the scheduler makes the next report; null: nothing is scheduled. */
  nextPass: string | null;
  nowMs: number;
  permalink: string | null;
  /** Whether pages of rules are those of the reports shown, not of the newest. */
  isPast: boolean;
};

const MOST_FINDINGS = 30;

export function viewOverview(facts: OverviewFacts, links: Links): OverviewView {
  const { crms } = facts;
  const shared = listCausesOf(facts);
  const causes = shared.map(({ cause }) => cause).filter(isOfFailures);
  const ranked = rankCrms(facts);
  const known = new Map(crms.map((crm) => [crm.source, crm]));
  const rows = ranked.map((row) => viewRow(row, known.get(row.source), causes, facts, links));
  const reports = ranked.flatMap(({ report }) => report ?? []);
  const findings = ranked.flatMap(({ source, report }) =>
    report === null ? [] : listOutages(report, causes, linkOf(known.get(source), facts), links),
  );
  const unread = ranked.flatMap((row) => viewUnread(row, known.get(row.source), facts, links) ?? []);
  const urgent = [
    ...unread,
    ...(["critical", "warning"] as const).flatMap((severity) =>
      findings.filter((finding) => finding.severity === severity),
    ),
  ];
  const newest = reports.toSorted((a, b) => b.metadata.window_end.localeCompare(a.metadata.window_end))[0];
  const sum = (figure: (report: Report) => number) => reports.reduce((total, report) => total + figure(report), 0);
  const verdict = worstVerdict([...ranked.map(({ standing }) => STANDING_VERDICTS[standing]), ...verdictsOf(facts)]);
  return {
    kind: "overview",
    verdict,
    headline: writeHeadline(ranked, facts),
    first: findFirst(rows),
    notices: facts.notices.filter(({ severity }) => severity !== "info"),
    window:
      newest === undefined
        ? null
        : {
            hours: newest.metadata.time_window_hours,
            end: newest.metadata.window_end,
            madeAt: newest.metadata.report_generated_at,
          },
    runs: sum((report) => report.performance_metrics.total_actions),
    failed: sum((report) => report.performance_metrics.failed_actions),
    read: ranked.filter(({ standing }) => standing !== "unread" && standing !== "no-table").length,
    next: facts.nextPass,
    permalink: facts.permalink,
    causes: shared.map(viewCause),
    rows,
    findings: urgent.slice(0, MOST_FINDINGS),
    moreFindings: Math.max(0, urgent.length - MOST_FINDINGS),
    findingsLeftOut: sum(countUrgentLeftOut),
    notes: findings.filter(({ severity }) => severity === "info"),
  };
}

/** Most urgent first. What is not known of now is as urgent as what could not be read. */
export function rankCrms(facts: Pick<OverviewFacts, "crms" | "passes">): RankedRow[] {
  // What could not be read comes before what is too old.
  const crms = facts.crms.toSorted((a, b) => Number(a.reason === null) - Number(b.reason === null));
  const rows = crms.map(({ source, report, reason, stale }) => ({
    source,
    report: reason === null && stale === null ? report : null,
    reason: reason ?? stale,
  }));
  return rankRows(rows, listFailureCauses(facts));
}

/** What several CRMs share besides that they were not read. */
export function listFailureCauses(facts: Pick<OverviewFacts, "crms" | "passes">): Finding[] {
  return listCausesOf(facts).flatMap(({ cause }) => (isOfFailures(cause) ? [cause] : []));
}

function listCausesOf({ crms, passes }: Pick<OverviewFacts, "crms" | "passes">): StandingCause[] {
  return listCauses(passes, new Map(crms.map(({ source, report }) => [source, report?.metadata.pass_id])));
}

/** The page says nothing milder than the worst of its parts. */
export const STANDING_VERDICTS: Record<Standing, Verdict> = {
  unread: "critical",
  "no-table": "critical",
  silent: "critical",
  critical: "critical",
  warning: "warning",
  unknown: "unknown",
  ok: "ok",
};

/** That reports are made as they should be says nothing of what is in them. */
function verdictsOf({ notices }: OverviewFacts): Verdict[] {
  return notices.flatMap(({ severity }) => (severity === "info" ? [] : [severity]));
}

function writeHeadline(ranked: RankedRow[], { notices, crms }: OverviewFacts): string {
  const all = formatPlural(ranked.length, "CRM");
  // One that was made and can no longer be read has aged.
  if (crms.every(({ report, reason, stale }) => report === null && reason === null && stale === null))
    return "No report was made yet";
  const needy = ranked.filter(({ standing }) => standing !== "ok" && standing !== "unknown").length;
  const unknown = ranked.filter(({ standing }) => standing === "unknown").length;
  if (needy > 0) {
    const who =
      ranked.length === 1
        ? (ranked[0]?.source ?? "")
        : needy === ranked.length
          ? `All ${all}`
          : `${formatCount(needy)} of ${all}`;
    return `${showText(who)} ${needy === 1 ? "needs" : "need"} attention`;
  }
  if (notices.some(({ severity }) => severity !== "info")) return "Reports are not made as they should be";
  if (unknown > 0) return `Nothing is known to be wrong; ${formatCount(unknown)} of ${all} cannot be judged`;
  return ranked.length === 1 ? `${showText(ranked[0]?.source ?? "")} is well` : `All ${all} are well`;
}

function findFirst([worstRow]: CrmRow[]): OverviewView["first"] {
  if (worstRow === undefined || worstRow.fact === null || worstRow.standing === "ok") return null;
  return { name: worstRow.name, text: worstRow.fact, href: worstRow.factHref ?? worstRow.href };
}

function viewCause({ cause, endMs }: StandingCause): FindingRow {
  return {
    severity: cause.severity,
    crm: showText(sourcesOf(cause).join(", ")),
    rule: null,
    href: null,
    text: isOfFailures(cause) ? describeCause(cause, [], endMs) : showText(cause.message),
    // Its words say from when to when.
    since: null,
    advice: [],
  };
}

/** A CRM that could not be read, or whose report is too old, as a finding; null: it is neither. */
function viewUnread(
  { source, report }: RankedRow,
  known: KnownCrm | undefined,
  facts: OverviewFacts,
  links: Links,
): FindingRow | null {
  if (report !== null || known === undefined || (known.reason === null && known.stale === null)) return null;
  return {
    severity: "critical",
    crm: showText(source),
    rule: null,
    href: links({ page: "crm", crm: source, report: linkOf(known, facts) }),
    text: writeFact(null, known, "unread", null, facts.nowMs) ?? "",
    // Its words say since when.
    since: null,
    advice: [adviseOnUnread(source, known.reason)],
  };
}

/** What to do where nothing is known of now. */
export function adviseOnUnread(source: string, reason: string | null): string {
  const command = reason === null ? "Make a report now: automation-reports generate" : "See automation-reports check";
  return `${command} --crm ${showText(source)}`;
}

function linkOf(crm: KnownCrm | undefined, { isPast }: OverviewFacts): string | null {
  return isPast ? (crm?.reportId ?? null) : null;
}

function viewRow(
  { source, standing, report, critical, warnings }: RankedRow,
  known: KnownCrm | undefined,
  causes: Finding[],
  facts: OverviewFacts,
  links: Links,
): CrmRow {
  const shown = report ?? known?.report ?? null;
  const id = linkOf(known, facts);
  const href = links({ page: "crm", crm: source, report: id });
  const own = report === null ? null : chooseFinding(report, causes);
  const isWell = report?.verdict === "ok" && own?.severity === "info";
  // What a cause tells of it is told by the cause's words, as in a terminal.
  const cause = standing !== "ok" && (own === null || isWell) ? findCause(source, causes) : null;
  const finding = cause === null ? (own ?? report?.findings[0] ?? null) : null;
  const rule = finding?.rule_name ?? null;
  const alike = finding === null || report === null ? 1 : listAlike(finding, report).length;
  const isTold = finding !== null && (standing !== "ok" || finding.severity !== "info");
  return {
    name: showText(source),
    href,
    standing,
    rate: report?.performance_metrics.overall_success_rate ?? null,
    runs: report === null ? null : countRuns(report.performance_metrics),
    strip: shown === null || shown.metadata.status === "fallback" ? null : makeStrip(listHours(shown)),
    lastSuccess: shown === null ? null : newestSuccess(shown),
    nextRun: shown === null ? null : soonest(shown, facts.nowMs),
    fact:
      report === null || cause === null
        ? writeFact(report, known, standing, isTold ? finding : null, facts.nowMs)
        : describeCause(cause, [], Date.parse(report.metadata.window_end)),
    factHref: isTold && rule !== null && alike === 1 ? links({ page: "rule", crm: source, rule, report: id }) : null,
    more: cause === null ? Math.max(0, critical + warnings - alike) : 0,
    windowEnd: shown?.metadata.window_end ?? null,
  };
}

function writeFact(
  report: Report | null,
  known: KnownCrm | undefined,
  standing: Standing,
  finding: Finding | null,
  nowMs: number,
): string | null {
  if (report === null) {
    const reason = known?.reason ?? null;
    const since = known?.unreadSinceMs ?? null;
    const when = since === null ? "" : ` since ${formatNear(since, nowMs)}`;
    const why = reason === null ? null : `not read${when}: ${describeUnread({ source: "", report, reason })}`;
    // Where there was no table the reason says it.
    const isSaid = why !== null && known?.report?.metadata.status === "fallback";
    return `${why ?? known?.stale ?? "no report yet"}${isSaid ? "" : sayHeld(known?.report ?? null, nowMs)}`;
  }
  if (finding !== null) return withMoment(describeBriefly(finding, report), report.metadata.window_end);
  return standing === "unknown" ? "too little is known to judge it" : null;
}

/** An outage is told for as long as nothing newer is known. */
function sayHeld(report: Report | null, nowMs: number): string {
  const finding = report === null || report.verdict !== "critical" ? null : chooseFinding(report, []);
  if (report === null || finding === null) return "";
  return `; by the report to ${formatNear(Date.parse(report.metadata.window_end), nowMs)}: ${describeBriefly(finding, report)}`;
}

/** Those of its rate; where none is known, those with unknown words too. */
function countRuns(metrics: Report["performance_metrics"]): number {
  const { overall_success_rate: rate, total_actions: total, unknown_status_actions: unknown } = metrics;
  return rate === null ? total + unknown : total;
}

/** The first of those that name the CRM. */
function findCause(source: string, causes: Finding[]): Finding | null {
  return causes.find((cause) => sourcesOf(cause).includes(source)) ?? null;
}

function newestSuccess({ rules }: Report): string | null {
  return (
    rules
      .flatMap(({ last_success_at: at }) => at ?? [])
      .toSorted()
      .at(-1) ?? null
  );
}

function soonest(report: Report, nowMs: number): string | null {
  const timezone = report.expectations?.timezone ?? "UTC";
  return (
    listPatterns(report)
      .flatMap((rule) => nextRuns(rule, timezone, nowMs, 1))
      .toSorted()[0] ?? null
  );
}
