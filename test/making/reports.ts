/** Reports from real warehouses, made in this process, each checked against the published JSON Schema. */
import { toJsonSchema } from "@valibot/to-json-schema";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import * as v from "valibot";
import { composeCrm } from "../../src/config/read-crm.ts";
import { settingsOf } from "../../src/config/report-settings.ts";
import type { CrmConfig } from "../../src/config/schema.ts";
import { CrmSchema } from "../../src/config/sections/crm.ts";
import { parseTarget } from "../../src/database/target.ts";
import { MEANINGS } from "../../src/help/findings.ts";
import { buildReport } from "../../src/report/build.ts";
import { ReportSchema, type Report } from "../../src/report/document/schema.ts";
import type { Severity } from "../../src/report/words.ts";
import { collectActivities } from "../../src/warehouse/collect.ts";
import type { Window } from "../../src/time/window.ts";

export const WINDOW: Window = {
  startMs: Date.parse("2026-07-09T21:00:00Z"),
  endMs: Date.parse("2026-07-10T21:00:00Z"),
};

const ajv = addFormats.default(new Ajv({ allErrors: true }));
const checkSchema = ajv.compile(toJsonSchema(ReportSchema, { typeMode: "input", errorMode: "ignore" }));

/** Throws where a report is not what the JSON Schema publishes, or does not survive being stored. */
export function assertPublishable(report: unknown): asserts report is Report {
  if (!checkSchema(report)) throw new Error(`not a report: ${ajv.errorsText(checkSchema.errors)}`);
  if (!Bun.deepEquals(JSON.parse(JSON.stringify(report)), report, true))
    throw new Error("changed by a JSON round trip");
  const { findings, recommendations } = report as Report;
  for (const { id, severity } of findings) assertHelpful(id, severity);
  const echo = recommendations.find(({ finding, recommendation }) => recommendation === findings[finding]?.message);
  if (echo !== undefined) throw new Error(`the advice is the finding over again: ${echo.recommendation}`);
}

/** Throws where `help findings` does not name that severity of the finding. */
export function assertHelpful(id: keyof typeof MEANINGS, severity: Severity): void {
  if (!MEANINGS[id].severities.includes(severity))
    throw new Error(`help findings does not say that ${id} is ${severity}`);
}

export function crmConfig(url: string, settings: v.InferInput<typeof CrmSchema> = {}, name = "hubspot"): CrmConfig {
  const target = parseTarget(url, "/");
  if ("problem" in target) throw new Error(target.problem);
  return composeCrm(name, v.parse(CrmSchema, settings), target);
}

/** The report of one CRM, detailed, or the reason why there is none. */
export async function reportOn(
  url: string,
  settings: v.InferInput<typeof CrmSchema> = {},
  {
    window = WINDOW,
    name = "hubspot",
    detailed = true,
    baselineSeconds = null as number | null,
    nowMs = Date.parse("2026-07-10T21:00:00.412Z"),
    pastKnownFromMs = null as number | null,
  } = {},
): Promise<Report | string> {
  const crm = crmConfig(url, settings, name);
  const [outcome] = await collectActivities({
    crms: [crm],
    window,
    recent: detailed ? 20 : 0,
    baselineSeconds,
    nowMs,
    pastKnownFromMs: async () => pastKnownFromMs,
    concurrency: 1,
    redact: (text) => text,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  if (outcome === undefined || outcome.status === "failed") return outcome?.reason ?? "no outcome";
  const context = {
    passId: "0197f5c2-9d40-7a3e-8f51-2b9a1c7d4e60",
    generatedMs: Date.parse("2026-07-10T21:00:00.412Z"),
    generator: "automation-reports 0.1.0",
    detailed,
  };
  const report = buildReport(outcome.activity, settingsOf(crm), context, null);
  assertPublishable(report);
  return report;
}

/** The report, where there must be one. */
export async function mustReport(...parameters: Parameters<typeof reportOn>): Promise<Report> {
  const report = await reportOn(...parameters);
  if (typeof report === "string") throw new Error(report);
  return report;
}
