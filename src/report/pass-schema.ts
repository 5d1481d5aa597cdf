/** What a pass did, as a document of its own: which CRMs were read, which were not and why. */
import * as v from "valibot";
import { findingSchema } from "./schema.ts";

const instant = v.pipe(v.string(), v.isoTimestamp());

export const PassSchema = v.strictObject({
  schema_version: v.literal(1),
  pass_id: v.string(),
  started_at: instant,
  window: v.strictObject({ start: instant, end: instant }),
  outcomes: v.array(
    v.strictObject({
      source: v.string(),
      status: v.picklist(["made", "failed"]),
      reason: v.nullable(v.string()),
    }),
  ),
  findings: v.array(findingSchema),
});

export type PassDocument = v.InferOutput<typeof PassSchema>;
