/** The words that syncs write into a warehouse, and what they mean. The statements are filled with the same lists. */
import type { ActionStatus } from "./words.ts";

/** A status without what programs write in different ways: `InProgress`, `in-progress` and `In progress!` are one word. */
export function plainWord(status: string): string {
  return bareWord(status.toLowerCase());
}

/** A word in any letters without the signs that `plainWord` leaves out. */
export function bareWord(status: string): string {
  return status.replaceAll(/[ \t\n\v\f\r_-]/g, "").replace(new RegExp(`[${TRAILING_SIGNS}]+$`), "");
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
    "succeed",
    "synced",
    "processed",
    "loaded",
    "load_complete",
    "reused",
    "ended_ok",
    "ran_to_completion",
    "executed",
    "execution_success",
    "execution_successful",
    "job_state_done",
    "job_state_drained",
  ],
  failed: [
    "failed",
    "failure",
    "fail",
    "error",
    "errored",
    "err",
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
    "faulted",
    "halted",
    "broken",
    "reverted",
    "misfired",
    "missed",
    "never_finished",
    "dead_letter",
    "externally_terminated",
    "internally_terminated",
    "ended_not_ok",
    "sync_failed",
    "load_failed",
    "deploy_failed",
    "validation_failed",
    "execution_failed",
    "execution_terminated",
    "execution_terminated_timeout",
    "execution_rejected",
    "job_state_failed",
    "job_state_cancelled",
    "deadline_exceeded",
    "backoff_limit_exceeded",
    "cancelled_by_user",
    "canceled_by_user",
    "stopped_by_user",
    "out_of_memory",
  ],
  partial: [
    "partial",
    "partial_success",
    "partial_failure",
    "partially_failed",
    "partially_successful",
    "partially_loaded",
    "warning",
    "warnings",
    "warn",
    "incomplete",
    "partially_succeeded",
    "partially_completed",
    "partially_complete",
    "handled_error",
    "finished_(with_errors)",
    "unstable",
    ...listFlawed(),
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
    "launched",
    "doing",
    "ongoing",
    "playing",
    "extracting",
    "loading",
    "importing",
    "exporting",
    "querying",
    "reporting",
    "load_in_progress",
    "still_running",
    "started_execution",
    "reserved",
    "starting_flow_execution",
    "execution_running",
    "job_state_running",
    "job_state_draining",
    "terminating",
    "aborting",
    "suspending",
    "killing",
    "draining",
    "cancel_started",
    "cancel_requested",
    "stop_requested",
    "resuming",
    "managed",
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
    "new",
    "open",
    "planned",
    "initialized",
    "initializing",
    "preparing",
    "provisioning",
    "acquired",
    "claimed",
    "runnable",
    "holding",
    "held",
    "on_hold",
    "throttled",
    "todo",
    "prioritized",
    "waiting_children",
    "wait_dependencies",
    "waiting_for_resource",
    "queue_wait",
    "paused_blocked",
    "pending_retry",
    "pending_redrive",
    "retry_scheduled",
    "action_required",
    "not_ready",
    "idle",
    "submitting",
    "infrastructure_pending",
    "awaiting_input",
    "rate_limited",
    "job_state_pending",
    "job_state_queued",
  ],
  skipped: [
    "skipped",
    "ignored",
    "noop",
    "excluded",
    "not_built",
    "omitted",
    "filtered",
    "disabled",
    "inactive",
    "vetoed",
    "bypassed",
    "superseded",
    "safely_halted",
    "not_run",
    "not_executed",
    "not_processed",
    "state_edit",
    "maximum_concurrent_runs_reached",
    "max_instances",
  ],
});

/** `completed_with_errors`, `success_with_warnings` and the like. */
function listFlawed(): string[] {
  const ends = ["completed", "complete", "finished", "success", "succeeded", "passed", "done", "ended"];
  const flaws = ["errors", "error", "warnings", "warning", "failures", "issues", "exceptions"];
  return ends.flatMap((end) => flaws.map((flaw) => `${end}_with_${flaw}`));
}

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
