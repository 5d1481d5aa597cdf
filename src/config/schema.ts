/** The configuration, with every default in it. Durations are milliseconds once parsed. */
import * as v from "valibot";
import { isTimeZone } from "../time/occurrences.ts";
import { PRESET_NAMES } from "../report/words.ts";
import { parseDuration } from "../time/duration.ts";
import type { Target } from "../database/target.ts";
import { DAY_MS, HOUR_MS, SECOND_MS } from "../time/units.ts";

export const CRM_NAME = /^[a-z][a-z0-9_-]{0,62}$/;
export const RESERVED_NAME = "all";
export const DEFAULT_OUTPUT_DIRECTORY = "logs/automation_reports";

export const MAX_CONCURRENCY = 64;

const text = v.pipe(v.string("must be text"), v.nonEmpty("must not be empty"));
const names = v.array(text, "must be a list of names");
const ratio = v.pipe(
  v.number("must be a number"),
  v.minValue(0, "must be at least 0"),
  v.maxValue(1, "must be at most 1"),
);
const positive = v.pipe(v.number("must be a number"), v.gtValue(0, "must be above 0"));
const positiveWhole = v.pipe(positive, v.integer("must be a whole number"));
const choice = <const T extends readonly string[]>(options: T) =>
  v.picklist(options, `must be one of ${options.join(", ")}`);

/** Text with a unit, or a number of seconds; milliseconds when parsed. */
const duration = (limits: { minMs: number; maxMs: number; says: string }) =>
  v.pipe(
    v.union([v.string(), v.number()], `must be a duration such as "30s" (${limits.says})`),
    v.transform((value) => parseDuration(String(value), SECOND_MS) ?? Number.NaN),
    v.check(
      (ms) => ms >= limits.minMs && ms <= limits.maxMs,
      `must be a duration such as "30s" (${limits.says}); a bare number is seconds`,
    ),
    v.transform(Math.round),
  );
export const TIMEOUT_LIMITS = { minMs: 100, maxMs: HOUR_MS, says: "100ms to 1h" };
const AGE_LIMITS = { minMs: 60 * SECOND_MS, maxMs: 366 * 24 * HOUR_MS, says: "1m to 366d" };
export const RETENTION_LIMITS = { minMs: DAY_MS, maxMs: 3660 * DAY_MS, says: "1d to 3660d" };
const age = v.optional(v.nullable(duration(AGE_LIMITS)), null);

const thresholdsSchema = v.strictObject({
  min_actions: v.optional(positiveWhole, 3),
  success_rate: v.optional(ratio, 0.95),
  overall_success_rate_high: v.optional(ratio, 0.7),
  rule_success_rate: v.optional(ratio, 0.95),
  rule_success_rate_medium: v.optional(ratio, 0.8),
  rule_success_rate_high: v.optional(ratio, 0.5),
  utilization: v.optional(ratio, 0.5),
  manual_share: v.optional(ratio, 0.3),
  trend_min_actions: v.optional(positiveWhole, 10),
  trend_min_hours: v.optional(positiveWhole, 2),
  trend_change: v.optional(ratio, 0.05),
  failed_actions: v.optional(positive, 10),
  duration_growth: v.optional(positive, 0.5),
  duration_min_actions: v.optional(positiveWhole, 10),
});

const timezone = v.pipe(text, v.check(isTimeZone, "must be a time zone such as Europe/Berlin (an IANA name)"));

const ruleSchema = v.strictObject(
  {
    expect: v.optional(v.nullable(text), null),
    warn_after: age,
    error_after: age,
    stale_after: age,
  },
  "must be a table",
);

const settings = {
  url: v.optional(text),
  url_file: v.optional(text),
  preset: v.optional(choice(["auto", ...PRESET_NAMES]), "auto"),
  timeout: v.optional(duration(TIMEOUT_LIMITS), "30s"),
  statement_timeout: v.optional(duration(TIMEOUT_LIMITS)),
  lock_timeout: v.optional(duration({ minMs: 1, maxMs: HOUR_MS, says: "1ms to 1h" }), "1s"),
  schema: v.optional(v.nullable(text), null),
  table: v.optional(v.nullable(text), null),
  rules_table: v.optional(v.nullable(text), null),
  exclude_rules: v.optional(names, []),
  wrapper_rules: v.optional(v.nullable(names), null),
  statuses: v.optional(
    v.record(v.string(), choice(["success", "partial", "failed", "running", "skipped"]), "must be a table of words"),
    {},
  ),
  rule_names: v.optional(v.record(v.string(), text, "must be a table of names"), {}),
  schedule_timezone: v.optional(timezone, "UTC"),
  late_after: v.optional(duration({ minMs: SECOND_MS, maxMs: 24 * HOUR_MS, says: "1s to 24h" }), "10m"),
  warn_after: age,
  error_after: age,
  stale_after: age,
  thresholds: v.optional(thresholdsSchema, {}),
};

