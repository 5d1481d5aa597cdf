/** The server goes away in mid-query: the whole snapshot is read once more, never half of one and half of another. */
import { isLong } from "../../making/draws.ts";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  backendPid,
  expectNothingLeft,
  expectOneFailure,
  figuresOf,
  GENERATE,
  launch,
  makeTrio,
  makeVictim,
  slowDown,
  type Launched,
  type Trial,
  type Trio,
} from "../../making/faults.ts";
import { startPostgres, type PostgresServer, type TestDatabase } from "../../making/postgres-server.ts";
import { numbered } from "../../making/numbers.ts";
import { reportsIn } from "../../making/passes.ts";

/** The activity statement's first words in the server's log. */
const STATEMENT = /statement: -- One CRM's activity|execute <unnamed>: -- One CRM's activity/g;

const ROUNDS = isLong ? 10 : 1;

let trio: Trio;
let victims: PostgresServer;
let victim: TestDatabase;

beforeAll(async () => {
  [trio, victims] = await Promise.all([makeTrio(), startPostgres(undefined, { log_statement: "all" })]);
  victim = await makeVictim(victims);
  // Long enough to be hit, short enough to be waited for the second time.
  await slowDown(victim, 0.7);
});

afterAll(async () => {
  await victim.close();
  await trio.healthy.close();
  await victims.stop();
});

/** Starts a run whose statements in the server's log are counted from here on. */
function launchCounted(settings = ""): Launched & { statements: () => number } {
  const count = () => readFileSync(join(victims.socketDirectory, "log"), "utf8").match(STATEMENT)?.length ?? 0;
  const before = count();
  const launched = launch(GENERATE, { cwd: trio.withDead(victim.url, settings) });
  return { ...launched, statements: () => count() - before };
}

/** What a snapshot says that nothing happened to. */
async function expectWhole(trial: Trial): Promise<void> {
  expect([trial.code, trial.stderr]).toEqual([0, ""]);
  const [first, dead, last] = reportsIn(trial.stdout);
  expect(figuresOf([first, last])).toEqual(trio.expected);
  const { performance_metrics: metrics, detailed_metrics: details } = dead!;
  expect([metrics.total_actions, metrics.failed_actions, metrics.records.processed]).toEqual([2, 1, 7]);
  expect(details?.recent_actions).toHaveLength(2);
  await expectNothingLeft(trial, [trio.healthy, victim]);
}

async function kill(pid: number): Promise<void> {
  await victim.sql`SELECT pg_terminate_backend(${pid})`;
}

test("R1 the backend is killed → exit 0, read once more", async () => {
  const { trial, statements } = launchCounted();
  await kill(await backendPid(victim));
  await expectWhole(await trial);
  expect(statements()).toBe(2);
});

test("R2 a row comes between the two readings → exit 0, it is in all figures", async () => {
  const { trial } = launchCounted();
  const pid = await backendPid(victim);
  await victim.sql`INSERT INTO orchestration.real_history (crm_source, sync_type, start_time, end_time, status, records_processed,
    records_created, records_updated, records_failed, configuration, performance_metrics, created_at)
    VALUES ('dead', 'late', '2026-07-10T03:00:00Z', '2026-07-10T03:00:01Z', 'success', 100, 0, 0, 0, '{}', '{}', now())`;
  await kill(pid);
  const { code, stdout } = await trial;
  const [, dead] = reportsIn(stdout);
  const { performance_metrics: metrics, detailed_metrics: details, trend_analysis: trend } = dead!;
  expect([code, metrics.total_actions, metrics.records.processed]).toEqual([0, 3, 107]);
  expect(details?.recent_actions).toHaveLength(3);
  expect(Object.keys(details?.rule_metrics ?? {})).toEqual(["contacts", "late"]);
  expect(trend.hourly_distribution?.actions_per_hour["2026-07-10T03:00:00Z"]).toBe(1);
  await victim.sql`DELETE FROM orchestration.real_history WHERE sync_type = 'late'`;
});

test("R3 the backend is killed twice → exit 3, no third reading", async () => {
  const { trial, statements } = launchCounted();
  const first = await backendPid(victim);
  await kill(first);
  await kill(await backendPid(victim, first));
  await expectOneFailure(await trial, {
    trio,
    says: "its administrator ended the session",
    advises: "try again when it is up",
    free: [victim],
  });
  expect(statements()).toBe(2);
});

test.each(numbered("R4", [{ mode: "fast" as const }, { mode: "immediate" as const }]))(
  "$no the server is restarted in mid-query, mode $mode → exit 0, read once more",
  async ({ mode }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { trial } = launchCounted();
      await backendPid(victim);
      await (await victims.halt(mode)).start();
      await expectWhole(await trial);
    }
  },
  ROUNDS * 30_000,
);

test("R5 the server is stopped and stays away → exit 3, given up at the deadline", async () => {
  const { trial } = launchCounted('timeout = "4s"');
  await backendPid(victim);
  const { start } = await victims.halt("fast");
  try {
    const ended = await trial;
    await expectOneFailure(ended, { trio, says: "no complete answer within 4 s", advises: "raise timeout" });
    expect(ended.tookMs).toBeLessThan(20_000);
  } finally {
    await start();
  }
});

test("R6 the second reading is slow → exit 3, given up at the deadline of both", async () => {
  await slowDown(victim, 600);
  try {
    const { trial, statements } = launchCounted('timeout = "8s"');
    await kill(await backendPid(victim));
    const ended = await trial;
    await expectOneFailure(ended, {
      trio,
      says: "no complete answer within 8 s",
      advises: "raise timeout",
      free: [victim],
    });
    expect(ended.tookMs).toBeLessThan(25_000);
    expect(statements()).toBe(2);
  } finally {
    await slowDown(victim, 0.7);
  }
});
