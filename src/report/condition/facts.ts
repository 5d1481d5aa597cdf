/** What a rule is judged by, and what a judgement says. Times are epoch milliseconds. */
import type { Window } from "../../time/window.ts";
import type { Attempts } from "../rules/attempts.ts";
import type { EmptyStreak, FailStreak, StatusCounts } from "../activity.ts";
import type { RunRow } from "../rules/run-row.ts";
import type { Outcome } from "../counts.ts";
import type { Due, DueCount } from "../expectation/due.ts";
import type { Compared } from "../expectation/interval.ts";
import type { FailingTime } from "../expectation/failing-time.ts";
import type { SilentSchedule } from "../expectation/own-schedule.ts";
import type { Freshness } from "../expectation/limits.ts";
import type { Finding } from "../document/schema.ts";
import type { RuleHistory } from "../memory/history.ts";
import type { Series } from "./dated-names.ts";
import type { Fruitless } from "./fruitless.ts";
import type { LateStreak } from "./late.ts";
import type { MissedOften } from "./missed-often.ts";
import type { Rested } from "./rested.ts";
import type { StoppedSchedule } from "./stopped-schedule.ts";
import type { Silence } from "../memory/silence.ts";
import type { Renaming } from "../rules/renamed.ts";
import type { Thresholds } from "../thresholds.ts";
import type { Condition, Degradation, Severity } from "../words.ts";

export type RuleFacts = {
  rule: string;
  window: Window;
  /** Null: nothing declares it. */
  enabled: boolean | null;
  /** A schedule whose name fits no rule that is known to have run. */
  unmatched: boolean;
  /** Rules that run and that no schedule names: one of them may be this one under another name. */
  unscheduled: string[];
  /** Those of them that run as often as its schedules ask for. */
  lookalikes: string[];
  counts: StatusCounts;
  outcome: Outcome;
  /** Runs that ended, newest first, started again or not. */
  finished: RunRow[];
  attempts: Attempts[];
  /** The newest of them, as far back as each that there was is known. */
  unbroken: Attempts[];
  /** Runs that have not ended by the window's end, oldest first. */
  open: RunRow[];
  lastSuccessMs: number | null;
  /** End of its first failure in the window; null: none is known. */
  firstFailedMs: number | null;
  lastStartMs: number | null;
  /** As they are written; empty: none. */
  schedules: string[];
  /** Why some of them are not understood; empty: all are. */
  notUnderstood: string[];
  /** IANA name of the zone that they are meant in. */
  timezone: string;
  /** When the last of its schedules stopped to start runs, where none is in force any more; null: one is, or it runs all the same. */
  endedMs: number | null;
  /** When its schedule was made or changed, where runs are awaited since then only; null: since its last start. */
  renewedMs: number | null;
  /** When it was last seen disabled, or enabled again soon after; null: nobody saw that. */
  resumedMs: number | null;
  /** When its schedule was made, in the midst of an outage by its past; null: it was not. */
  madeMs: number | null;
  /** As the function of this name: its silence is an outage, or that of a schedule that was disabled until a moment ago. */
  isPerhapsResumed: boolean;
  /** When its schedule was made or changed, where runs are awaited since its last start all the same; null: it was not since then. */
  changedMs: number | null;
  /** When it was disabled at the latest, of an enabled one after the window; null: it is not, or that is not known. */
  disabledMs: number | null;
  /** What its schedules were is not known: they were changed after the window's end. */
  isRewritten: boolean;
  /** Its newest runs came to nothing: all were skipped, wait, or do not end; null: they did not. */
  fruitless: Fruitless | null;
  /** The run that the schedules wait for; null: none, or it is not known since when. */
  due: Due | null;
  /** Whether it is the first one ever due, where no run is known; else it is the first of what was looked back on. */
  isFirstDue: boolean;
  /** Runs that were due before the window's end since the last start. */
  missedSince: DueCount;
  /** How long a run may go on without a row. */
  unseenMs: number;
  compared: Compared | null;
  /** Of a rule that no schedule asks for: its longest silence that ended in the window; null: none that is known. */
  rested: Rested | null;
  /** One of several schedules of its that starts nothing, although the rule goes on; null: none, or it cannot be told. */
  silentSchedule: SilentSchedule | null;
  /** One of several schedules, to start most of its runs, that starts nothing any more; null: none. */
  stoppedSchedule: StoppedSchedule | null;
  /** A schedule of its own, or an hour of the day, whose newest runs all failed while the others go on; null: none that is known. */
  failingTime: FailingTime | null;
  /** Its newest runs, as many as started late one after the other; null: the newest did not, or that cannot be told. */
  lateStreak: LateStreak | null;
  /** Of a rule that seldom runs: runs missed now and then; null: none are, or that cannot be told. */
  missedOften: MissedOften | null;
  limits: Freshness;
  /** A run that starts this much after its time is late. */
  lateAfterMs: number;
  /** A run that is open for longer is stuck. */
  stuckAfterMs: number;
  usualIntervalMs: number | null;
  emptyStreak: EmptyStreak | null;
  /** Records of the window's runs that failed; 0 where none is told. */
  recordsFailed: number;
  failStreak: FailStreak | null;
  tooOften: { seen: number; expected: number; words: string } | null;
  newestError: string | null;
  /** As `RuleActivity`. */
  failedIds: string[];
  /** As `RuleActivity`. */
  unknownWords: string[];
  /** Its newest runs, since the newest whose status word is known, newest first. */
  unknown: RunRow[];
  /** Its rows that are newer than each that can be read; null: there are none. */
  unreadable: { newer: number; form: string } | null;
  /** Start of the oldest row that was read, or could have been; 0: the whole table was read. */
  knownSinceMs: number;
  /** Its schedule is older than the table's oldest row: runs of it may have been deleted. */
  mayBePurged: boolean;
  /** Start of the table's oldest row; null: not known. */
  tableSinceMs: number | null;
  thresholds: Thresholds;
  /** The thresholds that the configuration sets: they hold, whatever is usual. */
  ownThresholds: (keyof Thresholds)[];
  /** Its own past; null where nothing of it is known. */
  history: RuleHistory | null;
  /** By its past; null where too little is known. */
  silence: Silence | null;
  /** The operator said that it is over, and it has not run since then; without a time nothing says since when. */
  retired: { sinceMs: number | null } | null;
  /** Its name is another spelling of that of a rule that began where this one ended: that is this rule now. */
  renamed: Renaming | null;
  /** It is the newest of such rules; null: it is of none. */
  series: Series | null;
  /** A rule that began where this one ended, with the same rhythm; `sinceMs`: null where a later date in its name alone says so. */
  successor: { rule: string; sinceMs: number | null } | null;
};

export type Judgement = {
  condition: Condition;
  /** Null: it needs no finding. */
  severity: Severity | null;
  /** What moved, of a degraded rule. */
  degradation: Degradation | null;
  /** Since when the condition holds, as far as is known. */
  sinceMs: number | null;
  message: string;
  evidence: Finding["evidence"];
};

/** A rule that works, but not as it should; since when is not known. */
export function degraded(
  degradation: NonNullable<Judgement["degradation"]>,
  severity: NonNullable<Judgement["severity"]>,
  message: string,
): Judgement {
  return { condition: "degraded", severity, degradation, sinceMs: null, message, evidence: {} };
}
