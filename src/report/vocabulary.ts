/** The words that syncs write into a warehouse, and what they mean. The statements are filled with the same lists. */
import type { ActionStatus } from "./words.ts";

/** A status without what programs write in different ways: `InProgress`, `in-progress` and `In progress!` are one word. */
export function plainWord(status: string): string {
  return status
    .toLowerCase()
    .replaceAll(/[ \t\n\v\f\r_-]/g, "")
    .replace(new RegExp(`[${TRAILING_SIGNS}]+$`), "");
}

/** What may stand behind a word. */
export const TRAILING_SIGNS = "!.";

/** The meaning of a status as `plainWord` makes it. */
export const STATUS_SPELLINGS: Record<string, ActionStatus> = spell({
  success: [
    "success",
    "completed",
    "complete",
    "succeeded",
    "successful",
    "ok",
    "done",
    "finished",
    "passed",
    "pass",
    "completed_successfully",
    "finished_successfully",
    "cached",
    "job_complete",
  ],
  failed: [
    "failed",
    "failure",
    "fail",
    "error",
    "errored",
    "timeout",
    "timed_out",
    "cancelled",
    "canceled",
    "revoked",
    "aborted",
    "killed",
    "crashed",
    "rejected",
    "upstream_failed",
    "failure_with_task",
    "runtime_error",
    "interrupted",
    "terminated",
    "fatal",
    "lost",
    "stopped",
    "exception",
    "unsuccessful",
    "startup_failure",
    "trigger_failed",
    "internal_error",
    "system_error",
    "upstream_canceled",
    "failed_and_auto_suspended",
    "rolled_back",
    "expired",
    "dead",
    "discarded",
    "abandoned",
    "shutdown",
    "ended_unexpectedly",
    "oom_killed",
    "evicted",
  ],
  partial: [
    "partial",
    "partial_success",
    "partially_failed",
    "completed_with_errors",
    "completed_with_warnings",
    "success_with_warnings",
    "warning",
    "warn",
    "incomplete",
    "partially_succeeded",
    "partially_completed",
    "succeeded_with_issues",
    "success_with_errors",
    "success_with_failures",
    "completed_with_failures",
    "finished_with_errors",
    "unstable",
  ],
  running: [
    "running",
    "in_progress",
    "started",
    "processing",
    "active",
    "syncing",
    "starting",
    "executing",
    "in_process",
    "stopping",
    "cancelling",
    "canceling",
    "working",
    "busy",
    "progress",
    "stalled",
    "sending",
    "connecting",
  ],
  pending: [
    "pending",
    "queued",
    "enqueued",
    "waiting",
    "scheduled",
    "rescheduled",
    "submitted",
    "not_started",
    "received",
    "retry",
    "retrying",
    "up_for_retry",
    "up_for_reschedule",
    "created",
    "requested",
    "awaiting",
    "awaiting_retry",
    "deferred",
    "restarting",
    "paused",
    "blocked",
    "late",
    "suspended",
    "awaiting_concurrency_slot",
    "retryable",
    "available",
    "delayed",
    "waiting_for_retry",
    "upload_complete",
  ],
  skipped: ["skipped", "ignored", "noop", "excluded", "not_built"],
});

function spell(words: Partial<Record<ActionStatus, string[]>>): Record<string, ActionStatus> {
  const pairs = Object.entries(words) as [ActionStatus, string[]][];
  return Object.fromEntries(pairs.flatMap(([status, spellings]) => spellings.map((word) => [plainWord(word), status])));
}

/** Rules whose runs contain runs that have rows of their own. */
export const WRAPPER_NAMES = ["all", "all_entities"];

type Rewrite = [from: string, to: string];

const CLEAN_UP = " clean up ";

/** What stands before a clean-up that a run itself did or could not do. The t is the end of can't; a shell's trace has `+`. */
const OWN_WORK = [
  "before",
  "before the",
  "cannot",
  "during",
  "during the",
  "in",
  "not",
  "on",
  "t",
  "to",
  "while",
  "+",
  "++",
  "+++",
  "calling",
  "executing",
  "function",
  "starting",
  "trap",
];

/** What stands behind one: a run cleans up after itself. */
const OWN_THINGS = ["connections", "exit", "files", "resources", "temp", "temporary", "tmp", "workspace"];

/**
 * The marks of a message that a clean-up wrote. PostgreSQL, SQLite and `isCleanUp` look for them in the same steps: they take
 * the start of the message and make `A` to `Z` small. Each separator becomes a blank, and a blank is put at both ends. Then
 * they make the rewrites in their order. All of it is ASCII, because a database may have any encoding.
 */
export const CLEAN_UP_MARKS = {
  /** How many characters the start has. */
  length: 300,
  /** A message of a clean-up has one of these in its start. Most messages have none and are spared the rest. */
  stems: ["clean", "marked", "stale", "orphaned", "abandoned", "zombie", "worker"],
  separators: Array.from("\t\n\r!\"#$%&'()*,-./:;<=>?@[\\]^`{|}~"),
  rewrites: [
    // Of blanks in a row one is left. The text has no other angle brackets by now.
    [" ", "<>"],
    ["><", ""],
    ["<>", " "],
    ...["cleanup", "cleaned up", "cleaning up"].map((spelling): Rewrite => [` ${spelling} `, CLEAN_UP]),
    ...OWN_WORK.map((word): Rewrite => [` ${word}${CLEAN_UP}`, " "]),
    ...OWN_THINGS.map((word): Rewrite => [`${CLEAN_UP}${word} `, ` ${word} `]),
    ...["failed", "stale", "dead"].map((word): Rewrite => [` marked as ${word} by `, CLEAN_UP]),
    ...["orphaned", "abandoned", "zombie"].map((word): Rewrite => [` ${word} `, " stale "]),
    ...["sync", "run", "job", "task", "process"].map((word): Rewrite => [` stale ${word}`, CLEAN_UP]),
    ...["workerlosterror", "worker exited prematurely"].map((words): Rewrite => [` ${words} `, CLEAN_UP]),
  ] satisfies Rewrite[],
  /** What the text holds in the end where a clean-up wrote the message. */
  sign: CLEAN_UP,
};

/** Whether something else than the run's own worker ended the run and wrote this message. */
export function isCleanUp(message: string): boolean {
  const { length, stems, separators, rewrites, sign } = CLEAN_UP_MARKS;
  const letters = Array.from(message.slice(0, 2 * length)).slice(0, length);
  const small = letters.join("").replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (!stems.some((stem) => small.includes(stem))) return false;
  const words = Array.from(small, (letter) => (separators.includes(letter) ? " " : letter)).join("");
  return rewrites.reduce((text, [from, to]) => text.replaceAll(from, to), ` ${words} `).includes(sign);
}
