/** Which line of the configuration would change the judgement on a rule: each is tried on its rows before it is told. */
import { quoteKey } from "../../text/toml.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../time/units.ts";
import type { Explanation } from "../document/explanation-schema.ts";
import type { Report } from "../document/schema.ts";
import { settingsOfRule, type ReportSettings, type RuleSettings } from "../settings.ts";
import { rankSeverity } from "../words.ts";

type RuleReport = Report["rules"][number];
export type Setting = Pick<Explanation, "setting" | "setting_note">;

/** The same CRM's report with these settings. */
export type Rejudge = (settings: ReportSettings) => Report;

type Candidate = NonNullable<Explanation["setting"]> & { settings: ReportSettings };

/** Longer ages are no setting. */
const LONGEST_MS = 366 * DAY_MS;
const LATER_MS = [30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS];
/** An interval that explains the runs seen may still be too short for the longest rest between them. */
const SLOWER = [1, 1.5, 2, 3];
/** And one that must explain them all is a little shorter than their mean. */
const FASTER = [0.9, 0.75, 0.5];
const LOWER_RATES = 4;
const RATE_STEPS = 20;

/** The first line that leaves nothing to judge, else the first that makes it milder, else the one that leaves the rule out. */
export function trySetting(
  rule: RuleReport,
  { metadata: { source, window_start: start, window_end: end }, findings, detailed_metrics: details }: Report,
  settings: ReportSettings,
  rejudge: Rejudge,
): Setting {
  if (!isJudged(rule)) return { setting: null, setting_note: null };
  const window = { startMs: Date.parse(start), endMs: Date.parse(end) };
  const known = details?.rule_runs ?? {};
  const runs = Object.hasOwn(known, rule.rule_name) ? (known[rule.rule_name]?.runs ?? []) : [];
  let milder: { candidate: Candidate; judged: RuleReport } | null = null;
  const ofRule = findings.filter(({ rule_name: name }) => name === rule.rule_name);
  const successor = ofRule.map(({ evidence }) => evidence["likely_successor"]).find((name) => typeof name === "string");
  const candidates = [
    ...(successor === undefined ? [] : [retire(rule, source, settings, successor)]),
    ...listCandidates(rule, source, settings, { window, longestRestMs: findLongestRest(runs) }),
  ];
  for (const candidate of candidates) {
    const judged = rejudge(candidate.settings).rules.find(({ rule_name: name }) => name === rule.rule_name);
    if (judged === undefined) continue;
    if (!isJudged(judged)) return tell(candidate, "");
    if (rank(judged) < rank(rule)) milder ??= { candidate, judged };
  }
  if (milder !== null) {
    const { condition, severity } = milder.judged;
    return tell(milder.candidate, `; it is then ${condition}${severity === null ? "" : `, ${severity}`}`);
  }
  const rules = [...new Set([...settings.excludedRules, rule.rule_name])];
  return {
    setting: {
      table: ["crm", source],
      line: `exclude_rules = ${JSON.stringify(rules)}`,
      why: "where it is of no interest: reports then leave it out; no limit would change it",
    },
    setting_note: null,
  };
}

/** Of a report whose rows are not at hand, nothing can be tried. */
export function leaveUntried(rule: RuleReport): Setting {
  const note = isJudged(rule)
    ? "automation-reports explain, with the CRM and the rule, reads the rows and tries which line would"
    : null;
  return { setting: null, setting_note: note };
}

function tell({ table, line, why }: Candidate, then: string): Setting {
  return { setting: { table, line, why: `${why}${then}` }, setting_note: null };
}

/** What goes on under another name is awaited under the old one no more. */
function retire(
  { rule_name: name }: RuleReport,
  source: string,
  settings: ReportSettings,
  successor: string,
): Candidate {
  const retired = settings.retiredRules.flatMap(({ rule, sinceMs }) => (sinceMs === null ? rule : []));
  return {
    table: ["crm", source],
    line: `retired_rules = ${JSON.stringify([...new Set([...retired, name])])}`,
    why: `where ${successor} is its new name`,
    settings: { ...settings, retiredRules: [...settings.retiredRules, { rule: name, sinceMs: null }] },
  };
}

/** Between the starts of two runs; 0 where fewer are known. */
function findLongestRest(runs: { started_at: string }[]): number {
  const startsMs = runs.map(({ started_at: at }) => Date.parse(at)).toSorted((a, b) => a - b);
  return startsMs.reduce((longestMs, atMs, index) => Math.max(longestMs, atMs - (startsMs[index - 1] ?? atMs)), 0);
}

function isJudged({ severity, condition }: RuleReport): boolean {
  return severity !== null || condition === "unknown";
}

function rank({ severity }: RuleReport): number {
  return rankSeverity(severity);
}

