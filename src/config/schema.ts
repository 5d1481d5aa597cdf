/** The configuration: its sections together, with every default in them, and what the program works with. */
import * as v from "valibot";
import type { Target } from "../database/target.ts";
import type { RuleSettings } from "../report/settings.ts";
import type { Thresholds } from "../report/thresholds.ts";
import type { PresetName, Severity } from "../report/words.ts";
import type { Secret } from "../text/redact.ts";
import { calendarSchema } from "./sections/calendar.ts";
import { CrmSchema, defaultsSchema, type ConfiguredStatus } from "./sections/crm.ts";
import { displaySchema } from "./sections/display.ts";
import { exportSchema } from "./sections/export.ts";
import { describe, wholeBetween } from "./sections/fields.ts";
import { DEFAULT_SCHEDULE, scheduleSchema } from "./sections/schedule.ts";
import { serveSchema } from "./sections/serve.ts";
import { storeSchema } from "./sections/store.ts";

export const MAX_CONCURRENCY = 64;

export const ConfigSchema = v.strictObject({
  concurrency: describe("How many CRMs are read at once.", v.optional(wholeBetween(1, MAX_CONCURRENCY), 4)),
  export: describe("Reports as files.", v.optional(exportSchema, {})),
  display: describe("How reports are shown in a terminal.", v.optional(displaySchema, {})),
  calendar: describe("Days that are not like others.", v.optional(calendarSchema, {})),
  store: describe(
    "Keeps every report. Without this table only what schedules need is kept.",
    v.optional(storeSchema, {}),
  ),
  serve: describe("The dashboard, the API and the metrics, by the command serve.", v.optional(serveSchema, {})),
  schedule: describe(
    "When reports are made by themselves. Without any there is one, twice-a-day, at 04:00 and 21:00 UTC.",
    v.optional(v.array(scheduleSchema, "must be a list of tables: [[schedule]]"), [DEFAULT_SCHEDULE]),
  ),
  defaults: describe("For every CRM that does not say otherwise.", v.optional(defaultsSchema, {})),
  crm: describe(
    "One table for each CRM, by its name. " +
      "A name is a small letter, then up to 62 small letters, digits, _ or -; all is reserved.",
    v.record(v.string(), CrmSchema),
  ),
});

export type CrmConfig = {
  name: string;
  /** Its value in the warehouse. */
  crmSource: string;
  target: Target;
  preset: "auto" | PresetName;
  /** Of the warehouse's tables; null: the preset's. */
  schema: string | null;
  table: string | null;
  rulesTable: string | null;
  /** For the whole reading, connection included. */
  timeoutMs: number;
  /** Null: the timeout. */
  statementTimeoutMs: number | null;
  lockTimeoutMs: number;
  excludeRules: string[];
  /** Null: the preset's. */
  wrapperRules: string[] | null;
  /** By the warehouse's word, in small letters. */
  statuses: Record<string, ConfiguredStatus>;
  /** From the name of a schedule or a declared rule to the name of its runs. */
  ruleNames: Record<string, string>;
  /** Of times without a zone; null: UTC. */
  timezone: string | null;
  /** Null: UTC, and `timezone` for habits. */
  scheduleTimezone: string | null;
  lateAfterMs: number;
  /** Null: derived from each rule's schedule or usual interval. */
  warnAfterMs: number | null;
  errorAfterMs: number | null;
  /** Null: derived from the durations of each rule. */
  staleAfterMs: number | null;
  /** Days that count like Sundays, such as 2026-12-25, ascending. */
  holidays: string[];
  /** Rules that are over. */
  retiredRules: string[];
  rules: Record<string, RuleSettings>;
  thresholds: Thresholds;
  /** The thresholds that the configuration sets to another value than the default. */
  ownThresholds: (keyof Thresholds)[];
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
  /** From which severity on a finding fails the slot; null: none does. */
  failOn: Exclude<Severity, "info"> | null;
  /** A secret: it lets its holder claim that all is well. */
  pingUrl: string | null;
};

/** Where it is listened: an address and a port, or the path of a Unix socket. */
export type Listen = { kind: "tcp"; hostname: string; port: number } | { kind: "unix"; path: string };

/** `read`: look at everything. `run`: ask for fresh reports. */
export const SCOPES = ["read", "run"] as const;
export type Scope = (typeof SCOPES)[number];

/** Who may ask, shown by a secret. */
export type NamedToken = { name: string; scopes: Scope[]; token: string };

/** How the command `serve` answers HTTP. */
export type ServeConfig = {
  listen: Listen;
  /** Such as `/reports`; empty: none. */
  basePath: string;
  /** In small letters, besides localhost and IP addresses. */
  hosts: string[];
  behindProxy: boolean;
  /** Null: there is no `token_file`, and whoever reaches it may look and ask for reports. Empty too where they were not read. */
  tokens: NamedToken[] | null;
  minIntervalMs: number;
  /** Of how many rules there are series in the metrics. */
  ruleSeries: number;
};

export type Config = {
  /** The file it was read from. */
  path: string;
  concurrency: number;
  export: { enabled: boolean; dir: string | null; keep: number | null };
  /** IANA name of the zone whose times are shown beside UTC; null: none. */
  displayTimezone: string | null;
  /** Where reports, passes and slots are kept between passes. */
  store: {
    target: Target;
    retentionMs: number;
    /** Of the hours of the memory. */
    memoryMs: number;
    /** Of this machine, by name or number, that may read an SQLite store; null: none. */
    group: string | null;
    /** By `[store]` or `$STATE_DIRECTORY`; else only commands about the store itself use it. */
    configured: boolean;
  };
  serve: ServeConfig;
  /** In the file's order. */
  crms: CrmConfig[];
  schedules: ScheduleConfig[];
  /** Values that must not be shown anywhere. */
  secrets: Secret[];
  /** What is odd about it, but stops nothing. */
  warnings: string[];
};
