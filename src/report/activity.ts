/** What one query said about one CRM: the input of every report. Times are epoch milliseconds, durations seconds. */
import type { ErrorRow } from "./errors/group.ts";
import type { Recurrence } from "../time/recurrence.ts";
import type { Inexpressible } from "../time/cron.ts";
import type { Past } from "./memory/cells.ts";
import type { RunRow } from "./rules/run-row.ts";
import type { DurationFigures, RecordSums } from "./document/schema.ts";
import type { ActionStatus, AutomationLevel, Contradiction, PresetName } from "./words.ts";
import type { Window } from "../time/window.ts";

export type StatusCounts = Record<ActionStatus, number>;

/** The start of one run, and the row that recorded it. */
export type Run = { startedMs: number; id: string | null };

/** Successes without records since the newest one that had some. */
export type EmptyStreak = {
  n: number;
  /** End of the first; null: of as many runs as are known none had records. */
  sinceMs: number;
  /** Mean of the records of the successes before it that had some; null where none is known. */
  usual: number | null;
  /** There may have been more: earlier runs are known by some of them only. */
  atLeast?: true;
  /** Mean of the records that those of the windows created or updated, although none is counted as processed. */
  written: number;
  /** UTC clock hours (epoch hours) in which a success with records ended, ascending. */
  fullHours: number[];
};

/** Failed and partial runs since the newest success. */
export type FailStreak = {
  n: number;
  /** End of the first that is known. */
  sinceMs: number;
  /** False: of as many runs as are known none succeeded, so it may have begun earlier. */
  whole: boolean;
};

/** Rows of a rule whose start is in no form that is read, or missing in a run that has ended, of the newest rows of the table. */
export type UnreadableStarts = {
  rule: string;
  n: number;
  /** How many of them are newer than each of the rule's rows that can be read. */
  newer: number;
  ids: string[];
  /** Of the newest one, with each digit as 0 and each letter as a; empty: it has none. */
  form: string;
};

/** Of each rule so many of the newest runs of both windows are listed, and of those before them. */
export const NEWEST_RUNS = 20;

export type RuleActivity = {
  rule: string;
  current: StatusCounts;
  previous: StatusCounts;
  records: RecordSums;
  /** Of the current window. */
  duration: DurationFigures | null;
  /** End of the newest success known: in either window, else in the look-back. */
  lastSuccessMs: number | null;
  /** The newest runs known, newest first by their ends, at least `NEWEST_RUNS` where so many are known; without dry runs and wrappers. */
  runs: RunRow[];
  /** Null: its newest success had records, or none is known. */
  emptyStreak: EmptyStreak | null;
  /** Null: nothing failed since its newest success in both windows. */
  failStreak: FailStreak | null;
  /** Message of the newest failed or partial action of the current window. */
  newestError: string | null;
  /** Ids of at most three failed or partial actions of the current window, newest first. */
  failedIds: string[];
  /** Every start in the current window and the last minutes before it (`EARLY_MS`), ascending; null: too many to list. */
  startsMs: number[] | null;
  /** Its newest start in the window before, and the newest one known; dry runs and wrappers apart. */
  previousStartMs: number | null;
  newestStartMs: number | null;
  /** The current window's runs that have no end. */
  running: Run[];
  /** Of the window before: runs that have not ended to this day. */
  runningBefore: Run[];
  /** Records processed by a finished action before the current window, on average; null where nothing is known. */
  usualRecords: number | null;
  /**
   * Before both windows, newest starts first. Null: nothing of the rule was found, or it was not looked for.
   * weekStartsMs holds the newest 10 starts up to seven days before the window's end, then the newest 2 up to an hour earlier.
   */
  lookback: { startsMs: number[]; stuck: number; weekStartsMs: number[] } | null;
  unreadable: UnreadableStarts | null;
  /** Status words of its runs that are in no vocabulary, of both windows: the current one's first, each one's most frequent first. */
  unknownWords: string[];
  /** Its finished runs of the same window one week before; null where they were not asked for. */
  weekBefore: { total: number; successful: number } | null;
  /** How long a run may go on without a row, as `allowForUnseen` finds it; none: a run has a row from its start on. */
  unseenMs?: number;
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
  /** When the row was made: before that there was no such schedule. */
  createdMs: number | null;
  /** When the row was made or changed last: before that the schedule may have been another. */
  changedMs: number | null;
};

