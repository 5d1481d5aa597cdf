/** Stopped by a signal in mid-pass. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckDocument } from "../../../src/check/schema.ts";
import type { PassDocument } from "../../../src/report/document/pass-schema.ts";
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
    const args = ["generate", ...AS_OF, "--crm", "dead", "--export-json", "--output", "out.json"];
    const { child, trial } = launch(args, { cwd });
    await backendPid(victim);
    child.kill(signal);
    const ended = await trial;
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([code, "", "error: interrupted: nothing was reported\n"]);
    expect(readdirSync(cwd)).toEqual(["automation-reports.toml"]);
    await expectNothingLeft(ended, [trio.healthy, victim]);
    await victim.close();
  });

  test.each(
    numbered("I2", [
      { where: "to stdout", output: [] },
      { where: "to a file", output: ["--output", "out.json"] },
    ]),
  )(
    "$no Ctrl-C in mid-query, $where → exit 130, what is finished is told and exported, what is not is named with its reason",
    async ({ output }) => {
      const victim = await makeVictim(await sharedServer());
      await slowDown(victim);
      const cwd = withAway(trio.withDead(victim.url));
      const args = [...GENERATE, "--concurrency", "1", "--export-json", "--output-dir", "out", ...output];
      const { child, trial } = launch(args, { cwd });
      await backendPid(victim);
      child.kill("SIGINT");
      const ended = await trial;
      const text = output.length === 0 ? ended.stdout : readFileSync(join(cwd, "out.json"), "utf8");
      const pass = JSON.parse(text) as PassDocument;
      expect([ended.code, pass.outcomes.map(({ source, status }) => `${source} ${status}`)]).toEqual([
        130,
        ["away failed", "first made", "dead failed", "last failed"],
      ]);
      expect(pass.outcomes.map(({ reason }) => reason)).toEqual([
        expect.stringContaining("nowhere.sqlite"),
        null,
        "interrupted before it was read",
        "interrupted before it was read",
      ] as never);
      expect(pass.reports.map(({ metadata }) => metadata.source)).toEqual(["first"]);
      expect(readdirSync(join(cwd, "out")).map((name) => name.split("_")[0])).toContain("first");
      await expectNothingLeft(ended, [trio.healthy, victim]);
      await victim.close();
    },
  );
});

test("I3 Ctrl-C in mid-check → exit 130, what was found is told, what was not reached is named", async () => {
  const victim = await makeVictim(await sharedServer());
  await slowDown(victim);
  const cwd = withAway(trio.withDead(victim.url));
  const { child, trial } = launch(["check", "--concurrency", "1", "--format", "json"], { cwd });
  await backendPid(victim);
  child.kill("SIGINT");
  const ended = await trial;
  const documents = JSON.parse(ended.stdout) as CheckDocument[];
  const messageOf = (crm: string) =>
    documents.find(({ source }) => source === crm)?.items.find(({ status }) => status === "error")?.message ?? "";
  expect(ended.code).toBe(130);
  expect(messageOf("away")).toContain("nowhere.sqlite");
  for (const crm of ["dead", "last"]) expect(messageOf(crm)).toBe("interrupted before it was checked to its end");
  expect(documents.find(({ source }) => source === "first")?.items.length).toBeGreaterThan(1);
  await expectNothingLeft(ended, [trio.healthy, victim]);
  await victim.close();
});

/** Before all others a CRM whose warehouse is not there. */
function withAway(cwd: string): string {
  const path = join(cwd, "automation-reports.toml");
  writeFileSync(path, `[crm.away]\nurl = "sqlite:nowhere.sqlite"\n${readFileSync(path, "utf8")}`);
  return cwd;
}
