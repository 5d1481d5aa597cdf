/** `[crm.x]`, and `[defaults]` behind it: where the runs of a CRM are recorded, and how they are judged. */
import * as v from "valibot";
import { PRESET_NAMES } from "../../report/words.ts";
import { DAY_MS, HOUR_MS, SECOND_MS } from "../../time/units.ts";
import { AGE_LIMITS, choice, describe, duration, names, text, timezone } from "./fields.ts";
import { thresholdsSchema } from "./thresholds.ts";

export const TIMEOUT_LIMITS = { minMs: 100, maxMs: HOUR_MS, says: "100ms to 1h" };
const LOCK_LIMITS = { minMs: 1, maxMs: HOUR_MS, says: "1ms to 1h" };
const LATE_LIMITS = { minMs: SECOND_MS, maxMs: DAY_MS, says: "1s to 24h" };

const STATUSES = ["success", "partial", "failed", "running", "pending", "skipped"] as const;
/** What a word of the warehouse may mean. */
export type ConfiguredStatus = (typeof STATUSES)[number];

const age = v.optional(v.nullable(duration(AGE_LIMITS)), null);
const name = v.optional(v.nullable(text), null);

const ruleSchema = v.strictObject({
  expect: describe(
    'When the rule should run: cron, @daily and its like, or "every 30 minutes". By default as the warehouse\'s schedules say.',
    name,
  ),
  warn_after: describe("Age of its last success for a warning. By default as for the CRM.", age),
  error_after: describe("Age of its last success that is critical. By default as for the CRM.", age),
  stale_after: describe("A run still going after this is stale. By default as for the CRM.", age),
});

const settings = {
  url: describe(
    "postgresql://user:password@host:5432/database or sqlite:PATH. This or url_file is needed.",
    v.optional(text),
  ),
  url_file: describe(
    "A file that holds only the connection URL, instead of url. " +
      "A relative one is looked for in $CREDENTIALS_DIRECTORY, then beside the configuration.",
    v.optional(text),
  ),
  preset: describe(
    '"sync-history" or "automation"; "auto" takes the one whose table is there.',
    v.optional(choice(["auto", ...PRESET_NAMES]), "auto"),
  ),
  timeout: describe(
    "Limit for the CRM's whole reading, connection included.",
    v.optional(duration(TIMEOUT_LIMITS), "30s"),
  ),
  statement_timeout: describe(
    "Limit for the query alone; by default as timeout. The server keeps it too.",
    v.optional(duration(TIMEOUT_LIMITS)),
  ),
  lock_timeout: describe("A locked table is given up after this.", v.optional(duration(LOCK_LIMITS), "1s")),
  schema: describe("The schema of the warehouse's tables. By default the preset's.", name),
  table: describe("The table of the runs. It needs preset. By default the preset's.", name),
  rules_table: describe("The table of the rules or schedules. It needs preset. By default the preset's.", name),
  exclude_rules: describe("Rules that reports leave out.", v.optional(names, [])),
  retired_rules: describe(
    "Rules that are over: nothing is told of them. One that runs in time is judged like all others.",
    v.optional(names, []),
  ),
  wrapper_rules: describe(
    "Rules whose parts have rows of their own; by default the preset's. They are counted beside the total.",
    v.optional(v.nullable(names), null),
  ),
  statuses: describe(
    `Words of your own for ${STATUSES.join(", ")}. Case, blanks, hyphens and underscores do not matter.`,
    v.optional(v.record(v.string(), choice(STATUSES)), {}),
  ),
  rule_names: describe(
    "From a schedule's or a declared rule's name to that of its runs, where the two differ.",
    v.optional(v.record(v.string(), text), {}),
  ),
  timezone: describe(
    "The time zone of times that the warehouse keeps without one, an IANA name. By default they are read as UTC.",
    v.optional(v.nullable(timezone), null),
  ),
  schedule_timezone: describe(
    "The time zone of the warehouse's crontabs and cron patterns, an IANA name. By default UTC. " +
      "A rule's habits are judged in it, by default in timezone.",
    v.optional(v.nullable(timezone), null),
  ),
  late_after: describe("A run that starts this much after its time is late.", v.optional(duration(LATE_LIMITS), "10m")),
  warn_after: describe(
    "Age of a rule's last success for a warning; by default by its schedule. " +
      "Without a schedule its usual interval decides.",
    age,
  ),
  error_after: describe(
    "Age of a rule's last success that is critical; by default by its schedule. " +
      "Without a schedule its usual interval decides.",
    age,
  ),
  stale_after: describe(
    "A run still going after this is stale. By default that is three times its rule's longest usual duration. " +
      "It is at least 10 minutes, 30 where its weeks are known, and 2 hours where too few durations are.",
    age,
  ),
  thresholds: describe("Limits at which a fact becomes a finding.", v.optional(thresholdsSchema, {})),
};

export const defaultsSchema = v.strictObject(settings);

/** One CRM after `[defaults]` are merged into it. */
export const CrmSchema = v.strictObject({
  ...settings,
  crm_source: describe("The CRM's value in the warehouse. By default the CRM's name.", v.optional(text)),
  rules: describe(
    "Settings of single rules: one table for each, by the rule's name.",
    v.optional(v.record(v.string(), ruleSchema), {}),
  ),
});
