/** What each known status word means, in three spellings, on both engines and as a word of the configuration. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { at, ENGINES, makeWarehouse, type CaseWarehouse } from "../making/cases.ts";
import type { Report } from "../../src/report/document/schema.ts";
import { mustReport } from "../making/reports.ts";
import { run } from "../making/warehouses.ts";

const WORDS = {
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
    "Completed successfully",
    "JobComplete",
    "success!",
    "SUCCESS.",
    "done ! ",
    "succeed",
    "synced",
    "Processed",
    "Loaded",
    "Load complete",
    "Ended OK",
    "RanToCompletion",
    "EXECUTION_SUCCESS",
    "JOB_STATE_DONE",
    "Executed",
  ],
  failed: [
    "failed",
    "failure",
    "fail",
    "error",
    "errored",
    "ERR",
    "cancelled",
    "canceled",
    "revoked",
    "aborted",
    "timeout",
    "timed_out",
    "timed out",
    "killed",
    "crashed",
    "rejected",
    "TimedOut",
    "timed-out",
    "upstream_failed",
    "FAILURE_WITH_TASK",
    "runtime error",
    "interrupted",
    "terminated",
    "fatal",
    "lost",
    "stopped",
    "exception",
    "startup_failure",
    "UpstreamCanceled",
    "expired",
    "dead",
    "discarded",
    "abandoned",
    "shutdown",
    "ended unexpectedly",
    "OOMKilled",
    "Evicted",
    "failed!!",
    "Faulted",
    "REVERTED",
    "Ended Not OK",
    "Load failed",
    "ValidationFailed",
    "EXECUTION_FAILED",
    "EXECUTION_TERMINATED_TIMEOUT",
    "JOB_STATE_FAILED",
    "DeadlineExceeded",
    "misfired",
    "Halted",
    "Broken",
    "Never finished",
    "Missed!",
    "EXTERNALLY_TERMINATED",
    "dead-letter",
  ],
  running: [
    "running",
    "in_progress",
    "in-progress",
    "in progress",
    "InProgress",
    "started",
    "processing",
    "active",
    "syncing",
    "starting",
    "executing",
    "canceling",
    "working",
    "busy",
    "PROGRESS",
    "stalled",
    "sending",
    "connecting",
    "querying",
    "reporting",
    "extracting",
    "Load in progress",
    "TERMINATING",
    "Aborting",
    "CancelStarted",
    "JOB_STATE_RUNNING",
    "doing",
    "Started execution",
    "reserved",
    "Resuming",
    "MANAGED",
  ],
  pending: [
    "pending",
    "queued",
    "waiting",
    "scheduled",
    "received",
    "retry",
    "retrying",
    "created",
    "up_for_retry",
    "up_for_reschedule",
    "rescheduled",
    "submitted",
    "enqueued",
    "not_started",
    "AwaitingRetry",
    "deferred",
    "blocked",
    "Late",
    "Suspended",
    "AwaitingConcurrencySlot",
    "retryable",
    "available",
    "delayed",
    "waiting_for_retry",
    "new",
    "Open",
    "Holding",
    "Preparing",
    "ACQUIRED",
    "PAUSED_BLOCKED",
    "waiting-children",
    "PENDING_REDRIVE",
    "on hold",
    "throttled",
    "runnable",
    "initializing",
    "wait_dependencies",
    "NotReady",
    "IDLE",
    "InfrastructurePending",
    "rate_limited",
  ],
  partial: [
    "partial",
    "partial_success",
    "partially_failed",
    "completed_with_errors",
    "Completed with errors",
    "CompletedWithErrors",
    "partial-success",
    "success_with_warnings",
    "warn",
    "warning",
    "incomplete",
    "partiallySucceeded",
    "succeededWithIssues",
    "finished with errors",
    "unstable",
    "partial_failure",
    "partially_successful",
    "Partially loaded",
    "Complete with errors",
    "succeeded_with_warnings",
    "Finished (with errors)",
    "Ended with warnings",
    "done with issues",
  ],
  skipped: [
    "Max instances!",
    "skipped",
    "ignored",
    "noop",
    "not_built",
    "Omitted",
    "Filtered",
    "Disabled",
    "Inactive",
    "vetoed",
    "Not Processed",
    "Safely halted",
    "MAXIMUM_CONCURRENT_RUNS_REACHED",
  ],
  unknown: ["exploded", "Übersprungen", "not ok", "success?", "!success", "suc.cess", "removed", "Deleted", "true", ""],
};
const BLANKS = " \t\r\n";

type Meaning = keyof typeof WORDS;
const TABLE = (Object.entries(WORDS) as [Meaning, string[]][]).flatMap(([meaning, words]) =>
  words.map((word) => ({ word, meaning })),
);
const OPEN: Meaning[] = ["running", "pending"];
const UNCOUNTED: Meaning[] = ["skipped", "unknown"];

const CRM = "words";
const ruleOf = (word: string) => `rule${TABLE.findIndex((row) => row.word === word)}`;

/** Three runs of the word: as it is, in capitals, between blanks. Each word is a rule of its own. */
function runsOf(word: string, meaning: Meaning) {
  const end = OPEN.includes(meaning) ? null : at("07-10 20:56");
  return [word, word.toUpperCase(), `${BLANKS}${word}${BLANKS}`].map((status) =>
    run({ crm: CRM, rule: ruleOf(word), status, start: at("07-10 20:55"), end }),
  );
}

