/** What each known status word means, in three spellings, on both engines and as a word of the configuration. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { at, ENGINES, makeWarehouse, type CaseWarehouse } from "../making/cases.ts";
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
  ],
  failed: [
    "failed",
    "failure",
    "fail",
    "error",
    "errored",
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
  ],
  skipped: ["skipped", "ignored", "noop", "not_built"],
  unknown: ["exploded", "not ok", "success?", "!success", "suc.cess", "removed", "true", ""],
};
const BLANKS = " \t\r\n";

type Meaning = keyof typeof WORDS;
const TABLE = (Object.entries(WORDS) as [Meaning, string[]][]).flatMap(([meaning, words]) =>
  words.map((word) => ({ word, meaning })),
);
const OPEN: Meaning[] = ["running", "pending"];

/** Three runs of the word: as it is, in capitals, between blanks. Each word is a CRM of its own. */
function runsOf(word: string, meaning: Meaning, crm: string) {
  const end = OPEN.includes(meaning) ? null : at("07-10 20:56");
  return [word, word.toUpperCase(), `${BLANKS}${word}${BLANKS}`].map((status) =>
    run({ crm, status, start: at("07-10 20:55"), end }),
  );
}

describe.each(ENGINES)("%s", (engine) => {
  let warehouse: CaseWarehouse;
  const crmOf = (word: string) => `crm${TABLE.findIndex((row) => row.word === word)}`;

  beforeAll(async () => {
    const runs = TABLE.flatMap(({ word, meaning }) => runsOf(word, meaning, crmOf(word)));
    warehouse = await makeWarehouse(engine, { runs, statusType: "text" });
  });
  afterAll(async () => await warehouse[Symbol.asyncDispose]());

  const countsOf = async (word: string, statuses: Record<string, "pending" | "success"> = {}) => {
    const report = await mustReport(warehouse.url, { crm_source: crmOf(word), statuses }, { name: crmOf(word) });
    const metrics = report.performance_metrics;
    return {
      success: metrics.successful_actions,
      // Partial runs are counted as failed too.
      failed: metrics.failed_actions - metrics.partial_actions,
      partial: metrics.partial_actions,
      running: metrics.running_actions,
      pending: metrics.pending_actions,
      skipped: metrics.skipped_actions,
      unknown: metrics.unknown_status_actions,
    };
  };
  const none = { success: 0, failed: 0, partial: 0, running: 0, pending: 0, skipped: 0, unknown: 0 };

  test.each(TABLE)("$word is $meaning", async ({ word, meaning }) => {
    expect(await countsOf(word)).toEqual({ ...none, [meaning]: 3 });
  });

  test.each([
    { word: "exploded", key: "exploded", as: "success" as const },
    { word: "exploded", key: `${BLANKS}ExPloded${BLANKS}`, as: "pending" as const },
    { word: "failed", key: "FAILED", as: "success" as const },
    { word: "not ok", key: "not-ok", as: "success" as const },
    { word: "completed_with_errors", key: "CompletedWithErrors", as: "success" as const },
    { word: "not ok", key: "Not OK\n", as: "pending" as const },
  ])("statuses says that $word is $as, whatever its blanks, signs and case", async ({ word, key, as }) => {
    expect(await countsOf(word, { [key]: as })).toEqual({ ...none, [as]: 3 });
  });
});
