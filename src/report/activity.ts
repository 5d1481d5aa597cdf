/** What one query said about one CRM: the input of every report. Times are epoch milliseconds, durations seconds. */
import type { ActionStatus, AutomationLevel, DurationFigures, PresetName, RecordSums } from "./schema.ts";

/** Half-open `[startMs, endMs)`, UTC epoch milliseconds. */
export type Window = { startMs: number; endMs: number };

export type StatusCounts = Record<ActionStatus, number>;

export type RuleActivity = {
  rule: string;
  current: StatusCounts;
  previous: StatusCounts;
  records: RecordSums;
  /** Of the current window. */
  duration: DurationFigures | null;
  /** Start of the newest success in either window. */
  lastSuccessMs: number | null;
  /** Message of the newest failed or partial action of the current window. */
  newestError: string | null;
};

export type HourActivity = { hourMs: number; total: number; successful: number };

type RecentAction = {
  rule: string;
  status: ActionStatus;
  startedMs: number;
  durationSeconds: number | null;
  error: string | null;
};

export type DeclaredRule = {
  name: string;
  enabled: boolean;
  automationLevel: AutomationLevel | null;
  strategy: string | null;
  priority: string | null;
  schedule: string | null;
  /** An enabled schedule whose name matches no sync type seen in the two windows. */
  unmatched: boolean;
};

/** What the tables hold for one CRM in the window and the window of the same length before it. */
export type ReadActivity = {
  kind: "read";
  preset: PresetName;
  rules: RuleActivity[];
  records: RecordSums;
  duration: DurationFigures | null;
  previousDuration: { n: number; p95: number } | null;
  /** Only hours with at least one finished action. */
  hours: HourActivity[];
  /** Status words that no vocabulary knows, in the current window. */
  unknownStatuses: { word: string; n: number }[];
  recent: RecentAction[];
  /** Empty: the warehouse declares no rules for this CRM. */
  declaredRules: DeclaredRule[];
};

/** The warehouse answers, but no table of the preset is there. */
export type MissingTables = { kind: "missing"; preset: PresetName | null; lookedFor: string[]; where: string };

export type Activity = { source: string; window: Window; querySeconds: number } & (ReadActivity | MissingTables);
