/** What a pass did, as one document: which CRMs were read, which were not and why, and every report. */
import * as v from "valibot";
import { findingSchema, ReportSchema } from "./schema.ts";
import { instant } from "./schema-figures.ts";
import { SCHEMA_VERSION, VERDICTS } from "../words.ts";

/** A pass without its reports: what is known of it before they are printed, and what a store keeps beside them. */
export const PassSummarySchema = v.strictObject({
  schema_version: v.literal(SCHEMA_VERSION),
  pass_id: v.string(),
  started_at: instant,
  window: v.strictObject({ start: instant, end: instant }),
  verdict: v.pipe(
    v.picklist(VERDICTS),
    v.description("The worst of the CRMs' verdicts and the pass's findings; critical where a CRM was not read"),
  ),
  outcomes: v.array(
    v.strictObject({
      source: v.string(),
      status: v.pipe(v.picklist(["made", "failed"]), v.description("failed: not read, or there is no table to read")),
      verdict: v.pipe(v.picklist(VERDICTS), v.description("unknown: the CRM was not read")),
      reason: v.nullable(v.string()),
      seconds: v.pipe(v.nullable(v.number()), v.description("How long its reading took; null where it failed")),
    }),
  ),
  findings: v.pipe(v.array(findingSchema), v.description("What concerns several CRMs")),
});

export const PassSchema = v.strictObject({
  ...PassSummarySchema.entries,
  reports: v.pipe(
    v.array(ReportSchema),
    v.description("One of each CRM whose outcome is made, and of one without a table"),
  ),
});

export type PassDocument = v.InferOutput<typeof PassSchema>;

export type PassSummary = v.InferOutput<typeof PassSummarySchema>;
