/** What changed from one report to another, the most important first, and without what chance alone may explain. */
import { differsBeyondNoise, type Proportion } from "./significance.ts";
import type { Finding, Report } from "./document/schema.ts";
import { type Condition, type Severity, type Verdict, rankSeverity } from "./words.ts";

type Figure = string | number | boolean | null;

export type FigureChange = {
  /** Below the section, such as `["rule_reliability", "contacts"]`; a cause of errors by its newest example. */
  path: string[];
  /** Null: unknown, or not there. */
  before: Figure;
  after: Figure;
};

type State = { condition: Condition; severity: Severity | null; since: string | null; message: string };

export type RuleChange = {
  rule_name: string;
  change: "worse" | "other" | "better";
  /** Null: the report does not have the rule. */
  before: State | null;
  after: State | null;
};

export type RateChange = {
  /** Null: all rules together. */
  rule_name: string | null;
  /** Null: runs ended, and no rate of them is known. */
  before: Proportion | null;
  after: Proportion | null;
  /** Whether the rates differ by more than chance would make them. */
  significant: boolean;
};

type Compared = Pick<
  Report["metadata"],
  "source" | "report_generated_at" | "window_start" | "window_end" | "status"
> & {
  verdict: Verdict;
};

export type ReportDiff = {
  before: Compared;
  after: Compared;
  /** Rules whose condition or severity is another: those that got worse first, then the most severe. */
  rules: RuleChange[];
  findings: {
    /** The most severe first. */
    new: Finding[];
    gone: Finding[];
    /** The same finding with another severity or message. */
    changed: { before: Finding; after: Finding }[];
  };
  /** How many rules and findings one of the reports lists, of which the other may only leave out what it knows. */
  not_compared: { rules: number; findings: number };
  /** All rules together first, then the rules whose rates differ significantly, those that fell furthest first. */
  rates: RateChange[];
  /** A success rate is left out where it is not significant. */
  sections: { section: (typeof SECTIONS)[number]; changes: FigureChange[] }[];
};

const SECTIONS = [
  "performance_metrics",
  "system_health",
  "quality_metrics",
  "execution_frequency",
  "rule_metrics_summary",
  "trend_analysis",
  "rules",
  "expectations",
  "data_quality",
  "error_groups",
  "detailed_metrics",
] as const;

const CHANGES: RuleChange["change"][] = ["worse", "other", "better"];

/** Other in every report: hours of the clock, ages, single runs. */
const ALWAYS_OTHER = ["hourly_distribution", "age_seconds", "recent_actions", "rule_runs"];
const INSTANT = /^\d{4}-\d\d-\d\dT/;
/** What an entry of a list is known by from one report to the next. */
const NAMES = ["rule_name", "id", "fingerprint", "name"];
/** What says the same of an entry in every report, or in other words. */
const DESCRIPTIONS = [
  ...NAMES,
  "family",
  "example",
  "is_new",
  "meaning",
  "message",
  "limits",
  "schedules",
  "failed_row_ids",
];

export function compareReports(wholeBefore: Report, wholeAfter: Report): ReportDiff {
  const [before, after] = [keepKnown(wholeBefore, wholeAfter), keepKnown(wholeAfter, wholeBefore)];
  const countDropped = (key: "rules" | "findings") =>
    wholeBefore[key].length - before[key].length + wholeAfter[key].length - after[key].length;
  const rates = compareRates(before, after);
  const noise = rates.filter(({ significant }) => !significant).map(({ rule_name: rule }) => rule);
  const sections = SECTIONS.map((section) => ({
    section,
    changes: compareSection(before[section], after[section]).filter(({ path }) => !isRateOf(path, section, noise)),
  }));
  return {
    before: describeCompared(before),
    after: describeCompared(after),
    rules: compareRules(before, after),
    findings: compareFindings(before.findings, after.findings),
    not_compared: { rules: countDropped("rules"), findings: countDropped("findings") },
    rates: rates.filter(({ rule_name: rule, significant }) => rule === null || significant),
    sections: sections.filter(({ changes }) => changes.length > 0),
  };
}

/** Without what the other report may have left out, or could not read: it neither came nor went. */
function keepKnown(report: Report, { omitted = {}, rules, findings, metadata }: Report): Report {
  const isReadHereAlone = metadata.status === "fallback" && report.metadata.status !== "fallback";
  if (isReadHereAlone) return { ...report, rules: [], findings: [] };
  const others = new Map(rules.map((rule) => [rule.rule_name, rule]));
  const told = new Set(findings.map(identify));
  return {
    ...report,
    rules:
      omitted["rules"] === undefined ? report.rules : report.rules.filter(({ rule_name: name }) => others.has(name)),
    // Of a rule that nobody need know of there was none to be left out.
    findings:
      omitted["findings"] === undefined
        ? report.findings
        : report.findings.filter(
            (one) => one.rule_name === null || told.has(identify(one)) || others.get(one.rule_name)?.severity === null,
          ),
  };
}

function describeCompared({ metadata, verdict }: Report): Compared {
  const { source, report_generated_at, window_start, window_end, status } = metadata;
  return { source, report_generated_at, window_start, window_end, status, verdict };
}