const defaultsSchema = v.strictObject(settings, "must be a table");
/** One CRM after `[defaults]` are merged into it. */
export const CrmSchema = v.strictObject(
  {
    ...settings,
    crm_source: v.optional(text),
    rules: v.optional(v.record(v.string(), ruleSchema, "must hold one table for each rule"), {}),
  },
  "must be a table",
);

const scheduleSchema = v.strictObject(
  {
    name: v.pipe(text, v.regex(CRM_NAME, "must be a small letter, then up to 62 small letters, digits, _ or -")),
    cron: v.union(
      [text, v.pipe(v.array(text), v.nonEmpty("must name at least one pattern"))],
      'must be a cron pattern such as "0 21 * * *", or a list of them',
    ),
    timezone: v.optional(timezone, "UTC"),
    crms: v.optional(v.nullable(v.pipe(names, v.nonEmpty("must name at least one CRM"))), null),
    time_window: v.optional(duration({ minMs: 60 * SECOND_MS, maxMs: 366 * 24 * HOUR_MS, says: "1m to 366d" }), "24h"),
    detailed: v.optional(v.boolean("must be true or false"), true),
    export: v.optional(v.boolean("must be true or false"), true),
    catch_up: v.optional(choice(["latest", "none"]), "latest"),
    overlap: v.optional(choice(["skip"]), "skip"),
    deadline: v.optional(duration({ minMs: 10 * SECOND_MS, maxMs: 24 * HOUR_MS, says: "10s to 24h" }), "30m"),
    retries: v.optional(
      v.pipe(
        v.number("must be a number"),
        v.integer("must be a whole number"),
        v.minValue(0, "must be at least 0"),
        v.maxValue(10, "must be at most 10"),
      ),
      2,
    ),
    ping_url: v.optional(text),
    ping_url_file: v.optional(text),
  },
  "must be a table",
);

/** What the older system promised. */
export const DEFAULT_SCHEDULE = { name: "twice-a-day", cron: ["0 4 * * *", "0 21 * * *"] };

export const ConfigSchema = v.strictObject(
  {
    concurrency: v.optional(
      v.pipe(positiveWhole, v.maxValue(MAX_CONCURRENCY, `must be at most ${MAX_CONCURRENCY}`)),
      4,
    ),
    export: v.optional(
      v.strictObject({
        enabled: v.optional(v.boolean("must be true or false"), false),
        dir: v.optional(text),
        keep: v.optional(v.nullable(positiveWhole), null),
      }),
      {},
    ),
    store: v.optional(
      v.strictObject(
        {
          path: v.optional(text),
          url: v.optional(text),
          url_file: v.optional(text),
          retention: v.optional(duration(RETENTION_LIMITS), "90d"),
        },
        "must be a table",
      ),
      {},
    ),
    schedule: v.optional(v.array(scheduleSchema, "must be a list of tables: [[schedule]]"), [DEFAULT_SCHEDULE]),
    defaults: v.optional(defaultsSchema, {}),
    crm: v.record(v.string(), CrmSchema, "must hold one table for each CRM, such as [crm.hubspot]"),
  },
  "must be a table",
);

export type CrmConfig = Omit<
  v.InferOutput<typeof CrmSchema>,
  "url" | "url_file" | "crm_source" | "statement_timeout"
> & {
  name: string;
  crm_source: string;
  /** Null: the timeout. */
  statement_timeout: number | null;
  target: Target;
};

/** When reports are made by themselves. */
export type ScheduleConfig = {
  name: string;
  /** At least one five-field pattern. */
  cron: string[];
  timezone: string;
  /** Null: all. */
  crms: string[] | null;
  timeWindowMs: number;
  detailed: boolean;
  export: boolean;
  catchUp: "latest" | "none";
  /** For one slot, retries included. */
  deadlineMs: number;
  retries: number;
  /** A secret: whoever knows it can claim that all is well. */
  pingUrl: string | null;
};

export type Config = {
  /** The file it was read from. */
  path: string;
  concurrency: number;
  export: { enabled: boolean; dir: string | null; keep: number | null };
  /** Where reports, passes and slots are kept between passes. */
  store: {
    target: Target;
    retentionMs: number;
    /** By `[store]` or `$STATE_DIRECTORY`; else only commands about the store itself use it. */
    configured: boolean;
  };
  /** In the file's order. */
  crms: CrmConfig[];
  schedules: ScheduleConfig[];
  /** Values that must not be shown anywhere. */
  secrets: string[];
  /** What is odd about it, but stops nothing. */
  warnings: string[];
};
