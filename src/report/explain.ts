/** Why a rule is in its condition: everything a report knows of it, what else changed then, and what would change the judgement. */
import { adviseOnRule } from "./advice/advice.ts";
import { fingerprintError } from "./errors/fingerprint.ts";
import { hasFailed } from "./rules/attempts.ts";
import type { Explanation } from "./document/explanation-schema.ts";
import type { Report } from "./document/schema.ts";
import { sayDays } from "./memory/words.ts";
import { sayWhenDue } from "./expectation/schedule-words.ts";
import { leaveUntried } from "./advice/setting.ts";
import { sayLimitBasis } from "./rules/stale.ts";
import { SCHEMA_VERSION } from "./words.ts";
import { formatPlural } from "../text/figures.ts";
import { HOUR_MS } from "../time/units.ts";

type RuleReport = Report["rules"][number];
type RuleRuns = NonNullable<Report["detailed_metrics"]>["rule_runs"][string];
type Runs = RuleRuns["runs"];
type Kinds = NonNullable<RuleRuns["errors"]>;

/** Of no more of a rule's newest failures is the message read. */
const SHOWN_ERRORS = 5;
/** One outage may change a thousand rules. */
const MOST_AROUND = 12;
/** Two conditions that began within this of each other may have one cause. */
const TOGETHER_MS = HOUR_MS;

/** Where a limit comes from: by the key of the configuration that may set it. Null: nothing sets it. */
export type Origins = (key: string) => string | null;

/** Null: the report has no such rule. `others`: reports of the same window, of this CRM or of others. */
export function explainRule(report: Report, name: string, others: Report[], origins: Origins): Explanation | null {
  const rule = report.rules.find(({ rule_name: other }) => other === name);
  if (rule === undefined) return null;
  const details = report.detailed_metrics?.rule_runs ?? {};
  const known = Object.hasOwn(details, name) ? details[name] : undefined;
  const runs = known?.runs ?? [];
  return {
    schema_version: SCHEMA_VERSION,
    source: report.metadata.source,
    window: { start: report.metadata.window_start, end: report.metadata.window_end },
    rule,
    limits: listLimits(rule, report.expectations?.timezone ?? null, origins),
    runs: report.metadata.include_detailed ? runs : null,
    errors: listErrors(runs, known?.errors ?? []),
    errors_note: noteErrors(runs, known?.errors ?? []),
    week_before: known?.week_before ?? null,
    ...tellAround(listAround(rule, report, others)),
    same_error: findSameError(rule, report),
    advice: adviseOnRule(report, name),
    ...leaveUntried(rule),
  };
}

/** Of the newest runs each, and of those before them the newest of each kind. */
function listErrors(runs: Runs, kinds: Kinds): Explanation["errors"] {
  const kindsAt = Map.groupBy(kinds, ({ at }) => Date.parse(at));
  const errors = new Map(
    [
      ...runs.filter(hasFailed).map(({ ended_at: ended, started_at: started, error }) => ({
        at: ended ?? started,
        message: error,
      })),
      ...kinds,
    ].flatMap(({ at, message }) => {
      if (message === null) return [];
      const kind = kindsAt.get(Date.parse(at))?.find((one) => one.message === message);
      return [[`${at} ${message}`, { at, message, runs: kind?.runs ?? null }] as const];
    }),
  );
  return [...errors.values()].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, SHOWN_ERRORS);
}

function noteErrors(runs: Runs, kinds: Kinds): string | null {
  const silent = runs.filter((run) => hasFailed(run) && run.error === null).length;
  if (silent === 0) return null;
  const failed = `${formatPlural(silent, "failed run")} of the list`;
  if (kinds.length > 0 && kinds.every(({ message }) => message === null)) return `${failed}: no message is recorded`;
  return `${failed} shown without a message: messages are read of its newest ${SHOWN_ERRORS} failures and of the newest failure of each kind`;
}

function listLimits(rule: RuleReport, timezone: string | null, origins: Origins): Explanation["limits"] {
  const { limits, schedules, usual_interval_seconds: usual } = rule;
  const basis = {
    config: null,
    schedule: `its schedule (${sayWhenDue(schedules, timezone)})`,
    "usual-interval": "how often it usually runs",
    unknown: schedules.length > 0 ? "nothing: no schedule of it is in force" : "nothing: no schedule, and too few runs",
  }[limits.basis];
  const ageOrigin = (key: string) => basis ?? origins(key) ?? "the configuration";
  return [
    { name: "warning from this age on", seconds: limits.warn_after_seconds, from: ageOrigin("warn_after") },
    { name: "critical from this age on", seconds: limits.error_after_seconds, from: ageOrigin("error_after") },
    {
      name: "a run is stale after",
      seconds: limits.stale_after_seconds,
      from: origins("stale_after") ?? sayLimitBasis(limits.stale_after_seconds),
    },
    ...listSilenceLimit(rule),
    rule.expected === null
      ? { name: "usually rests for at most", seconds: usual, from: "its newest runs" }
      : { name: "usually runs every", seconds: usual, from: "its schedule" },
  ];
}

/** Its past decides where neither a schedule nor the configuration says when it is due. */
function listSilenceLimit({ limits, schedules, usual }: RuleReport): Explanation["limits"] {
  const interval = usual?.interval ?? null;
  if (limits.basis === "config" || schedules.length > 0 || interval?.limit_runs === undefined) return [];
  const runs = interval.limit_runs.toFixed(1);
  return [
    {
      name: "warning after a silence of",
      seconds: interval.limit_runs * interval.seconds,
      from: `its past: ${runs} runs that usually start in such a time, longer at night and where it rests (${sayDays(interval.days)})`,
    },
  ];
}

/** The failures with the rule's newest error in the window, where the rule still suffers from it and others have it, too. */
function findSameError({ severity, newest_error: error, rule_name: name }: RuleReport, report: Report) {
  if (severity === null || error === null) return null;
  const { key } = fingerprintError(error);
  const group = report.error_groups.find(
    ({ example, rules }) => example !== null && rules.includes(name) && fingerprintError(example).key === key,
  );
  return group === undefined || group.rules.length < 2
    ? null
    : { message: error, runs: group.count, rules: group.rules };
}

function tellAround(all: Explanation["around"]): Pick<Explanation, "around" | "around_omitted"> {
  return { around: all.slice(0, MOST_AROUND), around_omitted: Math.max(0, all.length - MOST_AROUND) };
}

/** Other rules whose conditions began at about the same time, those of the nearest time first. */
function listAround({ since, rule_name: name }: RuleReport, own: Report, others: Report[]): Explanation["around"] {
  if (since === null) return [];
  const all = [own, ...others.filter((report) => report.metadata.source !== own.metadata.source)];
  const distanceOf = (instant: string) => Math.abs(Date.parse(instant) - Date.parse(since));
  return all
    .flatMap(({ metadata: { source }, rules }) =>
      rules
        .filter((rule) => source !== own.metadata.source || rule.rule_name !== name)
        .filter((rule) => rule.severity !== null && rule.since !== null)
        .map((rule) => ({
          source,
          rule_name: rule.rule_name,
          condition: rule.condition,
          since: rule.since ?? since,
        })),
    )
    .filter((rule) => distanceOf(rule.since) <= TOGETHER_MS)
    .toSorted((a, b) => distanceOf(a.since) - distanceOf(b.since));
}
