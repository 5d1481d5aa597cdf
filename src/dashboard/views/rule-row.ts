/** A rule in a line: its condition, its newest runs, what was due and what came of it. */
import { withMoment, withoutName } from "../../report/message.ts";
import type { Report } from "../../report/document/schema.ts";
import { listTicks } from "../../report/expectation/ticks.ts";
import type { Ticks } from "../../report/document/tick-schema.ts";
import { formatCount } from "../../text/figures.ts";
import { showText } from "../../text/terminal.ts";
import type { Links, RuleRow } from "../view.ts";
import { isOver } from "./findings.ts";

type RuleReport = Report["rules"][number];

/** Where a report is shown: which page a link leads to, and what time it is. */
export type Shown = {
  report: Report;
  /** Null: the newest. */
  reportId: string | null;
  lateAfterMs: number;
  nowMs: number;
  links: Links;
};

const SHOWN_TICKS = 24;

export function viewRule(rule: RuleReport, shown: Shown, ticks = ticksOf(rule, shown)): RuleRow {
  const { report, reportId, links } = shown;
  const { rule_name: name, duration_seconds: duration } = rule;
  const details = report.detailed_metrics?.rule_runs ?? {};
  const runs = Object.hasOwn(details, name) ? details[name]?.runs : undefined;
  return {
    name: showText(name),
    href: links({ page: "rule", crm: report.metadata.source, rule: name, report: reportId }),
    condition: rule.condition,
    severity: rule.severity,
    text: showText(withMoment(withoutName(rule.message, name), report.metadata.window_end)),
    since: report.findings.some((finding) => finding.rule_name === name && isOver(finding)) ? null : rule.since,
    rate: rule.success_rate,
    runs: rule.total === 0 && hasStarted(rule, report) ? 1 : rule.total,
    p95: duration === null ? null : duration.p95,
    lastSuccess: rule.last_success_at,
    marks: report.detailed_metrics === null ? null : (runs ?? []).map(({ status }) => status).toReversed(),
    due: sayDue(rule),
    ticks:
      ticks.not_comparable !== null || ticks.ticks.length === 0
        ? null
        : ticks.ticks.slice(-SHOWN_TICKS).map(({ reason }) => reason),
    pattern: ticks.words === "" ? null : showText(ticks.words),
    next: rule.enabled === false ? [] : ticks.next,
  };
}

/** Within the window: a run that is open, or one with an unknown word, is in no total. */
function hasStarted({ last_run_at: at }: RuleReport, { metadata }: Report): boolean {
  return at !== null && at >= metadata.window_start;
}

/** What may still start is neither due nor started. */
function sayDue({ expected, missed, pending_runs: pending }: RuleReport): string | null {
  if (expected === null) return null;
  const due = expected - (pending ?? 0);
  const waiting = pending === null || pending === 0 ? [] : [`${formatCount(pending)} pending`];
  const started = due === 0 && waiting.length > 0 ? [] : [`${formatCount(due - (missed ?? 0))} of ${formatCount(due)}`];
  return [...started, ...waiting].join(", ");
}

export function ticksOf(rule: RuleReport, { report, lateAfterMs, nowMs }: Shown): Ticks {
  return listTicks(report, rule, { lateAfterMs, nowMs });
}
