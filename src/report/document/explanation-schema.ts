/** What `explain` prints of one rule. */
import * as v from "valibot";
import { ruleRunSchema, ruleSchema } from "./schema.ts";
import { CONDITIONS, SCHEMA_VERSION } from "../words.ts";

const instant = v.pipe(v.string(), v.isoTimestamp());

export const ExplanationSchema = v.strictObject({
  schema_version: v.literal(SCHEMA_VERSION),
  source: v.string(),
  window: v.strictObject({ start: instant, end: instant }),
  rule: v.pipe(ruleSchema, v.description("As in the report")),
  limits: v.array(
    v.strictObject({
      name: v.string(),
      seconds: v.nullable(v.number()),
      from: v.pipe(
        v.string(),
        v.description("What sets it: a line of the configuration, its schedule, its usual runs"),
      ),
    }),
  ),
  runs: v.pipe(
    v.nullable(v.array(ruleRunSchema)),
    v.description("The newest 20 known, newest first; null where the report was made without its details"),
  ),
  errors: v.pipe(
    v.array(
      v.strictObject({
        at: instant,
        message: v.string(),
        runs: v.pipe(
          v.nullable(v.number()),
          v.description(
            "How many failed with it in the window and the one before, apart from its numbers; null: not counted",
          ),
        ),
      }),
    ),
    v.description(
      "The newest 5 known: of failed runs, and the newest failure of each kind in the window and the one before",
    ),
  ),
  errors_note: v.pipe(
    v.nullable(v.string()),
    v.description("How many failed runs are told without their message, and why; null where there are none"),
  ),
  week_before: v.pipe(
    v.nullable(v.strictObject({ total: v.number(), successful: v.number() })),
    v.description(
      "Its finished runs of the same window one week before; null where they were not read, or the table begins later",
    ),
  ),
  around: v.pipe(
    v.array(
      v.strictObject({ source: v.string(), rule_name: v.string(), condition: v.picklist(CONDITIONS), since: instant }),
    ),
    v.description(
      "Other rules whose conditions began within an hour of this one's, in this CRM and in others; of many those that began nearest to it",
    ),
  ),
  around_omitted: v.pipe(v.number(), v.description("How many more there are")),
  same_error: v.pipe(
    v.nullable(v.strictObject({ message: v.string(), runs: v.number(), rules: v.array(v.string()) })),
    v.description(
      "Runs of this CRM that failed in the window with the rule's newest error, and all rules that did; null where no other rule did",
    ),
  ),
  advice: v.pipe(v.array(v.string()), v.description("What to do")),
  setting: v.pipe(
    v.nullable(
      v.strictObject({
        table: v.pipe(v.array(v.string()), v.description("Of the configuration")),
        line: v.string(),
        why: v.string(),
      }),
    ),
    v.description(
      "What of the configuration would change the judgement: it was tried on the rows; null where there is no such line",
    ),
  ),
  setting_note: v.pipe(
    v.nullable(v.string()),
    v.description("Why no line is told for a rule that is flagged; null where there is one, or no need"),
  ),
});

/** What `explain --format json` prints: one for the rule, or one for each rule of the CRM. */
export const ExplanationsSchema = v.array(ExplanationSchema);

export type Explanation = v.InferOutput<typeof ExplanationSchema>;
