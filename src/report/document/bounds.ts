/** What a report holds at most, so that no warehouse makes a document without end, and how much was left out of it. */
import type { Finding, Report } from "./schema.ts";
import { countTotals } from "./totals.ts";
import { rankSeverity } from "../words.ts";

/** Rules with all that is known of them, and findings. */
const MOST_LISTED = 1000;
/** Names beside something else. */
export const MOST_NAMES = 100;
/** Of each kind of finding so many are kept, however many others are more urgent. */
const FEW_OF_A_KIND = 10;

type Omitted = NonNullable<Report["omitted"]>;

/**
 * The most urgent of the findings, which come first, and some of each kind, in the same order: a flood of one kind hides no
 * other. `isWhole`: all of them.
 */
export function boundFindings(findings: Finding[], isWhole: boolean): Finding[] {
  return (isWhole ? findings : chooseFindings(findings)).map(boundEvidence);
}

/** The same report where nothing is too long. `found`: the findings before `boundFindings`; `isWhole`: with all its rules. */
export function boundReport(report: Report, found: Finding[], isWhole: boolean): Report {
  const omitted: Omitted = {};
  const note = (place: string, count: number) => {
    if (count > 0) omitted[place] = (omitted[place] ?? 0) + count;
  };
  const cut = <T>(place: string, items: T[]): T[] => {
    note(place, items.length - MOST_NAMES);
    return items.length > MOST_NAMES ? items.slice(0, MOST_NAMES) : items;
  };
  const cutTable = <T>(place: string, table: Record<string, T>, keep: (name: string, at: number) => boolean) => {
    const entries = Object.entries(table);
    const kept = entries.filter(([name], at) => keep(name, at));
    note(place, entries.length - kept.length);
    return kept.length === entries.length ? table : Object.fromEntries(kept);
  };
  const isFew = (_: string, at: number) => at < MOST_NAMES;

  note("findings", found.length - report.findings.length);
  const rules = isWhole ? report.rules : chooseRules(report.rules, report.findings);
  note("rules", report.rules.length - rules.length);
  const names = new Set(rules.map(({ rule_name: name }) => name));
  const isKept = (name: string, at: number) =>
    isWhole || (rules.length < report.rules.length ? names.has(name) : at < MOST_LISTED);
  const { quality_metrics: quality, execution_frequency: frequency, expectations, detailed_metrics: details } = report;
  const bounded: Report = {
    ...report,
    quality_metrics: {
      ...quality,
      strategy_effectiveness:
        quality.strategy_effectiveness &&
        cutTable("quality_metrics.strategy_effectiveness", quality.strategy_effectiveness, isFew),
      rule_reliability: cutTable("quality_metrics.rule_reliability", quality.rule_reliability, isKept),
    },
    execution_frequency: {
      ...frequency,
      high_frequency_rules: cut("execution_frequency.high_frequency_rules", frequency.high_frequency_rules),
      low_frequency_rules: cut("execution_frequency.low_frequency_rules", frequency.low_frequency_rules),
    },
    expectations: expectations && {
      ...expectations,
      unmatched: cut("expectations.unmatched", expectations.unmatched).map((row) => ({
        ...row,
        schedules: cut("expectations.unmatched.schedules", row.schedules),
      })),
      inexpressible: cut("expectations.inexpressible", expectations.inexpressible).map((row) => ({
        ...row,
        schedules: cut("expectations.inexpressible.schedules", row.schedules),
        reasons: cut("expectations.inexpressible.reasons", row.reasons),
      })),
    },
    data_quality: report.data_quality.map((row) => ({ ...row, rules: cut("data_quality.rules", row.rules) })),
    error_groups: report.error_groups.map((row) => ({ ...row, rules: cut("error_groups.rules", row.rules) })),
    rules: rules.map((rule) =>
      rule.schedules.length > MOST_NAMES ? { ...rule, schedules: cut("rules.schedules", rule.schedules) } : rule,
    ),
    detailed_metrics: details && {
      ...details,
      rule_metrics: cutTable("detailed_metrics.rule_metrics", details.rule_metrics, isKept),
      strategy_metrics:
        details.strategy_metrics && cutTable("detailed_metrics.strategy_metrics", details.strategy_metrics, isFew),
    },
  };
  if (Object.keys(omitted).length === 0) return report;
  const isCut = rules.length < report.rules.length || report.findings.length < found.length;
  const totals = isCut ? { totals: countTotals({ rules: report.rules, findings: found }) } : {};
  return { ...bounded, omitted, ...totals };
}

function chooseFindings(findings: Finding[]): Finding[] {
  if (findings.length <= MOST_LISTED) return findings;
  const kinds = Map.groupBy(findings, ({ id, severity }) => `${severity} ${id}`);
  const few = [...kinds.values()].flatMap((alike) => alike.slice(0, FEW_OF_A_KIND));
  const kept = new Set([...new Set([...few, ...findings])].slice(0, MOST_LISTED));
  return findings.filter((finding) => kept.has(finding));
}

/** The most urgent ones, in the order in which they stood; among those alike the rules that a finding names. */
function chooseRules(rules: Report["rules"], findings: Finding[]): Report["rules"] {
  if (rules.length <= MOST_LISTED) return rules;
  const named = new Set(findings.map(({ rule_name: name }) => name));
  const urgency = ({ severity, rule_name: name }: Report["rules"][number]) =>
    (named.has(name) ? 10 : 0) + rankSeverity(severity);
  const chosen = new Set(rules.toSorted((a, b) => urgency(b) - urgency(a)).slice(0, MOST_LISTED));
  return rules.filter((rule) => chosen.has(rule));
}

/** Beside each list that was cut stands how many are left out, such as `rules_omitted`. */
function boundEvidence(finding: Finding): Finding {
  const long = Object.entries(finding.evidence).filter(
    ([, value]) => Array.isArray(value) && value.length > MOST_NAMES,
  );
  if (long.length === 0) return finding;
  const cut = long.flatMap(([name, value]) =>
    Array.isArray(value)
      ? [
          [name, value.slice(0, MOST_NAMES)],
          [`${name}_omitted`, value.length - MOST_NAMES],
        ]
      : [],
  );
  return { ...finding, evidence: { ...finding.evidence, ...(Object.fromEntries(cut) as Finding["evidence"]) } };
}
