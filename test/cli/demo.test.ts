import { expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ERROR_FAMILIES } from "../../src/report/errors/schema.ts";
import type { Report } from "../../src/report/document/schema.ts";
import { CONTRADICTION_KINDS, FINDING_IDS } from "../../src/report/words.ts";
import { freshDirectory, runCli } from "../making/cli.ts";
import { assertPublishable } from "../making/reports.ts";
import { reportsIn } from "../making/passes.ts";

const AS_OF = "2026-07-10T21:00:00Z";
/** Which rates fall and which trends decline in the demo differs from hour to hour. */
const AFTERNOON = "2026-07-10T14:00:00Z";

async function reportsOf(cwd: string, ...flags: string[]): Promise<Report[]> {
  const asOf = flags.includes("--as-of") ? [] : ["--as-of", AS_OF];
  const { stdout } = await runCli(["generate", ...asOf, "--format", "json", ...flags], { cwd });
  const reports = reportsIn(stdout);
  for (const report of reports) assertPublishable(report);
  return reports;
}

/** What differs between two passes over the same rows. */
function figuresOf(reports: Report[]): unknown[] {
  return reports.map(
    ({ metadata: { pass_id: _pass, report_generated_at: _at, query_seconds: _took, ...metadata }, ...rest }) => ({
      ...rest,
      metadata,
    }),
  );
}

test("demo makes a warehouse and its configuration, prints the reports, and says what to type next", async () => {
  const cwd = freshDirectory();
  const { code, stdout, stderr } = await runCli(["demo", "--as-of", AS_OF], { cwd });
  expect(code).toBe(0);
  expect(stdout).toStartWith("4 CRMs · 24 h to 10 Jul 2026 21:00 UTC · 332 runs, 39 failed · 3 critical, 1 warning\n");
  expect(stdout).toMatch(/\n✗ hubspot +91\.3 % of 104 .* zipcodes stopped 1d 04h ago \(due every 4h\)\n/);
  expect(stdout).toMatch(/\n✗ genius +70\.2 % of 84 .* users failed 8 times since 9 Jul 21:00: HTTP 401 Unauthorized/);
  expect(stdout).toEndWith(`\nNext: automation-reports explain genius users --as-of ${AS_OF}\n`);
  expect(readdirSync(cwd).toSorted()).toEqual(["automation-reports.toml", "warehouse.sqlite"]);
  const next = /automation-reports (generate --config .*--detailed)/.exec(stderr)?.[1]?.split(" ") ?? [];
  expect((await runCli(next, { cwd })).code).toBe(0);
});

test("the same seed and end give the same numbers, another seed others", async () => {
  const figures = async (...flags: string[]) => {
    const dir = freshDirectory();
    await runCli(["demo", "--as-of", AS_OF, "--dir", dir, ...flags]);
    return figuresOf(await reportsOf(dir));
  };
  // One after another: where a reading takes long, the past is left out of it.
  const first = await figures();
  expect(await figures()).toEqual(first);
  expect(await figures("--seed", "7")).not.toEqual(first);
});

test("thirty days hold an outage, stuck runs and a slow week", async () => {
  const cwd = freshDirectory();
  await runCli(["demo", "--as-of", AS_OF], { cwd });
  const month = await reportsOf(cwd, "--time-window", "30d");
  expect(month.map(({ metadata, performance_metrics: metrics }) => [metadata.source, metrics.stale_actions])).toEqual([
    ["hubspot", 0],
    ["genius", 3],
    ["arrivy", 0],
    ["callrail", 0],
  ]);
  const hubspot = month[0]?.trend_analysis.hourly_distribution.success_rates_per_hour ?? {};
  expect(Object.values(hubspot).filter((rate) => rate === 0).length).toBeGreaterThanOrEqual(4);
  const p95At = async (asOf: string) => {
    const { stdout } = await runCli(["generate", "--as-of", asOf, "--crm", "arrivy", "--format", "json"], { cwd });
    return reportsIn(stdout)[0]?.performance_metrics.duration_seconds?.p95 ?? 0;
  };
  expect((await p95At("2026-06-28T21:00:00Z")) / (await p95At("2026-07-08T21:00:00Z"))).toBeGreaterThan(2);
});