function listCandidates(
  rule: RuleReport,
  source: string,
  settings: ReportSettings,
  { window, longestRestMs }: { window: { startMs: number; endMs: number }; longestRestMs: number },
): Candidate[] {
  const { condition, degradation, rule_name: name, schedules, limits } = rule;
  const own = settingsOfRule(settings, name);
  const withOwn = (changed: Partial<RuleSettings>): ReportSettings => ({
    ...settings,
    rules: { ...settings.rules, [name]: { ...own, ...changed } },
  });
  const ofRule = (line: string, why: string, changed: Partial<RuleSettings>): Candidate => ({
    table: ["crm", source, "rules", name],
    line,
    why,
    settings: withOwn(changed),
  });
  const expect = (ms: number, why: string): Candidate[] => {
    const text = sayEvery(ms);
    return ms <= 0 || ms > LONGEST_MS ? [] : [ofRule(`expect = ${JSON.stringify(text)}`, why, { expect: text })];
  };
  const sinceMs = (instant: string | null) => (instant === null ? null : window.endMs - Date.parse(instant));
  const [startAgeMs, ageMs] = [sinceMs(rule.last_run_at), sinceMs(rule.last_success_at)];

  const isUnknown = condition === "unknown";
  const whyExpect = isUnknown ? "so that its silence can be judged" : "where it need not run more often than that";
  const rest = [
    ...(startAgeMs === null ? [] : expect(startAgeMs, whyExpect)),
    ...(ageMs === null ? [] : listAges(ageMs, { source, name, own, isCritical: limits.error_after_seconds }, withOwn)),
  ];
  if (condition === "overdue") return schedules.length > 0 || limits.basis === "config" ? rest : rest.toReversed();
  if (isUnknown) {
    const usualMs = (rule.usual_interval_seconds ?? 0) * SECOND_MS;
    return [...expect(usualMs > 0 ? usualMs : Math.max(longestRestMs, startAgeMs ?? 0), whyExpect), ...rest];
  }
  if (condition === "stuck") {
    const openMs = sinceMs(rule.since);
    if (openMs === null || openMs > LONGEST_MS) return [];
    const [text, limitMs] = roundUp(openMs);
    return [ofRule(`stale_after = "${text}"`, "where a run may well take that long", { staleAfterMs: limitMs })];
  }
  if (condition !== "degraded") return [];
  if (degradation === "late") {
    return LATER_MS.filter((ms) => ms > settings.lateAfterMs).map((lateAfterMs) => ({
      table: ["crm", source],
      line: `late_after = "${roundUp(lateAfterMs - 1)[0]}"`,
      why: "where a later start is still in time",
      settings: { ...settings, lateAfterMs },
    }));
  }
  if (degradation === "missed" || degradation === "too-seldom" || degradation === "too-often") {
    const seen = rule.seen ?? rule.total;
    if (seen === 0) return [];
    const intervalMs = (window.endMs - window.startMs) / seen;
    return degradation === "too-often"
      ? FASTER.flatMap((factor) => expect(intervalMs * factor, "where it may well run that often"))
      : SLOWER.flatMap((factor) => expect(intervalMs * factor, "where it need not run more often"));
  }
  if (degradation === "failures") return listRates(rule, source, settings);
  return [];
}

/** The age that its last success has may be set as its limit; where one for critical is set already, that one too. */
function listAges(
  ageMs: number,
  { source, name, own, isCritical }: { source: string; name: string; own: RuleSettings; isCritical: number | null },
  withOwn: (changed: Partial<RuleSettings>) => ReportSettings,
): Candidate[] {
  const [text, warnAfterMs] = roundUp(ageMs);
  if (warnAfterMs > LONGEST_MS) return [];
  const why = "where its last success may be that old";
  if (own.errorAfterMs === null || isCritical === null || ageMs <= own.errorAfterMs) {
    return [
      {
        table: ["crm", source, "rules", name],
        line: `warn_after = "${text}"`,
        why,
        settings: withOwn({ warnAfterMs }),
      },
    ];
  }
  const [errorText, errorAfterMs] = roundUp(2 * ageMs);
  return [
    {
      table: ["crm", source, "rules"],
      line: `${quoteKey(name)} = { warn_after = "${text}", error_after = "${errorText}" }`,
      why,
      settings: withOwn({ warnAfterMs, errorAfterMs }),
    },
  ];
}

/** From its own share of successes downwards: by its newest runs it may have had a lower one. */
function listRates({ success_rate: rate }: RuleReport, source: string, settings: ReportSettings): Candidate[] {
  const highest = Math.floor((rate ?? 1) * RATE_STEPS);
  const steps = Array.from({ length: LOWER_RATES }, (_, index) => highest - index).filter((step) => step > 0);
  return steps.map((step) => {
    const limit = step / RATE_STEPS;
    return {
      table: ["crm", source, "thresholds"],
      line: `rule_success_rate = ${limit}`,
      why: "where so many failures are usual, of each rule of the CRM",
      settings: {
        ...settings,
        thresholds: { ...settings.thresholds, rule_success_rate: limit },
        ownThresholds: [...settings.ownThresholds, "rule_success_rate"],
      },
    };
  });
}

/** The next whole 5 minutes, hour or day after it, as the configuration writes it and in milliseconds. */
function roundUp(ms: number): [string, number] {
  const [unit, unitMs, step] = unitOf(ms);
  const n = (Math.floor(ms / (unitMs * step)) + 1) * step;
  return [`${n}${unit}`, n * unitMs];
}

function unitOf(ms: number): [unit: keyof typeof WORDS, unitMs: number, step: number] {
  if (ms < 55 * MINUTE_MS) return ["m", MINUTE_MS, 5];
  return ms < 3 * DAY_MS ? ["h", HOUR_MS, 1] : ["d", DAY_MS, 1];
}

const WORDS = { m: "minutes", h: "hours", d: "days" };

/** As `expect` is written: the first of the whole 5 minutes, hours or days that is no shorter. */
export function sayEvery(ms: number): string {
  const [unit, unitMs, step] = unitOf(ms);
  return `every ${Math.ceil(ms / (unitMs * step)) * step} ${WORDS[unit]}`;
}

/** The line of a CRM's table that says when a rule should run. */
export function writeExpect(rule: string | null, expect: string): string {
  return `rules.${JSON.stringify(rule)} = { expect = ${JSON.stringify(expect)} }`;
}
