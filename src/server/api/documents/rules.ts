/** A CRM's rules, and all that is known of one of them. */
import * as v from "valibot";
import type { CrmConfig } from "../../../config/schema.ts";
import { explainRule } from "../../../report/explain.ts";
import { ExplanationSchema } from "../../../report/document/explanation-schema.ts";
import type { Report } from "../../../report/document/schema.ts";
import { ruleSchema } from "../../../report/document/schema.ts";
import { count, describe, instant, ratio, seconds } from "../../../report/document/schema-figures.ts";
import { TicksSchema } from "../../../report/document/tick-schema.ts";
import { listTicks } from "../../../report/expectation/ticks.ts";
import { CONDITIONS, SEVERITIES, type Condition, type Severity } from "../../../report/words.ts";
import type { Kept } from "../../library.ts";
import { originsOf } from "../../limits.ts";
import { crmName } from "./crms.ts";

const windowSchema = v.strictObject({ start: instant, end: instant });
const reportId = describe(v.string(), "The kept report that tells so");

export const RulesSchema = v.strictObject({
  crm: crmName,
  report: reportId,
  window: windowSchema,
  total: describe(count, "How many rules the report has, whatever was asked for"),
  omitted: describe(count, "How many less urgent rules the report leaves out: explain reads any of them by its name"),
  rules: describe(v.array(ruleSchema), "As in the report, by name"),
});

const pastSchema = v.strictObject({
  report: reportId,
  generated_at: instant,
  window_start: instant,
  window_end: instant,
  condition: v.picklist(CONDITIONS),
  severity: v.nullable(v.picklist(SEVERITIES)),
  total: describe(count, "Finished runs of the window"),
  failed: count,
  success_rate: v.nullable(ratio),
  missed: v.nullable(count),
  duration_p95_seconds: v.nullable(seconds),
  newest_error: v.nullable(v.string()),
});

/** All that is known of one rule. */
export const RuleSchema = v.strictObject({
  crm: crmName,
  report: reportId,
  explanation: describe(ExplanationSchema, "As explain prints it: condition, limits, newest runs and errors, advice"),
  expected: describe(TicksSchema, "Each time at which the rule was due, and what became of it"),
  history: describe(v.array(pastSchema), "The rule in the CRM's newest kept reports, newest window first"),
});

/** What a rule must have to be listed. */
export type RuleFilter = {
  condition?: Condition | undefined;
  severity?: Severity | undefined;
  name?: string | undefined;
};

export function publishRules(id: string, report: Report, filter: RuleFilter): v.InferOutput<typeof RulesSchema> {
  const { metadata, rules } = report;
  return {
    crm: metadata.source,
    report: id,
    window: { start: metadata.window_start, end: metadata.window_end },
    total: rules.length,
    omitted: report.omitted?.["rules"] ?? 0,
    rules: rules.filter(
      (rule) =>
        (filter.condition === undefined || rule.condition === filter.condition) &&
        (filter.severity === undefined || rule.severity === filter.severity) &&
        (filter.name === undefined || rule.rule_name === filter.name),
    ),
  };
}

type RuleFacts = {
  newest: Kept;
  name: string;
  /** Of the same pass. */
  others: Report[];
  /** Newest first. */
  past: Kept[];
  crm: CrmConfig;
  nowMs: number;
};

/** Null: the report has no such rule. */
export function publishRule({
  newest,
  name,
  others,
  past,
  crm,
  nowMs,
}: RuleFacts): v.InferOutput<typeof RuleSchema> | null {
  const { id, report } = newest;
  const rule = findRule(report, name);
  const explanation = explainRule(report, name, others, originsOf(crm, name));
  if (rule === undefined || explanation === null) return null;
  return {
    crm: report.metadata.source,
    report: id,
    explanation,
    expected: listTicks(report, rule, { lateAfterMs: crm.lateAfterMs, nowMs }),
    history: past.flatMap((kept) => publishPast(kept, name) ?? []),
  };
}

function publishPast({ id, report }: Kept, name: string): v.InferOutput<typeof pastSchema> | null {
  const rule = findRule(report, name);
  if (rule === undefined) return null;
  const { metadata } = report;
  return {
    report: id,
    generated_at: metadata.report_generated_at,
    window_start: metadata.window_start,
    window_end: metadata.window_end,
    condition: rule.condition,
    severity: rule.severity,
    total: rule.total,
    failed: rule.failed,
    success_rate: rule.success_rate,
    missed: rule.missed,
    duration_p95_seconds: rule.duration_seconds?.p95 ?? null,
    newest_error: rule.newest_error,
  };
}

function findRule({ rules }: Report, name: string): Report["rules"][number] | undefined {
  return rules.find((rule) => rule.rule_name === name);
}