test("every situation that a report explains is there once", async () => {
  const cwd = freshDirectory();
  await runCli(["demo", "--as-of", AFTERNOON], { cwd });
  const reports = await reportsOf(cwd, "--as-of", AFTERNOON, "--detailed");
  const findings = new Set(reports.flatMap((report) => report.findings.map(({ id }) => id)));
  const quality = new Set(reports.flatMap(({ data_quality: found }) => found.map(({ id }) => id)));
  const families = new Set(reports.flatMap(({ error_groups: groups }) => groups.map(({ family }) => family)));
  // No sync counts to 2^53. SQLite knows no infinity, what was the future then is past, every start is written plainly, every run names its rule and tells all its records, and none was cut off.
  expect(CONTRADICTION_KINDS.filter((kind) => !quality.has(kind))).toEqual([
    "end-unreadable",
    "processed-not-counted",
    "far-fewer-records",
    "records-unknown",
    "inexact-counts",
    "start-in-future",
    "start-at-infinity",
    "start-unreadable",
    "without-name",
    "began-too-early",
  ]);
  // Nothing is or was silent as a whole, nothing manual or undeclared, no disabled rule ran, and no share of idle rules is that high.
  expect(FINDING_IDS.filter((id) => !findings.has(id)).toSorted()).toEqual([
    "duration-rising",
    "manual-share-high",
    "no-data",
    "rule-idle",
    "rule-undeclared",
    "rules-stopped",
    "rules-unreadable",
    "runs-missed-together",
    "source-spelled-otherwise",
    "starts-unreadable",
    "tables-missing",
    "times-without-zone",
    "utilization-low",
  ]);
  expect(ERROR_FAMILIES.filter((family) => !families.has(family))).toEqual([]);
});

test.each(["00:00:10", "00:10:00", "04:17:00", "11:31:00", "16:59:30", "21:00:05"])(
  "at %s too: what did not run, what fails, and one cause of three CRMs",
  async (time) => {
    const cwd = freshDirectory();
    const asOf = `2026-07-10T${time}Z`;
    const { code, stdout, stderr } = await runCli(["demo", "--as-of", asOf], { cwd });
    expect(code, stderr).toBe(0);
    const shared = stdout.split("\n").filter((line) => line.includes("connection errors"));
    expect(shared).toEqual([
      expect.stringMatching(
        /^! hubspot, genius, arrivy +connection errors (\d Jul )?\d\d:\d\d–\d\d:\d\d, over: Could not /,
      ),
    ]);
    const reports = await reportsOf(cwd, "--as-of", asOf);
    const findings = new Set<string>(reports.flatMap((report) => report.findings.map(({ id }) => id)));
    const degraded = new Set<string>(reports.flatMap(({ rules }) => rules.flatMap((rule) => rule.degradation ?? [])));
    const wanted = [
      "rule-failing",
      "rule-overdue",
      "rule-stuck",
      "rule-never",
      "rule-empty",
      "rule-degraded",
      "stale-actions",
    ];
    expect(wanted.filter((id) => !findings.has(id))).toEqual([]);
    expect(["failures", "late", "missed", "too-often"].filter((kind) => !degraded.has(kind))).toEqual([]);
  },
);

test("an earlier demo is kept unless forced, and what is none is kept also then", async () => {
  const cwd = freshDirectory();
  const config = join(cwd, "automation-reports.toml");
  await Bun.write(config, "mine");
  for (const args of [["demo"], ["demo", "--force"]]) {
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect([code, stdout, stderr]).toEqual([
      2,
      "",
      expect.stringContaining("of no earlier demo: choose another --dir"),
    ]);
  }
  expect(readFileSync(config, "utf8")).toBe("mine");
  rmSync(config);
  expect((await runCli(["demo"], { cwd })).code).toBe(0);
  const refused = await runCli(["demo"], { cwd });
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([2, "", expect.stringContaining("--force")]);
  expect((await runCli(["demo", "--force"], { cwd })).code).toBe(0);
});
