/** What changed from one report to another: the figures of each section that both have, and the findings. */
import type { Finding, Report } from "./schema.ts";

type Figure = string | number | boolean | null;

export type FigureChange = {
  /** Below the section, such as `["rule_reliability", "contacts"]`; a cause of errors by its newest example. */
  path: string[];
  /** Null: unknown, or not there. */
  before: Figure;
  after: Figure;
};

type Compared = Pick<Report["metadata"], "source" | "report_generated_at" | "window_start" | "window_end" | "status">;

export type ReportDiff = {
  before: Compared;
  after: Compared;
  sections: { section: (typeof SECTIONS)[number]; changes: FigureChange[] }[];
  findings: {
    new: Finding[];
    gone: Finding[];
    /** The same finding with another severity or message. */
    changed: { before: Finding; after: Finding }[];
  };
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

export function compareReports(before: Report, after: Report): ReportDiff {
  const sections = SECTIONS.map((section) => ({ section, changes: compareSection(before[section], after[section]) }));
  return {
    before: describeCompared(before),
    after: describeCompared(after),
    sections: sections.filter(({ changes }) => changes.length > 0),
    findings: compareFindings(before.findings, after.findings),
  };
}

function describeCompared({ metadata }: Report): Compared {
  const { source, report_generated_at, window_start, window_end, status } = metadata;
  return { source, report_generated_at, window_start, window_end, status };
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

function compareFindings(before: Finding[], after: Finding[]): ReportDiff["findings"] {
  const identify = ({ id, rule_name }: Finding) => JSON.stringify([id, rule_name]);
  const [old, young] = [before, after].map(
    (findings) => new Map(findings.map((finding) => [identify(finding), finding])),
  );
  return {
    new: after.filter((finding) => old?.has(identify(finding)) === false),
    gone: before.filter((finding) => young?.has(identify(finding)) === false),
    changed: after.flatMap((finding) => {
      const earlier = old?.get(identify(finding));
      const same = earlier?.severity === finding.severity && earlier.message === finding.message;
      return earlier === undefined || same ? [] : [{ before: earlier, after: finding }];
    }),
  };
}
