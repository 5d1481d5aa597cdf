/** The query's one JSON document, checked and turned into an activity. Both dialects answer in the same shape. */
import * as v from "valibot";
import type { CrmConfig } from "../config/schema.ts";
import type { DeclaredRule, ReadActivity, RuleActivity } from "../report/activity.ts";
import { emptyCounts } from "../report/counts.ts";
import { compareNames } from "../report/rules.ts";
import {
  ACTION_STATUSES,
  AUTOMATION_LEVELS,
  type ActionStatus,
  type DurationFigures,
  type PresetName,
  type RecordSums,
} from "../report/schema.ts";
import { PRESETS } from "./presets.ts";
import { attachSchedules, namesOneOf } from "./schedule-names.ts";

const FINISHED: ActionStatus[] = ["success", "partial", "failed"];
const HOUR_MS = 3_600_000;

const status = v.picklist(ACTION_STATUSES);
const sum = v.nullable(v.number());
/** numeric and float sums that JSON has no number for come as text. */
const recordSum = v.nullable(
  v.union([v.number(), v.pipe(v.picklist(["NaN", "Infinity", "-Infinity"]), v.transform(Number))]),
);
const percentiles = v.tuple([v.number(), v.number(), v.number()]);

const cellSchema = v.object({
  cur: v.boolean(),
  rule: v.string(),
  state: status,
  n: v.number(),
  dn: v.number(),
  ds: sum,
  dm: sum,
  processed: recordSum,
  created: recordSum,
  updated: recordSum,
  failed: recordSum,
  last: v.number(),
});

const documentSchema = v.object({
  cells: v.array(cellSchema),
  hours: v.array(v.tuple([v.number(), v.number(), v.number()])),
  percentiles: v.array(v.tuple([v.boolean(), percentiles])),
  rule_percentiles: v.array(v.tuple([v.string(), percentiles])),
  words: v.array(v.tuple([v.string(), v.number()])),
  errors: v.array(v.tuple([v.string(), v.string()])),
  recent: v.array(v.tuple([v.string(), status, v.number(), sum, v.nullable(v.string())])),
  rules: v.array(
    v.object({
      name: v.string(),
      enabled: v.boolean(),
      automation_level: v.fallback(v.nullable(v.picklist(AUTOMATION_LEVELS)), null),
      strategy: v.nullable(v.string()),
      priority: v.nullable(v.string()),
      schedule: v.nullable(v.string()),
    }),
  ),
});

type Document = v.InferOutput<typeof documentSchema>;
type Cell = Document["cells"][number];
type Percentiles = v.InferOutput<typeof percentiles>;

type RuleConfig = Pick<CrmConfig, "crm_source" | "rule_names" | "exclude_rules" | "wrapper_rules">;

/** Throws a `ValiError` where the answer has another shape: an error of ours, or a column of another type. */
export function readDocument(json: string, preset: PresetName, crm: RuleConfig): ReadActivity {
  const document = v.parse(documentSchema, JSON.parse(json));
  const current = document.cells.filter((cell) => cell.cur && FINISHED.includes(cell.state));
  const previous = document.cells.filter((cell) => !cell.cur && FINISHED.includes(cell.state));
  const overall = new Map(document.percentiles);
  const rules = readRules(document);
  const previousDuration = measureDurations(previous, overall.get(false));
  return {
    kind: "read",
    preset,
    rules,
    records: sumRecords(current),
    duration: measureDurations(current, overall.get(true)),
    previousDuration: previousDuration && { n: previousDuration.n, p95: previousDuration.p95 },
    hours: document.hours
      .map(([hour, total, successful]) => ({ hourMs: hour * HOUR_MS, total, successful }))
      .toSorted((a, b) => a.hourMs - b.hourMs),
    unknownStatuses: document.words
      .map(([word, n]) => ({ word, n }))
      .toSorted((a, b) => b.n - a.n || compareNames(a.word, b.word)),
    recent: document.recent
      .map(([rule, state, startedMs, durationSeconds, error]) => ({
        rule,
        status: state,
        startedMs,
        durationSeconds,
        error,
      }))
      .toSorted((a, b) => b.startedMs - a.startedMs || compareNames(a.rule, b.rule)),
    declaredRules: readDeclared(document, preset, rules, crm),
  };
}

