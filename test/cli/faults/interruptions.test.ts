/** Stopped by a signal in mid-pass. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import type { PassDocument } from "../../../src/report/pass-schema.ts";
import {
  AS_OF,
  backendPid,
  expectNothingLeft,
  GENERATE,
  launch,
  makeTrio,
  makeVictim,
  slowDown,
  type Trio,
} from "../../making/faults.ts";
import { sharedServer } from "../../making/warehouses.ts";
import { numbered } from "../../making/numbers.ts";

let trio: Trio;

beforeAll(async () => {
  trio = await makeTrio();
});

afterAll(async () => await trio.healthy.close());

describe("in mid-query", () => {
  test.each(
    numbered("I1", [
      { signal: "SIGTERM", code: 143 },
      { signal: "SIGINT", code: 130 },
      { signal: "SIGHUP", code: 143 },
    ] as const),
  )("$no $signal in mid-query → exit $code, nothing printed, no file, the backend gone", async ({ signal, code }) => {
    const victim = await makeVictim(await sharedServer());
    await slowDown(victim);
    const cwd = trio.withDead(victim.url);
    const { child, trial } = launch(["generate", ...AS_OF, "--export-json", "--output", "out.json"], { cwd });
    await backendPid(victim);
    child.kill(signal);
    const ended = await trial;
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([code, "", "error: interrupted: nothing was reported\n"]);
    expect(readdirSync(cwd)).toEqual(["automation-reports.toml"]);
    await expectNothingLeft(ended, [trio.healthy, victim]);
    await victim.close();
  });

  test("I2 Ctrl-C in mid-query, without --output → exit 130, what is finished is printed, what is not is named, nothing kept", async () => {
    const victim = await makeVictim(await sharedServer());
    await slowDown(victim);
    const cwd = trio.withDead(victim.url);
    const { child, trial } = launch([...GENERATE, "--export-json", "--concurrency", "1"], { cwd });
    await backendPid(victim);
    child.kill("SIGINT");
    const ended = await trial;
    const pass = JSON.parse(ended.stdout) as PassDocument;
    expect(ended.code).toBe(130);
    expect(pass.outcomes).toContainEqual({
      source: "dead",
      status: "failed",
      verdict: "unknown",
      reason: "interrupted before it was read",
      seconds: null,
    });
    expect(pass.reports.length).toBe(pass.outcomes.filter(({ status }) => status === "made").length);
    expect(readdirSync(cwd)).toEqual(["automation-reports.toml"]);
    await expectNothingLeft(ended, [trio.healthy, victim]);
    await victim.close();
  });
});
