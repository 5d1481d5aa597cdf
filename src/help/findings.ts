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

/** Of each finding; its severities are all that it is told with. */
export const MEANINGS: Record<FindingId | (typeof PASS_FINDING_IDS)[number], Meaning> = {
  "rule-failing": {
    about: "a rule",
    severities: ["info", "warning", "critical"],
    means: "The newest runs of a rule failed, and none has succeeded since.",
    when: "It is an info where the rule's own past failures explain the streak. A rule that runs twice a day or less warns after one failure. It is critical where chance cannot explain the streak, or hardly can and the last success is older than the error limit. Runs that ended only in part never make it critical.",
  },
  "rule-overdue": {
    about: "a rule",
    severities: ["warning", "critical"],
    means: "A run of a rule was due, and its success has not come.",
    when: "Its lateness is above the warning limit, or critical above the error limit. A schedule of most of its runs that starts none is told for itself, whatever its others start. `automation-reports help report` explains the limits. Of a rule without a schedule its last weeks also say how many runs were to be expected since the last start: it warns from about two on, later where it rested for as long before. Where another rule began with the same rhythm, or runs so under the same name with a later date, that one is named, and it is no more than a warning. Where a day of `[calendar] holidays` is part of a rest, its weeks alone judge it. Many runs missed before its newest one are told with it. Of rules that differ in their dates alone the newest is judged by how soon the next one usually begins.",
  },
  "rule-stuck": {
    about: "a rule",
    severities: ["warning"],
    means: "A run of a rule has not ended, and none has ended since it started.",
    when: "It is open for longer than `stale_after`. Where each run has a row for its start and one for its end, both are one run.",
  },
  "rule-never": {
    about: "a rule",
    severities: ["warning", "critical"],
    means: "A rule has a schedule, and no run of it is known.",
    when: "A run was due, and nothing is found as far back as was read. It is critical from three due runs on, unless rules without a schedule run, of which one may be this rule under another name: where the schedule is older than the table's oldest row, one of them must run as often as the schedule asks for.",
  },
  "rule-empty": {
    about: "a rule",
    severities: ["warning"],
    means: "The newest runs of a rule succeed, and bring no records.",
    when: "The rule usually brings 100 or more a run, and the same hours brought records the day before. One run is enough where it runs twice a day or less, else three. Where its past is known, chance must not explain so many runs without records at these hours. A run of which each record failed brought none. Where half as many as usual were created or updated, they were but not counted as processed.",
  },
  "rule-degraded": {
    about: "a rule",
    severities: ["info", "warning", "critical"],
    means: "A rule works, but not as it should.",
    when: "The evidence names what is moved: failures, retries, too-often, too-seldom, missed, records, late, early, overlapping or duration. Failures are told below `rule_success_rate` where chance does not explain them, and are critical below `rule_success_rate_high`. Where two weeks of its past are known and `rule_success_rate` is not set, they are held against that past, and below `rule_success_rate_medium` they are told in any case. They are a warning where they are over, and an info once the window holds none. Of a rule that runs twice a day or less, three successes in a row end them, where it had fewer since it began to fail. Runs missed in one go are told with their first and last one, and are over once three that were due since then have started. Runs that ended only in part never make them critical. Two failures in a row of a schedule that fires four times a day or less are told also where more frequent runs of the rule succeed. Of one of up to four times of day of a schedule it needs three days in a row. So it does of an hour of the day without a schedule, which is a warning where the rule runs in most hours. A time of day, or of the week, at which it runs by habit alone is judged like a schedule. `automation-reports help memory` says how durations, records and starts are judged.",
  },
  "rule-idle": {
    about: "a rule",
    severities: ["info"],
    means: "A rule is disabled, and yet runs of it ended.",
    when: "Any such run ended in the window.",
  },
  "tables-missing": {
    about: "a CRM",
    severities: ["critical"],
    means: "The warehouse has no table that a report could be made from.",
    when: "None of the tables of the preset is there, or the configured one is not. The CRM counts as not read, and the exit code is 3 or 4.",
  },
  "runs-missed-together": {
    about: "a CRM",
    severities: ["warning"],
    means: "Several rules started nothing for a while, and start again.",
    when: "At least three rules, and half of those that were due, missed runs in one time only, which is over. Rules without a schedule count where that time would have been critical by their past. Their own findings are left out.",
  },
  "rules-stopped": {
    about: "a CRM",
    severities: ["critical"],
    means: "Several rules that were due have stopped together.",
    when: "At least three rules, and half of those that were due, are overdue or never ran, and one of them is critical. They stopped at one moment, as far as their rhythms tell, or nothing that was due goes on. Their own findings are left out.",
  },
  "no-data": {
    about: "a CRM",
    severities: ["info", "warning"],
    means: "No run of the CRM finished in the window.",
    when: "It is an info where nothing was due, where a run is still going on, or where too few runs are known to say when the next is due. It is a warning where the memory holds runs of this window that the table has no longer. It is left out where a rule's own finding tells it.",
  },
  "failures-many": {
    about: "a CRM",
    severities: ["warning", "critical"],
    means: "Many runs failed.",
    when: "It is a warning where most failed of one cause that is over, or ended only in part. Each of its rules has succeeded since: for longer than it lasted, or three times at least, within three hours or more, and as its past asks for. Where all failed of it, this finding tells what is over of the rules and of the rate too. More than `failed_actions` runs failed for each 24 hours of the window, and their rate is below `success_rate` by more than chance explains. Failures whose repeats succeeded do not count. Where two weeks of the past are known and `failed_actions` is not set, more must fail than usual, or the rate be below `overall_success_rate_high`.",
  },
  "success-rate-low": {
    about: "a CRM",
    severities: ["warning"],
    means: "The success rate of the whole CRM is low.",
    when: "At least `min_actions` runs finished, and their rate is below `success_rate` by more than chance explains. Where two weeks of the past are known and `success_rate` is not set, it must be below the usual rate instead, or below `overall_success_rate_high`.",
  },
  "success-rate-fell": {
    about: "a CRM",
    severities: ["info"],
    means: "The success rate is good, and was better in the window before.",
    when: "The difference is more than chance explains.",
  },
  "trend-declining": {
    about: "a CRM",
    severities: ["info", "warning"],
    means: "The success rate fell within the window.",
    when: "The later half of the window is worse than the earlier half by more than `trend_change`, and by more than chance explains. Where two weeks of the past are known and `trend_change` is not set, more must fail than usual. It is an info where most failed of one cause that is over.",
  },
  "duration-rising": {
    about: "a CRM",
    severities: ["info"],
    means: "Runs take longer than in the window before.",
    when: "The time within which 95 % of the runs ended grew by more than `duration_growth`. Both windows need `duration_min_actions` known durations. Where two weeks of the past are known and neither is set, each rule is held against its own past instead.",
  },
  "stale-actions": {
    about: "a CRM",
    severities: ["info"],
    means: "Runs started and never ended, and their rules go on.",
    when: "A run is open for longer than `stale_after`, and a later run of its rule has ended.",
  },
  "unknown-status": {
    about: "a CRM",
    severities: ["warning"],
    means: "Runs have a status word that the program does not know.",
    when: "Any such run is in the window. The key `statuses` says what a word means. A run without a status has none: let the syncs write one.",
  },
  "starts-unreadable": {
    about: "a CRM",
    severities: ["warning"],
    means: "The newest rows of rules cannot be read, so that what they did since then is in no figure.",
    when: "Their starts are text in no form that is understood, and newer than each row of the rule that can be read. The finding shows the form with each digit as 0 and each letter as a. The newest 10,000 rows of the table are looked at.",
  },
  "rules-unreadable": {
    about: "a CRM",
    severities: ["warning"],
    means: "The runs were read, and the rules or schedules were not.",
    when: "Their table is there, and the role may not read it, it fails or is locked, or it belongs to another role than the table of runs. No missed run is told meanwhile. Its advice says what to do.",
  },
  "times-without-zone": {
    about: "a CRM",
    severities: ["warning"],
    means: "The warehouse keeps times without a zone.",
    when: "They are read as UTC, while the server's zone is another. The key `timezone` says which zone is meant.",
  },
  "source-spelled-otherwise": {
    about: "a CRM",
    severities: ["warning"],
    means: "The CRM's name is also written in other letters, and these runs may be those that are missed.",
    when: "A rule is overdue or never ran, and the column `crm_source` holds the name with other capitals or blanks in newer rows. It is looked for where an index or a small table makes that cheap.",
  },
  "rows-contradictory": {
    about: "a CRM",
    severities: ["info", "warning"],
    means: "Rows contradict themselves or each other.",
    when: "Any such row is in the window. It is a warning where at least three start in the future: what ran since then is hidden. `automation-reports help counting` lists the kinds.",
  },
  "utilization-low": {
    about: "a CRM",
    severities: ["info"],
    means: "Many declared rules did not run.",
    when: "Of the enabled rules of which a run was due in the window, the share that finished one is below `utilization`.",
  },
  "manual-share-high": {
    about: "a CRM",
    severities: ["info"],
    means: "Many enabled rules are started by hand.",
    when: "The share of manual rules is above `manual_share`. Only the preset `automation` knows it.",
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
    severities: ["warning", "critical"],
    means: "Several CRMs failed in the same minutes with the same kind of error.",
    when: "Three CRMs share a minute, or two CRMs share two minutes, and their own rates of failures do not explain it. Minutes no more than five apart are one time; so are failures of one rule between which it did not run. It is a warning where it is over: nothing has failed so for half an hour, and in each CRM a rule that did has succeeded since, or any other where none of them ever has.",
  },
  "silence-shared": {
    about: "a pass over several CRMs",
    severities: ["warning", "critical"],
    means: "Several CRMs fell silent at the same time.",
    when: "At least three CRMs, or two that are half of those that were read, have stopped within one hour of each other. It is a warning where it is over: at least three CRMs have `runs-missed-together` at one time.",
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