describe.each(ENGINES)("%s", (engine) => {
  let warehouse: CaseWarehouse;
  let report: Report;
  const reportWith = async (statuses: Record<string, "pending" | "success">) =>
    await mustReport(warehouse.url, { crm_source: CRM, statuses }, { name: CRM });

  beforeAll(async () => {
    const runs = TABLE.flatMap(({ word, meaning }) => runsOf(word, meaning));
    warehouse = await makeWarehouse(engine, { runs, statusType: "text" });
    report = await reportWith({});
  });
  afterAll(async () => await warehouse[Symbol.asyncDispose]());

  /** Of a rule neither skipped runs nor those of an unknown word are counted: only the CRM's are. */
  const countsOf = ({ rules }: Report, word: string) => {
    const found = rules.find(({ rule_name: name }) => name === ruleOf(word));
    const { successful: success = 0, failed = 0, partial = 0, running = 0, pending = 0 } = found ?? {};
    // Partial runs are counted as failed too.
    const counts = { success, failed: failed - partial, partial, running, pending };
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
  };

  test.each(TABLE)("$word is $meaning", ({ word, meaning }) => {
    expect(countsOf(report, word)).toEqual(UNCOUNTED.includes(meaning) ? {} : { [meaning]: 3 });
  });

  test("skipped runs and unknown words, three of each", () => {
    const { skipped_actions: skipped, unknown_status_actions: unknown } = report.performance_metrics;
    expect({ skipped, unknown }).toEqual({ skipped: 3 * WORDS.skipped.length, unknown: 3 * WORDS.unknown.length });
  });

  test.each([
    { word: "exploded", key: "exploded", as: "success" as const },
    { word: "Übersprungen", key: "Übersprungen", as: "success" as const },
    { word: "exploded", key: `${BLANKS}ExPloded${BLANKS}`, as: "pending" as const },
    { word: "failed", key: "FAILED", as: "success" as const },
    { word: "not ok", key: "not-ok", as: "success" as const },
    { word: "completed_with_errors", key: "CompletedWithErrors", as: "success" as const },
    { word: "not ok", key: "Not OK\n", as: "pending" as const },
  ])("statuses says that $word is $as, whatever its blanks, signs and case", async ({ word, key, as }) => {
    expect(countsOf(await reportWith({ [key]: as }), word)).toEqual({ [as]: 3 });
  });
});