function readRules(document: Document): RuleActivity[] {
  const ruleFigures = new Map(document.rule_percentiles);
  const errors = new Map(document.errors.toSorted((a, b) => compareNames(b[1], a[1])));
  const names = [...new Set(document.cells.map((cell) => cell.rule))].toSorted(compareNames);
  return names.map((rule) => {
    const cells = document.cells.filter((cell) => cell.rule === rule);
    const finished = cells.filter((cell) => cell.cur && FINISHED.includes(cell.state));
    const successes = cells.filter((cell) => cell.state === "success").map((cell) => cell.last);
    return {
      rule,
      current: countStates(cells.filter((cell) => cell.cur)),
      previous: countStates(cells.filter((cell) => !cell.cur)),
      records: sumRecords(finished),
      duration: measureDurations(finished, ruleFigures.get(rule)),
      lastSuccessMs: successes.length === 0 ? null : Math.max(...successes),
      newestError: errors.get(rule) ?? null,
    };
  });
}

function readDeclared(document: Document, preset: PresetName, rules: RuleActivity[], crm: RuleConfig): DeclaredRule[] {
  const declared = document.rules.map((rule) => ({
    name: rule.name,
    enabled: rule.enabled,
    automationLevel: rule.automation_level,
    strategy: rule.strategy,
    priority: rule.priority,
    schedule: rule.schedule === "" ? null : rule.schedule,
    unmatched: false,
  }));
  const { ruleNames, wrapperRules } = PRESETS[preset];
  const wrappers = [
    ...(crm.wrapper_rules ?? wrapperRules),
    ...rules.filter(({ current, previous }) => current.wrapper + previous.wrapper > 0).map(({ rule }) => rule),
  ];
  const without = [...crm.exclude_rules, ...wrappers];
  if (ruleNames === "exact") {
    return declared.filter(({ name }) => !without.includes(name)).toSorted((a, b) => compareNames(a.name, b.name));
  }
  const wanted = declared.filter(({ name }) => !namesOneOf(name, without, crm.crm_source, crm.rule_names));
  const attached = attachSchedules(wanted, rules, crm.crm_source, crm.rule_names);
  return attached.toSorted((a, b) => compareNames(a.name, b.name));
}

function countStates(cells: Cell[]): RuleActivity["current"] {
  const counts = emptyCounts();
  for (const cell of cells) counts[cell.state] += cell.n;
  return counts;
}

function sumRecords(cells: Cell[]): RecordSums {
  return {
    processed: addKnown(cells.map((cell) => cell.processed)),
    created: addKnown(cells.map((cell) => cell.created)),
    updated: addKnown(cells.map((cell) => cell.updated)),
    failed: addKnown(cells.map((cell) => cell.failed)),
  };
}

/** Null when nothing is known, and when the sum is no number or beyond what a JSON number holds exactly. */
function addKnown(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  const total = known.reduce((all, value) => all + value, 0);
  return known.length > 0 && Number.isSafeInteger(total) ? total : null;
}

function measureDurations(cells: Cell[], figures: Percentiles | undefined): DurationFigures | null {
  const n = cells.reduce((all, cell) => all + cell.dn, 0);
  if (n === 0 || figures === undefined) return null;
  const [p50, p95, p99] = figures;
  return {
    n,
    mean: cells.reduce((all, cell) => all + (cell.ds ?? 0), 0) / n,
    p50,
    p95,
    p99,
    max: Math.max(...cells.flatMap((cell) => cell.dm ?? [])),
  };
}
