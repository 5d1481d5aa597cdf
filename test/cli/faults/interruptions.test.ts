/** Stopped by a signal in mid-pass. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import {
  AS_OF,
  backendPid,
  expectNothingLeft,
  launch,
  makeTrio,
  makeVictim,
  slowDown,
  type Trio,
} from "../../making/faults.ts";
import { sharedServer } from "../../making/warehouses.ts";

let trio: Trio;

beforeAll(async () => {
  trio = await makeTrio();
});

afterAll(async () => await trio.healthy.close());

describe("in mid-query", () => {
  test.each([
    { signal: "SIGTERM", code: 143 },
    { signal: "SIGINT", code: 130 },
    { signal: "SIGHUP", code: 143 },
  ] as const)("$signal: exit $code, nothing printed, no file, the backend gone", async ({ signal, code }) => {
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
});
