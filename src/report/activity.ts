/** What one query said about one CRM: the input of every report. Times are epoch milliseconds, durations seconds. */
import type { ErrorRow } from "./errors/group.ts";
import type { Recurrence } from "../time/recurrence.ts";
import type { Inexpressible } from "../time/cron.ts";
import type { DurationFigures, RecordSums } from "./schema.ts";
import type { ActionStatus, AutomationLevel, Contradiction, PresetName } from "./words.ts";
import type { Window } from "../time/window.ts";

export type StatusCounts = Record<ActionStatus, number>;

/** The start of one run, and the row that recorded it. */
export type Run = { startedMs: number; id: string | null };

export type RuleActivity = {
  rule: string;
  current: StatusCounts;
  previous: StatusCounts;
  records: RecordSums;
  /** Of the current window. */
  duration: DurationFigures | null;
  /** Start of the newest success known: in either window, else in the look-back. */
  lastSuccessMs: number | null;
  /** Message of the newest failed or partial action of the current window. */
  newestError: string | null;
  /** Every start in the current window, ascending, rehearsals and wrappers apart; null where they are too many to list. */
  startsMs: number[] | null;
  /** Its newest start in the window before, and the newest one known; rehearsals and wrappers apart. */
  previousStartMs: number | null;
  newestStartMs: number | null;
  /** The current window's runs that have no end. */
  running: Run[];
  /** Of the window before: runs that have not ended to this day. */
  runningBefore: Run[];
  /** Records processed by a finished action before the current window, on average; null where nothing is known. */
  usualRecords: number | null;
  /**
   * In the 30 days before both windows, newest starts first; null where nothing of the rule was found, or nobody looked.
   * weekStartsMs: of those there were seven days before the window's end the newest 10, and then of those there were an hour
   * before that the newest 2.
   */
  lookback: { startsMs: number[]; stuck: number; weekStartsMs: number[] } | null;
};

export type HourActivity = { hourMs: number; total: number; successful: number };

type RecentAction = {
  rule: string;
  status: ActionStatus;
  startedMs: number;
  durationSeconds: number | null;
  error: string | null;
};

/** One schedule of a rule, as its row says it. */
export type DeclaredSchedule = {
  text: string;
  recurrence: Recurrence | Inexpressible;
  startAtMs: number | null;
  endAtMs: number | null;
};

export type DeclaredRule = {
  name: string;
  enabled: boolean;
  automationLevel: AutomationLevel | null;
  strategy: string | null;
  priority: string | null;
  /** The enabled ones. */
  schedules: DeclaredSchedule[];
  /** An enabled schedule whose name matches no sync type seen in the two windows or the look-back. */
  unmatched: boolean;
};

/** Failed actions of one rule with one message; minutes are the newest at most 100 epoch minutes in which they started. */
export type FailureRow = ErrorRow & { minutes: number[] };

/** What the tables hold for one CRM in the window and the window of the same length before it. */
export type ReadActivity = {
  kind: "read";
  preset: PresetName;
  rules: RuleActivity[];
  records: RecordSums;
  duration: DurationFigures | null;
  previousDuration: { n: number; p95: number } | null;
  /** The same window one week before; null where it was not asked for. */
  baseline: { total: number; successful: number } | null;
  /** Only hours with at least one finished action. */
  hours: HourActivity[];
  /** Status words that no vocabulary knows, in the current window. */
  unknownStatuses: { word: string; n: number }[];
  failures: FailureRow[];
  contradictions: { kind: Contradiction; rule: string | null; n: number; ids: string[] }[];
  /** Finished wrappers of the current window with the finished runs inside their time. */
  wrappers: { rule: string; id: string | null; status: ActionStatus; total: number; successful: number }[];
  /** How far back rules were looked for that did not run in either window. */
  lookback: "each-rule" | "newest-rows" | "none";
  recent: RecentAction[];
  /** Empty: the warehouse declares no rules for this CRM. */
  declaredRules: DeclaredRule[];
};

/** The warehouse answers, but no table of the preset is there. */
export type MissingTables = { kind: "missing"; preset: PresetName | null; lookedFor: string[]; where: string };

export type Activity = { source: string; window: Window; querySeconds: number } & (ReadActivity | MissingTables);