function compareRules(before: Report, after: Report): RuleChange[] {
  const [old, young] = [before, after].map(({ rules }) => new Map(rules.map((rule) => [rule.rule_name, rule])));
  const names = [...new Set([...(young?.keys() ?? []), ...(old?.keys() ?? [])])];
  return names
    .flatMap((name): RuleChange[] => {
      const [was, is] = [describeState(old?.get(name)), describeState(young?.get(name))];
      if (was?.condition === is?.condition && was?.severity === is?.severity) return [];
      const steps = rankOf(is) - rankOf(was);
      const change = steps > 0 ? "worse" : steps < 0 ? "better" : "other";
      return [{ rule_name: name, change, before: was, after: is }];
    })
    .toSorted(
      (a, b) =>
        CHANGES.indexOf(a.change) - CHANGES.indexOf(b.change) ||
        rankOf(b.after) - rankOf(a.after) ||
        rankOf(b.before) - rankOf(a.before),
    );
}

function describeState(rule: Report["rules"][number] | undefined): State | null {
  if (rule === undefined) return null;
  const { condition, severity, since, message } = rule;
  return { condition, severity, since, message };
}

function rankOf(state: { severity: Severity | null } | null): number {
  return rankSeverity(state?.severity ?? null);
}

function compareRates(before: Report, after: Report): RateChange[] {
  const compare = (rule_name: string | null, was: Proportion | null, is: Proportion | null): RateChange => ({
    rule_name,
    before: was,
    after: is,
    significant: was !== null && is !== null && differsBeyondNoise(was, is),
  });
  const rules = after.rules.flatMap((rule) => {
    const earlier = before.rules.find(({ rule_name: name }) => name === rule.rule_name);
    return earlier === undefined ? [] : [compare(rule.rule_name, proportionOf(earlier), proportionOf(rule))];
  });
  const fallOf = (rate: RateChange) => shareOf(rate.before) - shareOf(rate.after);
  const [was, is] = [before, after].map(({ metadata, performance_metrics: metrics }) =>
    metadata.status === "fallback"
      ? null
      : proportionOf({
          successful: metrics.successful_actions,
          total: metrics.total_actions,
          success_rate: metrics.overall_success_rate,
        }),
  );
  return [compare(null, was ?? null, is ?? null), ...rules.toSorted((a, b) => fallOf(b) - fallOf(a))];
}

function proportionOf({
  successful,
  total,
  success_rate: rate,
}: Proportion & { success_rate: number | null }): Proportion | null {
  return rate === null && total > 0 ? null : { successful, total };
}

function shareOf(proportion: Proportion | null): number {
  return proportion === null || proportion.total === 0 ? 0 : proportion.successful / proportion.total;
}

/** Whether a figure is the success rate of one of these rules; null stands for all rules together. */
function isRateOf(path: string[], section: (typeof SECTIONS)[number], rules: (string | null)[]): boolean {
  const last = path.at(-1) ?? "";
  if (last === "overall_success_rate") return rules.includes(null);
  if (section === "rules" && last === "success_rate") return rules.includes(path[0] ?? "");
  return path[0] === "rule_reliability" && rules.includes(last);
}

/** A section that only one report has says nothing about a change. */
function compareSection(before: unknown, after: unknown): FigureChange[] {
  if (before === undefined || before === null || after === undefined || after === null) return [];
  const [old, young] = [listFigures(before), listFigures(after)];
  return [...new Map([...old, ...young])].flatMap(([key, { path }]) => {
    const [was, is] = [old.get(key)?.value ?? null, young.get(key)?.value ?? null];
    return was === is ? [] : [{ path, before: was, after: is }];
  });
}

/** By their path, in the report's order. */
function listFigures(section: unknown): Map<string, { path: string[]; value: Figure }> {
  const figures = new Map<string, { path: string[]; value: Figure }>();
  const visit = (node: unknown, key: string[], path: string[]): void => {
    if (Array.isArray(node)) {
      for (const entry of node as unknown[]) {
        const named = nameEntry(entry);
        if (named !== null) visit(named.figures, [...key, named.name], [...path, named.words]);
      }
    } else if (node !== null && typeof node === "object") {
      for (const [name, inside] of Object.entries(node))
        if (!ALWAYS_OTHER.includes(name)) visit(inside, [...key, name], [...path, name]);
    } else if (!(typeof node === "string" && INSTANT.test(node))) {
      figures.set(JSON.stringify(key), { path, value: node as Figure });
    }
  };
  visit(section, [], []);
  return figures;
}

/** Causes of errors are known by a fingerprint, and to people by an example. */
function nameEntry(entry: unknown): { name: string; words: string; figures: Record<string, unknown> } | null {
  if (entry === null || typeof entry !== "object") return null;
  const facts = entry as Record<string, unknown>;
  const key = NAMES.find((name) => name in facts);
  if (key === undefined) return null;
  const name = String(facts[key]);
  const figures = Object.fromEntries(Object.entries(facts).filter(([field]) => !DESCRIPTIONS.includes(field)));
  return { name, words: typeof facts["example"] === "string" ? facts["example"] : name, figures };
}

/** What a finding is known by from one report to the next. */
function identify({ id, rule_name }: Finding): string {
  return JSON.stringify([id, rule_name]);
}

function compareFindings(before: Finding[], after: Finding[]): ReportDiff["findings"] {
  const [old, young] = [before, after].map(
    (findings) => new Map(findings.map((finding) => [identify(finding), finding])),
  );
  const rank = (findings: Finding[]) => findings.toSorted((a, b) => rankOf(b) - rankOf(a));
  return {
    new: rank(after.filter((finding) => old?.has(identify(finding)) === false)),
    gone: rank(before.filter((finding) => young?.has(identify(finding)) === false)),
    changed: after.flatMap((finding) => {
      const earlier = old?.get(identify(finding));
      const same = earlier?.severity === finding.severity && earlier.message === finding.message;
      return earlier === undefined || same ? [] : [{ before: earlier, after: finding }];
    }),
  };
}
