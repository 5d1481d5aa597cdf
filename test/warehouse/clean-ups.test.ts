/** Which messages a clean-up wrote: every database and the family of errors say the same of each. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { fingerprintError } from "../../src/report/errors/fingerprint.ts";
import { findSource } from "../../src/warehouse/source.ts";
import { writeCleanedUp } from "../../src/warehouse/vocabulary.ts";
import { mustReport } from "../making/reports.ts";
import { chooseEngines, run, type Engine } from "../making/warehouses.ts";

const MESSAGES: { message: string; cleanUp: boolean }[] = [
  { message: "Marked as failed by nightly cleanup: running for more than 24 hours", cleanUp: true },
  { message: "Marked as failed by nightly janitor", cleanUp: true },
  { message: "stale sync marked as dead by supervisor", cleanUp: true },
  { message: "marked as stale by watchdog", cleanUp: true },
  { message: "Cleaned up stuck process", cleanUp: true },
  { message: "Automatically cleaned-up: timed out after 24 h", cleanUp: true },
  { message: "NIGHTLY CLEAN-UP", cleanUp: true },
  { message: "[cleanup] no heartbeat", cleanUp: true },
  { message: "Cleaning up: its worker did not answer", cleanUp: true },
  { message: "run ended by 'clean\r\n\t up'", cleanUp: true },
  { message: "Orphaned job, closed", cleanUp: true },
  { message: "abandoned task", cleanUp: true },
  { message: "zombie process killed after 12 h", cleanUp: true },
  { message: "WorkerLostError('Worker exited prematurely: signal 9 (SIGKILL)')", cleanUp: true },
  { message: "during cleanup of orphaned runs", cleanUp: true },
  { message: "100% sure: cleaned up by a_job 🤖", cleanUp: true },
  { message: `${"x".repeat(292)} cleanup`, cleanUp: true },
  { message: `${"🤖".repeat(292)} cleanup`, cleanUp: true },

  { message: "HTTP 500 during cleanup of temporary files", cleanUp: false },
  { message: "Error during cleanup: connection refused", cleanUp: false },
  { message: "timed out before the clean-up", cleanUp: false },
  { message: "failed in cleanup", cleanUp: false },
  { message: "unable to clean up temporary files", cleanUp: false },
  { message: "Couldn't clean up temporary files", cleanUp: false },
  { message: "could not\n  clean up temporary files", cleanUp: false },
  { message: "broke off while cleaning up", cleanUp: false },
  { message: "+ psql -f load.sql\nERROR: No space left on device\n+ cleanup\n+ rm -rf /tmp/x", cleanUp: false },
  { message: "++ cleanup", cleanUp: false },
  { message: "trap cleanup EXIT", cleanUp: false },
  { message: "job.sh: line 3: disk full; starting cleanup()", cleanUp: false },
  { message: "disk full\nCleaning up temp files", cleanUp: false },
  { message: "HTTP 500, cleaning up: temporary files", cleanUp: false },
  { message: "Cleanup + restart by janitor", cleanUp: true },
  { message: "Could not clean phone number before upsert", cleanUp: false },
  { message: "Field clean_upper is missing", cleanUp: false },
  { message: "unclean upload", cleanUp: false },
  { message: "clean uploads only", cleanUp: false },
  { message: "cleanup_task: HTTP 500", cleanUp: false },
  { message: "marked as failed", cleanUp: false },
  { message: "StaleDataError: UPDATE expected 1 row", cleanUp: false },
  { message: "stale token", cleanUp: false },
  { message: "the worker exited", cleanUp: false },
  { message: "HTTP 429 Too Many Requests", cleanUp: false },
  { message: "stale ta\u017fk", cleanUp: false },
  { message: `${"x".repeat(293)} cleanup`, cleanUp: false },
  { message: "", cleanUp: false },
];

const day = "2026-07-10T";
const clean = MESSAGES.filter(({ cleanUp }) => cleanUp).map(({ message }) => message);

test.each(MESSAGES)("in the family of errors: $message, $cleanUp", ({ message, cleanUp }) => {
  expect(fingerprintError(message).family === "cleaned-up").toBe(cleanUp);
});

describe.each(chooseEngines())("$name", (engine) => {
  test("in the database", async () => {
    const runs = MESSAGES.map(({ message }) => run({ start: `${day}01:00:00Z`, status: "failed", error: message }));
    const found = await readCleanedUp(engine, runs);
    expect(found.flatMap(({ error, cleaned_up: cleanedUp }) => (cleanedUp ? [error] : []))).toEqual(clean);
    expect(found).toHaveLength(MESSAGES.length);
  });

  test("the note of a success takes no duration away, however the success is spelled", async () => {
    const runs = ["failed", "partial", "success", " Completed ", "done"].map((status, hour) =>
      run({
        rule: `r${hour}`,
        start: `${day}0${hour}:00:00Z`,
        end: `${day}0${hour}:00:07Z`,
        status,
        error: "cleaned up",
      }),
    );
    const made = await engine.make(runs, []);
    const report = await mustReport(made.url, { statuses: { done: "success" } });
    await made.close();
    expect(report.performance_metrics.duration_seconds?.n).toBe(3);
    expect(report.data_quality?.find(({ id }) => id === "ended-by-cleanup")?.row_ids).toEqual(["1", "2"]);
  });

  test("a janitor's end gives no duration, a failure during a clean-up does", async () => {
    const made = await engine.make(
      [
        { message: "Marked as failed by nightly janitor", end: "09:00:00" },
        { message: "HTTP 500 during cleanup of temporary files", end: "01:00:07" },
      ].map(({ message: error, end }) =>
        run({ start: `${day}01:00:00Z`, end: `${day}${end}Z`, status: "failed", error }),
      ),
      [],
    );
    const report = await mustReport(made.url);
    await made.close();
    expect(report.performance_metrics.duration_seconds).toMatchObject({ n: 1, max: 7 });
    expect(report.data_quality?.find(({ id }) => id === "ended-by-cleanup")?.row_ids).toEqual(["1"]);
  });
});

/** Each run's message and verdict, in the order of `runs`. */
async function readCleanedUp(
  engine: Engine,
  runs: Parameters<Engine["make"]>[0],
): Promise<{ error: string; cleaned_up: boolean | number | null }[]> {
  const made = await engine.make(runs, []);
  const settings = { preset: engine.preset, schema: null, table: null, rulesTable: null };
  const history = engine.preset === "sync-history";
  const name = history ? "sync_history" : "automation_actions";
  try {
    if (made.url.startsWith("sqlite:")) {
      using database = new Database(made.url.slice("sqlite:".length));
      const found = findSource([{ schema: null, name, visible: true }], settings, "sqlite");
      if (found.kind !== "found") throw new Error(`${name} is not found`);
      return database
        .query<{ error: string; cleaned_up: number | null }, []>(
          `SELECT error, ${writeCleanedUp("sqlite")} AS cleaned_up FROM (${found.source.actions}) ORDER BY id`,
        )
        .all();
    }
    const sql = postgres(made.url, { max: 1 });
    const schema = history ? "orchestration" : "public";
    const found = findSource([{ schema, name, visible: true }], settings, "postgres");
    if (found.kind !== "found") throw new Error(`${name} is not found`);
    const rows = await sql.unsafe<{ error: string; cleaned_up: boolean | null }[]>(
      `SELECT error, ${writeCleanedUp("postgres")} AS cleaned_up FROM (${found.source.actions}) a ORDER BY id`,
    );
    await sql.end();
    return [...rows];
  } finally {
    await made.close();
  }
}
