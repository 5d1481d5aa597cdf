/** One pass from end to end in this process: its document, its exit code, how many CRMs it reads at once. */
import { toJsonSchema } from "@valibot/to-json-schema";
import { describe, expect, test } from "bun:test";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import type { Log } from "../src/log.ts";
import { exitCodeOf, logCritical, runPass, type PassResult } from "../src/pass.ts";
import { PassSchema } from "../src/report/document/pass-schema.ts";
import type { Severity } from "../src/report/words.ts";
import { collectActivities } from "../src/warehouse/collect.ts";
import { activity, report } from "./making/activities.ts";
import { failedOutcome, passDocument } from "./making/passes.ts";
import { ruleOf } from "./making/rules.ts";
import { crmConfig, WINDOW } from "./making/reports.ts";
import { listEngines, run } from "./making/warehouses.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, progress() {}, hide() {} };
const checkSchema = addFormats
  .default(new Ajv())
  .compile(toJsonSchema(PassSchema, { typeMode: "input", errorMode: "ignore" }));

async function sqliteUrl(): Promise<string> {
  const engine = listEngines().find(({ name }) => name === "sqlite, automation");
  const made = await engine!.make([run({ start: "2026-07-10T01:00:00Z", end: "2026-07-10T01:00:01Z" })], []);
  return made.url;
}

test("what a pass did is a document: made and failed CRMs in order, one cause said once", async () => {
  const url = await sqliteUrl();
  const crms = [crmConfig(url), crmConfig("sqlite:/nowhere/x", {}, "dead"), crmConfig("sqlite:/nowhere/x", {}, "gone")];
  const { document, reports } = await runPass({
    config: {
      path: "",
      concurrency: 4,
      export: { enabled: false, dir: null, keep: null },
      store: { target: { kind: "sqlite", path: "" }, retentionMs: 1, memoryMs: 1, group: null, configured: false },
      serve: {
        listen: { kind: "tcp", hostname: "127.0.0.1", port: 0 },
        basePath: "",
        hosts: [],
        behindProxy: false,
        tokens: null,
        minIntervalMs: 1,
        ruleSeries: 0,
      },
      crms,
      schedules: [],
      displayTimezone: null,
      secrets: ["nowhere"],
      warnings: [],
    },
    crms,
    window: WINDOW,
    nowMs: WINDOW.endMs,
    detailed: false,
    baseline: null,
    exportTo: null,
    readMemory: null,
    log: silent,
    signal: new AbortController().signal,
  });
  expect([checkSchema({ ...document, reports }), checkSchema.errors]).toEqual([true, null]);
  expect(document.outcomes).toEqual([
    { source: "hubspot", status: "made", verdict: "ok", reason: null, seconds: expect.any(Number) as number },
    failedOutcome("dead", expect.stringContaining("/***/x: there is no such file") as never),
    failedOutcome("gone", expect.stringContaining("/***/x: there is no such file") as never),
  ]);
  expect(document.verdict).toBe("critical");
  expect(document.findings.map(({ id, evidence }) => [id, evidence["sources"]])).toEqual([
    ["warehouse-unreachable", ["dead", "gone"]],
  ]);
  expect(reports.map(({ metadata }) => [metadata.source, metadata.pass_id])).toEqual([["hubspot", document.pass_id]]);
});

describe("where several exit codes hold, the first of 4, 3, 5, 1 wins", () => {
  const bad = report(activity({ rules: [ruleOf("a", { runs: "f".repeat(20), everyMinutes: 60 })] }));
  const good = report(activity({ rules: [ruleOf("a", { runs: "s".repeat(20), everyMinutes: 60 })] }));
  const result = (
    statuses: ("made" | "failed")[],
    reports: PassResult["reports"],
    failedDeliveries: number,
  ): Parameters<typeof exitCodeOf>[0] => ({
    reports,
    failedDeliveries,
    document: passDocument({
      outcomes: statuses.map((status) => ({ ...failedOutcome("x", "gone"), status })),
    }),
  });
  test.each([
    { name: "all made", pass: result(["made"], [good], 0), failOn: "warning", code: 0 },
    { name: "a finding, nobody asked", pass: result(["made"], [bad], 0), failOn: null, code: 0 },
    { name: "a finding", pass: result(["made"], [bad], 0), failOn: "critical", code: 1 },
    { name: "a delivery and a finding", pass: result(["made"], [bad], 1), failOn: "critical", code: 5 },
    {
      name: "one failed, a delivery and a finding",
      pass: result(["made", "failed"], [bad], 1),
      failOn: "critical",
      code: 3,
    },
    { name: "all failed", pass: result(["failed", "failed"], [], 0), failOn: "critical", code: 4 },
    { name: "no table to read, a report that says so", pass: result(["failed"], [good], 0), failOn: null, code: 4 },
  ])("$name: $code", ({ pass, failOn, code }) => {
    expect(exitCodeOf(pass, failOn as Severity | null)).toBe(code);
  });
});

test("no more CRMs are read at once than asked for, and outcomes keep their order", async () => {
  const url = await sqliteUrl();
  const crms = Array.from({ length: 7 }, (_, index) => crmConfig(url, {}, `crm${index}`));
  let most = 0;
  const outcomes = await collectActivities({
    crms,
    window: WINDOW,
    recent: 0,
    baselineSeconds: null,
    nowMs: WINDOW.endMs,
    concurrency: 2,
    redact: (text) => text,
    signal: new AbortController().signal,
    onProgress: (reading) => (most = Math.max(most, reading.length)),
  });
  expect(most).toBe(2);
  expect(outcomes.map(({ source, status }) => [source, status])).toEqual(crms.map(({ name }) => [name, "read"]));
});

test("what is critical is logged as an error, with the most urgent finding of each CRM", () => {
  const said: string[] = [];
  const log: Log = {
    ...silent,
    warn: (message) => said.push(`warn ${message}`),
    error: (message) => said.push(message),
  };
  const failing = ruleOf("deals", { runs: "sssssfffff", everyMinutes: 60, error: "HTTP 401 Unauthorized" });
  logCritical([report(activity({ source: "hubspot", rules: [failing] })), report(activity({ source: "genius" }))], log);
  expect(said).toEqual(["hubspot: deals: its newest 5 runs failed, since 16:55; last success 15:55"]);
});