export type DeclaredRule = {
  name: string;
  enabled: boolean;
  automationLevel: AutomationLevel | null;
  strategy: string | null;
  priority: string | null;
  /** The enabled ones. */
  schedules: DeclaredSchedule[];
  /**
   * When its row was changed last, which is when it was disabled at the latest; null: it is enabled, or that is not known. Of
   * an enabled rule: it was disabled after the window's end.
   */
  disabledMs: number | null;
  /** From when on it is awaited again, if an earlier report found it disabled: see `settleResumed`. */
  resumedMs?: number;
  /** A schedule whose name matches no sync type seen in the two windows or the look-back; the memory may know one. */
  unmatched: boolean;
  /** Its schedules were changed after the window's end, and are left out: its runs do not show what they were then. */
  isRewritten: boolean;
};

/** Failed actions of one rule with one message; minutes are the newest at most 100 epoch minutes in which they ended. */
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
  /**
   * Both windows hour by hour. The hours at their ends that are not whole are in its cells, but not covered. Null: the windows
   * are too long, or hold too many runs.
   */
  hourly: Past | null;
  /** The last 56 days up to the window's end, of a warehouse that is small enough to be read at once; else null. */
  past: Past | null;
  /** Why a past that a report would read was not read; null: it was, or it is no report's to read. */
  pastProblem: string | null;
  /** Status words that no vocabulary knows, in the current window. */
  unknownStatuses: { word: string; n: number }[];
  failures: FailureRow[];
  contradictions: { kind: Contradiction; rule: string | null; n: number; ids: string[] }[];
  /** Finished wrappers of the current window with the finished runs inside their time. */
  wrappers: { rule: string; id: string | null; status: ActionStatus; total: number; successful: number }[];
  /** Finished ones of both windows, newest first; at most 50 of each wrapper. */
  wrapperRuns: { rule: string; runs: RunRow[] }[];
  /** How far back rules were looked for that did not run in either window. */
  lookback: "each-rule" | "newest-rows" | "none";
  /** Every rule that has a row since then is known; 0: every rule that ever ran. */
  knownSinceMs: number;
  /** Rules found beyond the look-back in a part of their rows: their newest run may be later than the one that is known. */
  sampledRules: string[];
  /** Start of the oldest row of all; null: not known. What ran before may have been deleted. */
  tableSinceMs: number | null;
  /** Runs that began before this are in no window's figures. */
  scannedFromMs: number;
  /** Where nothing is there under the CRM's name: values of crm_source that differ from it in case or blanks only, and an empty one where rows have none. */
  nearSources: string[];
  /** Zone of the server, where times without one are read as UTC and nothing says that they are; null: no doubt. */
  assumedZone: string | null;
  recent: RecentAction[];
  /** Empty: the warehouse declares no rules for this CRM, or `rulesProblem` says why they are not known. */
  declaredRules: DeclaredRule[];
  /** Why the table of rules or schedules was not read, although it is there, and what to do. */
  rulesProblem?: RulesProblem;
};

export type RulesProblem = { fact: string; advice: string };

/** The warehouse answers, but no table of the preset is there. */
export type MissingTables = {
  kind: "missing";
  preset: PresetName | null;
  lookedFor: string[];
  /** Tables of those names in schemas that are not read. */
  elsewhere: string[];
  /** What is wrong with the name that was looked for. */
  advice?: string;
  where: string;
};

export type Activity = { source: string; window: Window; querySeconds: number } & (ReadActivity | MissingTables);
