/** What each finding means and when it is made, for the help topic. */
import type { FindingId, PASS_FINDING_IDS, Severity } from "../report/words.ts";

type Meaning = {
  about: "a rule" | "a CRM" | "a pass over several CRMs";
  severities: Severity[];
  /** One sentence. */
  means: string;
  /** Sentences that call thresholds as the configuration does. */
  when: string;
};

const MEANINGS: Record<FindingId | (typeof PASS_FINDING_IDS)[number], Meaning> = {
  "never-ran": {
    about: "a rule",
    severities: ["warning"],
    means: "A rule has a schedule, and no run of it is known.",
    when: "A run was due in the window, and neither the two windows nor the look-back hold a run of the rule.",
  },
  "rule-overdue": {
    about: "a rule",
    severities: ["warning", "critical"],
    means: "The last success of a rule is too old.",
    when: "Its age is above the warning limit, or critical above the error limit. See `automation-reports help report`, Freshness.",
  },
  "runs-missed": {
    about: "a rule",
    severities: ["info", "warning"],
    means: "Runs that were due by a rule's schedule did not happen.",
    when: "At least one is missed. It is an info below three missed runs that are less than a tenth of those expected.",
  },
  "rule-silent": {
    about: "a rule",
    severities: ["warning"],
    means: "A rule did not run in this window, and did in the window before.",
    when: "The window before has at least `min_actions` finished runs of the rule, and its last success is not known to be young enough.",
  },
  "rule-success-rate-low": {
    about: "a rule",
    severities: ["warning", "critical"],
    means: "Too many runs of one rule failed.",
    when: "Its rate is below `rule_success_rate`. It is critical below `rule_success_rate_high`, or where the last success is older than the error limit.",
  },
  "zero-records": {
    about: "a rule",
    severities: ["warning"],
    means: "The runs of a rule succeed, and bring no records.",
    when: "At least `min_actions` successes processed 0 records, and the rule usually processes 100 or more a run.",
  },
  "runs-too-often": {
    about: "a rule",
    severities: ["warning"],
    means: "A rule runs far more often than it should.",
    when: "It ran more than three times as often as expected and at least ten times more, or more than 60 times an hour.",
  },
  "runs-late": {
    about: "a rule",
    severities: ["info"],
    means: "Runs of a rule start later than they are due.",
    when: "At least three runs, and a fifth of those expected, started more than `late_after` after their time.",
  },
  "tables-missing": {
    about: "a CRM",
    severities: ["warning"],
    means: "The warehouse has no table that a report could be made from.",
    when: "None of the tables of the preset is there, or the configured one is not.",
  },
  "no-data": {
    about: "a CRM",
    severities: ["info", "warning", "critical"],
    means: "No run of the CRM finished in the window.",
    when: "It is critical where a rule is overdue by its schedule or the configuration, or where at least three runs were due and none happened. It is an info where a week ago the same window was silent too and nothing is overdue.",
  },
  "stale-actions": {
    about: "a CRM",
    severities: ["info", "warning"],
    means: "Runs started and never ended.",
    when: "A run still goes on after `stale_after`. It is an info where all such runs are older than both windows.",
  },
  "success-rate-low": {
    about: "a CRM",
    severities: ["warning"],
    means: "The success rate of the whole CRM is low.",
    when: "At least `min_actions` runs finished, and their rate is below `success_rate`.",
  },
  "failures-many": {
    about: "a CRM",
    severities: ["critical"],
    means: "Many runs failed, whatever the rate is.",
    when: "More than `failed_actions` runs failed for each 24 hours of the window.",
  },
  "success-rate-fell": {
    about: "a CRM",
    severities: ["info"],
    means: "The success rate is good, and was better in the window before.",
    when: "The difference is more than chance explains.",
  },
  "trend-declining": {
    about: "a CRM",
    severities: ["warning"],
    means: "The success rate fell within the window.",
    when: "The later half of the complete hours is worse than the earlier half by more than `trend_change`, and by more than chance explains.",
  },
  "duration-rising": {
    about: "a CRM",
    severities: ["warning"],
    means: "Runs take longer than in the window before.",
    when: "The time within which 95 % of the runs ended grew by more than `duration_growth`. Both windows need `duration_min_actions` known durations.",
  },
  "unknown-status": {
    about: "a CRM",
    severities: ["warning"],
    means: "Runs have a status word that the program does not know.",
    when: "Any such run is in the window. The key `statuses` says what a word means.",
  },
  "rows-contradictory": {
    about: "a CRM",
    severities: ["info"],
    means: "Rows contradict themselves or each other.",
    when: "Any such row is in the window. `automation-reports help counting` lists the kinds.",
  },
  "utilization-low": {
    about: "a CRM",
    severities: ["info"],
    means: "Many declared rules did not run.",
    when: "The share of rules that are enabled and ran is below `utilization`.",
  },
  "manual-share-high": {
    about: "a CRM",
    severities: ["info"],
    means: "Many enabled rules are started by hand.",
    when: "The share of manual rules is above `manual_share`. Only the preset `automation` knows it.",
  },
  "schedule-unmatched": {
    about: "a CRM",
    severities: ["info"],
    means: "A schedule names no sync type of which a run is known.",
    when: "No run of that name is in either window or the look-back. The key `rule_names` maps the name.",
  },
  "schedule-inexpressible": {
    about: "a CRM",
    severities: ["info"],
    means: "A schedule cannot be understood, and no run is expected from it.",
    when: "The schedule is no crontab, cron pattern or interval that the program can read. The finding names the reason.",
  },
  "rule-undeclared": {
    about: "a CRM",
    severities: ["info"],
    means: "Rules ran that the warehouse does not declare.",
    when: "The warehouse declares rules, and a rule that ran is not among them.",
  },
  "warehouse-unreachable": {
    about: "a pass over several CRMs",
    severities: ["critical"],
    means: "Several CRMs could not be read, and the reason is the same.",
    when: "At least two CRMs failed with the same reason.",
  },
  "failures-shared": {
    about: "a pass over several CRMs",
    severities: ["critical"],
    means: "Several CRMs failed in the same minutes with the same kind of error.",
    when: "Three CRMs share a minute, or two CRMs share two minutes. Minutes no more than five apart are one time.",
  },
};

/** A section for each thing that findings are about. */
export function writeFindings(): string {
  return [...Map.groupBy(Object.entries(MEANINGS), ([, { about }]) => about)]
    .map(([about, findings]) => [`## Findings about ${about}`, ...findings.map(writeFinding)].join("\n\n"))
    .join("\n\n");
}

function writeFinding([id, { severities, means, when }]: [string, Meaning]): string {
  return `### ${id} · ${severities.join(" or ")}\n\n${means} ${when}`;
}
