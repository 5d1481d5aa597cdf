/** Activities as the warehouse layer hands them over, with one override where a test needs another fact. */
import { CrmSchema } from "../../src/config/schema.ts";
import type { Activity, DeclaredRule, ReadActivity, RuleActivity, StatusCounts } from "../../src/report/activity.ts";
import { buildReport } from "../../src/report/build.ts";
import { emptyCounts } from "../../src/report/counts.ts";
import type { Report } from "../../src/report/schema.ts";
import type { Thresholds } from "../../src/report/thresholds.ts";
import * as v from "valibot";
import { assertPublishable, WINDOW } from "./reports.ts";

export const THRESHOLDS: Thresholds = v.parse(CrmSchema, {}).thresholds;

function counts(some: Partial<StatusCounts>): StatusCounts {
  return { ...emptyCounts(), ...some };
}

export function rule(
  name: string,
  current: Partial<StatusCounts>,
  override: Partial<Omit<RuleActivity, "previous">> & { previous?: Partial<StatusCounts> } = {},
): RuleActivity {
  return {
    rule: name,
    records: { processed: null, created: null, updated: null, failed: null },
    duration: null,
    lastSuccessMs: null,
    newestError: null,
    ...override,
    current: counts(current),
    previous: counts(override.previous ?? {}),
  };
}

export function declared(name: string, override: Partial<DeclaredRule> = {}): DeclaredRule {
  return {
    name,
    enabled: true,
    automationLevel: null,
    strategy: null,
    priority: null,
    schedule: null,
    unmatched: false,
    ...override,
  };
}

export function activity(
  override: Partial<ReadActivity> & { window?: Activity["window"]; source?: string } = {},
): ReadActivity & Activity {
  return {
    kind: "read",
    source: "hubspot",
    window: WINDOW,
    querySeconds: 0.047,
    preset: "automation",
    rules: [],
    records: { processed: null, created: null, updated: null, failed: null },
    duration: null,
    previousDuration: null,
    hours: [],
    unknownStatuses: [],
    recent: [],
    declaredRules: [],
    ...override,
  };
}

export function report(facts: Activity, { detailed = false, thresholds = THRESHOLDS } = {}): Report {
  const made = buildReport(facts, thresholds, {
    passId: "0197f5c2-9d40-7a3e-8f51-2b9a1c7d4e60",
    generatedMs: Date.parse("2026-07-10T21:00:00.412Z"),
    generator: "automation-reports 0.1.0",
    detailed,
  });
  assertPublishable(made);
  return made;
}
