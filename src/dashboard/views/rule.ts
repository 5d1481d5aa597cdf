/** One rule: what `explain` says of it, its runs and errors, what was due, and what earlier reports said. */
import { explainRule, type Origins } from "../../report/explain.ts";
import { countNames } from "../../report/document/left-out.ts";
import { sayDue, sayWeekBefore } from "../../report/rules/rule-words.ts";
import { sayUsual } from "../../report/memory/words.ts";
import type { Report } from "../../report/document/schema.ts";
import { formatCount, formatPlural } from "../../text/figures.ts";
import { quoteWord, showText } from "../../text/terminal.ts";
import type { Links, RuleView } from "../view.ts";
import { describeDurations } from "./facts.ts";
import { viewHead, type ReportPlace } from "./head.ts";
import { ticksOf, viewRule, type Shown } from "./rule-row.ts";

export type RuleFacts = {
  place: ReportPlace;
  rule: string;
  /** Of the other CRMs of the same pass. */
  others: Report[];
  origins: Origins;
  lateAfterMs: number;
  nowMs: number;
  /** Earlier reports of this CRM and this one, oldest first. */
  earlier: { id: string; report: Report }[];
};

/** Null: the report has no such rule. */
export function viewRulePage(facts: RuleFacts, links: Links): RuleView | null {
  const { place, rule: name } = facts;
  const { report } = place;
  const explained = explainRule(report, name, facts.others, facts.origins);
  if (explained === null) return null;
  const { rule, week_before: week, same_error: same } = explained;
  const reportId = place.isLatest ? null : place.id;
  const crm = report.metadata.source;
  const usual = sayUsual(rule.usual);
  const shown: Shown = { report, reportId, lateAfterMs: facts.lateAfterMs, nowMs: facts.nowMs, links };
  const ticks = ticksOf(rule, shown);
  const open = rule.running + rule.stale + rule.pending;
  const history = facts.earlier.flatMap(({ id, report: earlier }) => {
    const then = earlier.rules.find(({ rule_name: other }) => other === name);
    if (then === undefined) return [];
    return {
      href: links({ page: "rule", crm, rule: name, report: id }),
      at: earlier.metadata.window_end,
      condition: then.condition,
      severity: then.severity,
    };
  });
  return {
    kind: "rule",
    head: { ...viewHead(place, name, links), reports: history.map((one) => viewReport(one, report)) },
    name: showText(name),
    row: viewRule(rule, shown, ticks),
    advice: explained.advice.map(showText),
    facts: [
      {
        label: "Runs",
        text: `${formatPlural(rule.total, "run")} ended, ${formatCount(rule.failed)} failed${open > 0 ? `, ${formatCount(open)} open` : ""}`,
      },
      ...(rule.expected === null
        ? []
        : [{ label: "Due", text: sayDue(rule.expected, rule.missed ?? 0, rule.pending_runs ?? 0) }]),
      {
        label: "Week ago",
        text:
          week === null
            ? `not read for this report: automation-reports explain ${quoteWord(crm)} ${quoteWord(name)} does`
            : sayWeekBefore(week),
      },
      ...(usual === null ? [] : [{ label: "Usual", text: usual }]),
      ...(rule.duration_seconds === null
        ? []
        : [{ label: "Duration", text: describeDurations(rule.duration_seconds) }]),
      ...(rule.usual_records === null
        ? []
        : [{ label: "Records", text: `usually ${formatCount(Math.round(rule.usual_records))} a run` }]),
      ...(same === null
        ? []
        : [
            {
              label: "Same error",
              text: showText(
                `${formatPlural(same.runs, "run")} of ${countNames(same.rules, "rule")}: ${same.rules.join(", ")}`,
              ),
            },
          ]),
      ...(rule.schedules.length === 0 ? [] : [{ label: "Schedule", text: showText(rule.schedules.join("; ")) }]),
    ],
    notComparable: ticks.not_comparable,
    ticks: ticks.ticks.map(({ at, reason, message }) => ({ at, reason, text: message })),
    limits: explained.limits.map((limit) => ({ ...limit, from: showText(limit.from) })),
    runs:
      explained.runs?.map((run) => ({
        status: run.status,
        startedAt: run.started_at,
        seconds: run.duration_seconds,
        records: run.records,
        id: run.id === null ? null : showText(run.id),
        error: run.error === null ? null : showText(run.error),
      })) ?? null,
    errorsNote: explained.errors_note,
    around: explained.around.map(({ source, rule_name: other, condition, since }) => ({
      crm: showText(source),
      rule: showText(other),
      href: links({ page: "rule", crm: source, rule: other, report: source === crm ? reportId : null }),
      condition,
      since,
    })),
    aroundOmitted: explained.around_omitted,
    settingCommand:
      explained.setting_note === null ? null : `automation-reports explain ${quoteWord(crm)} ${quoteWord(name)}`,
    history,
  };
}

/** As the rule stood in it, not as its CRM did. */
function viewReport(
  { href, at, severity }: RuleView["history"][number],
  { metadata }: Report,
): RuleView["head"]["reports"][number] {
  const verdict = severity === null || severity === "info" ? "ok" : severity;
  return { href, verdict, windowEnd: at, isCurrent: at === metadata.window_end };
}
