/** Reports that are kept, found again, shown, compared; and what happens where they cannot be kept. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ReportDiff } from "../../src/report/diff.ts";
import type { Explanation } from "../../src/report/document/explanation-schema.ts";
import type { PassDocument } from "../../src/report/document/pass-schema.ts";
import type { Report } from "../../src/report/document/schema.ts";
import { directoryWith, freshDirectory, runCli, start } from "../making/cli.ts";
import { figuresOf, isRoot, makeTrio, type Trio } from "../making/faults.ts";
import { openStore } from "../../src/store/open.ts";
import { madePass, newStoreUrl, targetOf } from "../making/stores.ts";
import { reportsIn } from "../making/passes.ts";

const GENERATE = ["generate", "--as-of", "2026-07-10T21:00:00Z", "--quiet"];
const JSON_OUT = ["--format", "json"];
let trio: Trio;

beforeAll(async () => {
  trio = await makeTrio();
});

afterAll(async () => await trio.healthy.close());

/** A directory whose configuration has the two healthy CRMs, and keeps reports there. */
function keepingIn(store: string): string {
  return directoryWith(`[store]\n${store}\n[defaults]\nurl = "${trio.healthyUrl}"\n[crm.first]\n[crm.last]\n`);
}

type Listed = { id: string; source: string; origin: string; status: string; report_generated_at: string };

async function list(cwd: string, ...flags: string[]): Promise<Listed[]> {
  const { code, stdout, stderr } = await runCli(["history", "list", ...JSON_OUT, "--quiet", ...flags], { cwd });
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Listed[];
}

describe.each(["SQLite", "PostgreSQL"] as const)("%s", (kind) => {
  let cwd: string;
  let printed: Report[];

  beforeAll(async () => {
    cwd = keepingIn(kind === "SQLite" ? 'path = "kept/reports.sqlite"' : `url = "${await newStoreUrl(kind)}"`);
    const early = ["generate", "--as-of", "2026-07-10T01:30:00Z", "--quiet", "--crm", "first"];
    expect((await runCli([...early, "--detailed"], { cwd })).code).toBe(0);
    const { code, stdout } = await runCli([...GENERATE, "--detailed", ...JSON_OUT], { cwd });
    expect(code).toBe(0);
    printed = reportsIn(stdout);
  });

  test("what was generated is listed, newest first, and found by CRM, time and status", async () => {
    const all = await list(cwd);
    expect(all.map(({ source, origin, status }) => [source, origin, status])).toEqual([
      ["first", "adhoc", "ok"],
      ["last", "adhoc", "ok"],
      ["first", "adhoc", "ok"],
    ]);
    expect((await list(cwd, "--crm", "last")).map(({ id }) => id)).toEqual([all[1]?.id ?? ""]);
    expect((await list(cwd, "--since", "1h")).length).toBe(3);
    expect(await list(cwd, "--until", "1h")).toEqual([]);
    expect(await list(cwd, "--status", "fallback")).toEqual([]);
    expect((await list(cwd, "--limit", "1")).length).toBe(1);
    const two = await runCli(["history", "list", "--limit", "2", "--crm", "first,last"], { cwd });
    expect(two.stderr).toBe("2 of 3 shown: raise --limit, or set --until\n");
    const table = await runCli(["history", "list", "--crm", "last"], { cwd });
    expect(table.stdout).toMatch(
      /^CRM {3}Made \(UTC\) +Window +Verdict +Success +Critical {2}Origin {2}Id\nlast {2}\d+ \w+ \d{4} \d\d:\d\d {2}24 h to 10 Jul 2026 21:00 {2}! warning {2}50.0 % of 2 {9}0 {2}adhoc {3}last-\w+-\w{6}\n$/,
    );
    const local = await runCli(["history", "list", "--crm", "last", "--timezone", "Asia/Tokyo"], { cwd });
    expect(local.stdout).toMatch(
      /^CRM {3}Made \(Asia\/Tokyo\) +Window \(Asia\/Tokyo\) .*\n.* 24 h to 11 Jul 2026 06:00 /,
    );
  });

  test("a report is found by latest, its CRM, a time, and a CRM at a time; latest alone is the whole pass", async () => {
    const [first, last, early] = (await list(cwd)).map(({ id }) => id);
    const stampOf = async (...words: string[]) => {
      const { code, stdout, stderr } = await runCli(["history", "show", ...words, ...JSON_OUT], { cwd });
      expect([code, stderr]).toEqual([0, ""]);
      const shown = JSON.parse(stdout) as Report | PassDocument;
      return "reports" in shown
        ? shown.reports.map(({ metadata }) => `${metadata.source} ${metadata.window_end}`)
        : `${shown.metadata.source} ${shown.metadata.window_end}`;
    };
    const [young, old] = ["2026-07-10T21:00:00Z", "2026-07-10T01:30:00Z"];
    expect(await stampOf("first")).toBe(`first ${young}`);
    expect(await stampOf("first@latest")).toBe(`first ${young}`);
    expect(await stampOf("first@2026-07-10T20:59:59Z")).toBe(`first ${old}`);
    expect(await stampOf("first@2026-07-10T21:00Z")).toBe(`first ${young}`);
    expect(await stampOf("latest")).toEqual([`first ${young}`, `last ${young}`]);
    expect(await stampOf("2026-07-10T12:00:00+02:00")).toEqual([`first ${old}`]);
    expect(await stampOf(last ?? "")).toBe(`last ${young}`);
    const screen = (await runCli(["history", "show", "latest"], { cwd })).stdout;
    expect(screen).toStartWith("2 CRMs · 24 h to 10 Jul 2026 21:00 UTC");
    const zoned = async (...words: string[]) =>
      (await runCli(["history", ...words, "--timezone", "Asia/Tokyo"], { cwd })).stdout.split("\n");
    const end = "10 Jul 2026 21:00 UTC (11 Jul 06:00 Asia/Tokyo; in sentences UTC)";
    expect((await zoned("show", "latest"))[0]).toStartWith(`2 CRMs · 24 h to ${end}`);
    expect((await zoned("show", "first"))[0]).toStartWith(`1 CRM · 24 h to ${end}`);
    expect((await zoned("diff", "first"))[1]).toEndWith(` to ${end}`);
    const path = join(cwd, "automation-reports.toml");
    const configured = readFileSync(path, "utf8");
    writeFileSync(path, `${configured}[display]\ntimezone = "Asia/Tokyo"\n`);
    for (const words of [
      ["show", "latest"],
      ["show", "first"],
      ["diff", "first"],
    ])
      expect((await runCli(["history", ...words], { cwd })).stdout).toContain(end);
    writeFileSync(path, configured);
    const diffOf = async (...words: string[]) => {
      const { code, stdout, stderr } = await runCli(["history", "diff", ...words, ...JSON_OUT], { cwd });
      expect([code, stderr]).toEqual([0, ""]);
      const { before, after } = JSON.parse(stdout) as ReportDiff;
      return [before, after].map(({ source, window_end: end }) => `${source} ${end}`);
    };
    const both = [`first ${old}`, `first ${young}`];
    expect(await diffOf(early ?? "", first ?? "")).toEqual(both);
    expect(await diffOf("first")).toEqual(both);
    expect(await diffOf("2026-07-10T01:30:00Z", "first")).toEqual(both);
    expect(await diffOf(early ?? "", "latest")).toEqual(both);
  });

  test.each([
    {
      words: ["show", "last@2026-07-10T01:30:00Z"],
      says: "no report of last whose window ends by 10 Jul 2026 01:30 UTC",
    },
    {
      words: ["show", "2026-07-01T00:00:00Z"],
      says: "no report whose window ends by 1 Jul 2026 00:00 UTC is kept in ",
    },
    { words: ["show", "1e400"], says: "no report whose window ends by 1 Jan 1970 00:00 UTC is kept in " },
    { words: ["diff", "first@99999999999999d"], says: "no report of first whose window ends by 1 Jan 1970 00:00 UTC" },
    { words: ["show", "frist"], says: "did you mean first?" },
    { words: ["show", "first-20260710T210000Z-000000"], says: 'no report "first-20260710T210000Z-000000" is kept in ' },
    { words: ["show", "first@yesterday"], says: 'the time "yesterday": write a time with its zone' },
    { words: ["diff", "last"], says: "is the oldest report of last in " },
    { words: ["explain", "first", "nothing"], says: 'first has no rule "nothing"' },
  ])("$words: said what there is not", async ({ words, says }) => {
    const { code, stdout, stderr } = await runCli(["history", ...words], { cwd });
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  });

  test("a kept report is printed again as it was: JSON to the byte, the table by the same renderer", async () => {
    const [first] = await list(cwd);
    const shown = await runCli(["history", "show", first?.id ?? "", ...JSON_OUT], { cwd });
    expect([shown.code, shown.stderr]).toEqual([0, ""]);
    expect(shown.stdout).toBe(`${JSON.stringify(printed[0], null, 2)}\n`);
    const table = (await runCli(["history", "show", first?.id ?? ""], { cwd })).stdout;
    expect(table).toContain("first · warning · sync-history");
  });

  test("what changed from one to the other", async () => {
    const [after, before] = await list(cwd, "--crm", "first");
    const ids = [before?.id ?? "", after?.id ?? ""];
    const diff = JSON.parse((await runCli(["history", "diff", ...ids, ...JSON_OUT], { cwd })).stdout) as ReportDiff;
    expect(diff.sections[0]?.changes.slice(0, 2)).toEqual([
      { path: ["total_actions"], before: 1, after: 2 },
      { path: ["failed_actions"], before: 0, after: 1 },
    ]);
    const table = await runCli(["history", "diff", ...ids, "--detailed"], { cwd });
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/\n {2}total_actions +1 +2\n/);
    expect(table.stdout).toContain("\n  all rules: 100.0 % of 1, now 50.0 % of 2, no significant change\n");
    expect(table.stderr).toBe("");
  });

  test("check finds it in order; prune deletes nothing that is younger", async () => {
    const check = await runCli(["store", "check"], { cwd });
    expect([check.code, check.stderr, check.stdout]).toEqual([0, "", expect.stringMatching(/ is in order\n$/)]);
    const prune = await runCli(["store", "prune", "--older-than", "1"], { cwd });
    expect([prune.code, prune.stdout]).toEqual([0, "deleted 0 passes, 0 reports, 0 slots and 0 days of the memory\n"]);
  });

  test("a backup is a store of its own, of SQLite alone", async () => {
    const { code, stderr } = await runCli(["store", "backup", "copy.sqlite"], { cwd });
    if (kind === "PostgreSQL") {
      expect([code, stderr]).toEqual([2, expect.stringContaining("here use pg_dump --table='automation_reports_*'")]);
      return;
    }
    expect([code, statSync(join(cwd, "copy.sqlite")).mode & 0o777]).toEqual([0, 0o600]);
    expect(await list(keepingIn(`path = "${join(cwd, "copy.sqlite")}"`))).toEqual(await list(cwd));
    expect((await runCli(["store", "backup", "copy.sqlite"], { cwd })).code).toBe(0);
  });

  test("where no store is, a backup replaces nothing and makes nothing", async () => {
    const empty = keepingIn(kind === "SQLite" ? 'path = "moved/away.sqlite"' : `url = "${await newStoreUrl(kind)}"`);
    const earlier = join(empty, "copy.sqlite");
    if (kind === "SQLite") {
      expect((await runCli(["store", "backup", earlier], { cwd })).code).toBe(0);
      const before = readFileSync(earlier);
      const { code, stderr } = await runCli(["store", "backup", "copy.sqlite"], { cwd: empty });
      expect([code, stderr]).toEqual([
        5,
        expect.stringMatching(/there is no store to copy at .*moved\/away\.sqlite\n$/),
      ]);
      expect(readFileSync(earlier).equals(before)).toBe(true);
    }
    const { code, stderr } = await runCli(["store", "backup", "new.sqlite"], { cwd: empty });
    expect([code, stderr]).toEqual([5, expect.stringContaining("there is no store to copy at ")]);
    expect([existsSync(join(empty, "new.sqlite")), existsSync(join(empty, "moved"))]).toEqual([false, false]);
    expect((await runCli(["store", "check"], { cwd: empty })).stdout).toMatch(
      kind === "SQLite"
        ? /^\/.* is not there yet: nothing was kept\n$/
        : /^127\.0\.0\.1:\d+\/\w+ has no tables automation_reports_\* yet: nothing was kept\n$/,
    );
  });

  test("a rule of a kept report is explained, with its runs where the report kept them", async () => {
    const [first] = await list(cwd);
    const { rules } = printed[0] ?? { rules: [] };
    const name = rules[0]?.rule_name ?? "";
    const explain = async (...words: string[]) => {
      const { code, stdout, stderr } = await runCli(["history", "explain", ...words], { cwd });
      expect([code, stderr]).toEqual([0, ""]);
      return stdout;
    };
    const [explanation] = JSON.parse(await explain("first", name, ...JSON_OUT)) as Explanation[];
    expect(explanation?.rule).toEqual(rules[0] as Explanation["rule"]);
    expect(explanation?.runs?.length).toBeGreaterThan(0);
    expect(await explain("first", name)).toContain("Newest runs");
    expect(await explain("first")).toContain(`Next: automation-reports history explain ${first?.id} `);
    const brief = ["generate", "--as-of", "2026-07-10T22:00:00Z", "--quiet", "--crm", "last"];
    const { code, stdout } = await runCli(brief, { cwd });
    expect([code, stdout.includes("Newest actions")]).toEqual([0, false]);
    // Whoever looks at it later sees the single runs, though nobody asked for them then.
    expect((JSON.parse(await explain("last", name, ...JSON_OUT)) as Explanation[])[0]?.runs?.length).toBeGreaterThan(0);
    const own = '[[schedule]]\nname = "brief"\ncron = "@daily"\ncrms = ["last"]\ndetailed = false\n';
    writeFileSync(join(cwd, "brief.toml"), `${readFileSync(join(cwd, "automation-reports.toml"), "utf8")}${own}`);
    const now = ["schedule", "run", "brief", "--now", "--config", "brief.toml"];
    expect((await runCli(now, { cwd })).code).toBe(0);
    const [kept] = JSON.parse(await explain("last", name, ...JSON_OUT)) as Explanation[];
    expect(kept?.runs).toBeNull();
    const listed = await explain("last");
    expect(listed).toContain("Newest runs  not kept: the report was made without its details\nNext: ");
    expect(listed.split("\n")[0]?.trim().split(/ {2,}/)).toEqual(["Rule", "Condition", "Since"]);
    expect(await explain("last", name)).toContain("not kept: the report was made without its details");
  });

  test.each([["latest"], ["last"]])("the step that show %s names last can be taken", async (word) => {
    const elsewhere = freshDirectory();
    const flags = ["--config", join(cwd, "automation-reports.toml")];
    const { stdout } = await runCli(["history", "show", word, ...flags], { cwd: elsewhere });
    const next = stdout.split("\nNext: automation-reports ").at(-1)?.replaceAll("\\\n", "").trim() ?? "";
    expect(next).toMatch(/^history explain \S+ \S+ /);
    const taken = await runCli(next.split(/ +/), { cwd: elsewhere });
    expect([taken.code, taken.stderr]).toEqual([0, ""]);
  });

  test("--no-store keeps nothing", async () => {
    const before = await list(cwd);
    expect((await runCli([...GENERATE, "--no-store"], { cwd })).code).toBe(0);
    expect(await list(cwd)).toEqual(before);
  });
});

test("nothing is kept where no store is configured, and $STATE_DIRECTORY configures one", async () => {
  const cwd = trio.healthyOnly();
  expect((await runCli(GENERATE, { cwd })).code).toBe(0);
  expect(readdirSync(cwd)).toEqual(["automation-reports.toml"]);
  const state = join(cwd, "state");
  expect((await runCli(GENERATE, { cwd, env: { STATE_DIRECTORY: state } })).code).toBe(0);
  expect(readdirSync(state)).toEqual([expect.stringMatching(/^reports-[0-9a-f]{12}\.sqlite$/)]);
  const found = await runCli(["history", "list"], { cwd, env: { STATE_DIRECTORY: state } });
  expect(found.stdout.split("\n").length).toBe(4);
});

describe("a store that fails never costs the operator the report: exit 5 and one line", () => {
  /** That the memory could not be read stands there. */
  const withoutNote = (figures: unknown) =>
    JSON.parse(JSON.stringify(figures).replaceAll(/"past":\{[^}]*\}/g, '"past":null')) as unknown;

  async function expectUnkept(cwd: string, says: string): Promise<void> {
    const { code, stdout, stderr } = await runCli([...GENERATE, "--detailed", ...JSON_OUT], { cwd });
    expect([code, withoutNote(figuresOf(stdout))]).toEqual([5, withoutNote(trio.expected)]);
    expect(stderr).toMatch(/^error: store[^\n]+[.?] The reports were made, but are not kept\n$/);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain("canary");
  }

  test.each([
    { name: "text", content: "x".repeat(5000), says: "it is not an SQLite database" },
    { name: "a warehouse", content: null, says: "it is a database of something else" },
  ])("the file is $name", async ({ content, says }) => {
    const cwd = keepingIn('path = "s.sqlite"');
    if (content === null) new Database(join(cwd, "s.sqlite")).run("CREATE TABLE sync_history (id)");
    else writeFileSync(join(cwd, "s.sqlite"), content);
    const before = readFileSync(join(cwd, "s.sqlite"));
    await expectUnkept(cwd, says);
    expect(readFileSync(join(cwd, "s.sqlite")).equals(before)).toBe(true);
  });

  test("the directory is a file", async () => {
    const cwd = keepingIn('path = "blocked/s.sqlite"');
    writeFileSync(join(cwd, "blocked"), "");
    await expectUnkept(cwd, "a part of its path is not a directory");
  });

  test(
    "nobody listens",
    async () => await expectUnkept(keepingIn('url = "postgres://u:canary-pw@127.0.0.1:1/d"'), "store: 127.0.0.1:1"),
    20_000,
  );

  test.skipIf(!isRoot)("the disk is full, from the start or later on (needs root)", async () => {
    for (const size of ["8k", "700k"]) {
      const disk = freshDirectory();
      expect(Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk]).exitCode).toBe(0);
      try {
        const cwd = keepingIn(`path = "${join(disk, "s.sqlite")}"`);
        if (size === "700k") {
          expect((await runCli(["history", "list"], { cwd })).code).toBe(0);
          writeFileSync(join(disk, "filler"), "x".repeat(600_000));
          chmodSync(disk, 0o755);
        }
        await expectUnkept(cwd, "full");
        if (size === "8k") continue;
        Bun.spawnSync(["rm", join(disk, "filler")]);
        expect((await runCli([...GENERATE, ...JSON_OUT], { cwd })).code).toBe(0);
        expect((await list(cwd)).length).toBe(2);
        expect((await runCli(["store", "check"], { cwd })).code).toBe(0);
      } finally {
        Bun.spawnSync(["umount", disk]);
      }
    }
  });
});

test("killed at any moment, the store is whole: all of a pass is there or nothing", async () => {
  const cwd = keepingIn('path = "s.sqlite"');
  for (let round = 0; round < 12; round += 1) {
    const child = start([...GENERATE, ...JSON_OUT], { cwd });
    // Later and later: before, while and after the pass is kept.
    await Promise.race([child.exited, Bun.sleep(40 + round * 25)]);
    child.kill("SIGKILL");
    await child.exited;
  }
  expect((await runCli([...GENERATE, ...JSON_OUT], { cwd })).code).toBe(0);
  const check = await runCli(["store", "check"], { cwd });
  expect([check.code, check.stderr]).toEqual([0, ""]);
  const passes = Map.groupBy(await list(cwd, "--limit", "100"), ({ id }) => id.slice(-6));
  expect([...passes.values()].filter((reports) => reports.length !== 2)).toEqual([]);
});

describe("generate --input", () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = trio.healthyOnly();
    const exporting = [...GENERATE, "--detailed", "--export-json", "--output-dir", "out"];
    expect((await runCli([...exporting, "--output", "pass.json", ...JSON_OUT], { cwd })).code).toBe(0);
  });

  /** Where there is neither configuration nor warehouse. */
  const printAgain = async (input: string, ...flags: string[]) => {
    const elsewhere = freshDirectory();
    const paths = input.split(",").map((path) => join(cwd, path));
    return await runCli(["generate", "--input", paths.join(","), ...flags], { cwd: elsewhere });
  };

  test.each<{ name: string; input: string; sources: string[] }>([
    { name: "an export", input: "out/latest/first.json", sources: ["first"] },
    { name: "two exports", input: "out/latest/last.json,out/latest/first.json", sources: ["last", "first"] },
    { name: "a folder of exports", input: "out/latest", sources: ["first", "last"] },
    { name: "a printed pass", input: "pass.json", sources: ["first", "last"] },
    { name: "a file twice", input: "out/latest/first.json,out/latest/first.json", sources: ["first"] },
    { name: "a pass and its own exports", input: "out/latest,pass.json,pass.json", sources: ["first", "last"] },
  ])("$name", async ({ input, sources }) => {
    const { code, stdout, stderr } = await printAgain(input, ...JSON_OUT);
    expect([code, stderr]).toEqual([0, ""]);
    expect(reportsIn(stdout).map(({ metadata }) => metadata.source)).toEqual(sources);
  });

  test("a day that no month has is refused, and not shown in another zone", async () => {
    const text = readFileSync(join(cwd, "out/latest/first.json"), "utf8");
    writeFileSync(join(cwd, "odd.json"), text.replace(/"window_end": ?"[^"]+"/, '"window_end":"2026-02-30T00:00:00Z"'));
    const { code, stderr } = await printAgain("odd.json", "--timezone", "Europe/Berlin");
    expect([code, stderr]).toEqual([2, expect.stringContaining("window_end")]);
  });

  test("JSON comes out to the byte as it went in; the table is the pass's", async () => {
    const saved = readFileSync(join(cwd, "pass.json"), "utf8");
    expect((await printAgain("pass.json", ...JSON_OUT)).stdout).toBe(saved);
    const table = (await printAgain("pass.json")).stdout;
    expect(table).toStartWith(
      "2 CRMs · 24 h to 10 Jul 2026 21:00 UTC · 4 runs, 2 failed, none older than 01:00 · 2 warning\n",
    );
    expect(table).toContain("\n! warning · 2 CRMs read · made in ");
    expect((await printAgain("pass.json", "--fail-on", "critical")).code).toBe(0);
    expect((await printAgain("pass.json", "--fail-on", "warning")).code).toBe(1);
  });

  test.each([
    {
      name: "a flag that says what to read",
      file: "[]",
      flags: ["--crm", "first"],
      says: "--crm has no meaning with --input",
    },
    {
      name: "one that has a default",
      file: "[]",
      flags: ["--time-window", "24"],
      says: "--time-window has no meaning with --input",
    },
    { name: "the configuration", file: "[]", flags: ["--config=x"], says: "--config has no meaning with --input" },
    { name: "no JSON", file: "{", flags: [], says: "bad.json: it is not JSON" },
    { name: "a list", file: "[]", flags: [], says: "bad.json: it is a list: give one report, or a pass" },
    {
      name: "another document",
      file: "{}",
      flags: [],
      says: "bad.json: it is not a report: schema_version is missing",
    },
    { name: "a newer report", file: '{"schema_version": 3}', flags: [], says: "schema_version 3 is newer" },
  ])("$name: said, nothing printed", async ({ file, flags, says }) => {
    writeFileSync(join(cwd, "bad.json"), file);
    const { code, stdout, stderr } = await printAgain("bad.json", ...flags);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  });

  test("a report with one wrong place: the file and the place", async () => {
    const report = JSON.parse(readFileSync(join(cwd, "out/latest/first.json"), "utf8")) as Report;
    mkdirSync(join(cwd, "wrong"), { recursive: true });
    const wrong = { ...report, performance_metrics: { ...report.performance_metrics, total_actions: "many" } };
    const pass = JSON.parse(readFileSync(join(cwd, "pass.json"), "utf8")) as PassDocument;
    writeFileSync(join(cwd, "wrong/a.json"), JSON.stringify({ ...pass, reports: [report, wrong] }));
    writeFileSync(join(cwd, "wrong/b.json"), JSON.stringify({ ...report, extra: 1 }));
    const listed = await printAgain("wrong/a.json");
    expect(listed.stderr).toEndWith(
      "wrong/a.json: it is not a pass: reports.1.performance_metrics.total_actions is not number\n",
    );
    expect((await printAgain("wrong/b.json")).stderr).toEndWith(
      "wrong/b.json: it is not a report: extra is not known\n",
    );
    expect((await printAgain("gone.json")).stderr).toContain("there is no such file");
    expect(existsSync(join(cwd, "state"))).toBe(false);
  });
});

describe("words and values", () => {
  test.each([
    { args: ["history", "show"], says: "REPORT is missing. See automation-reports history show --help" },
    { args: ["history", "show", "a", "b"], says: 'unexpected word "b"' },
    { args: ["history", "show", ""], says: "REPORT is empty" },
    { args: ["history", "diff"], says: "REPORT is missing" },
    { args: ["history", "explain"], says: "REPORT is missing" },
    { args: ["store", "backup"], says: "FILE is missing" },
    { args: ["history", "show", "nobody"], says: "no report of nobody is kept in " },
    {
      args: ["history", "list", "--since", "yesterday"],
      says: "write a time with its zone, such as 2026-07-10T21:00:00Z, or how long ago it was, such as 7d",
    },
    { args: ["history", "list", "--limit", "0"], says: "write a whole number from 1 to 10000" },
    { args: ["history", "list", "--crm", "A;"], says: "is no CRM's name" },
    { args: ["history", "list", "--crm", "frist"], says: "nothing is kept of it in " },
    { args: ["history", "list", "--crm", "first,frist"], says: '"frist" is not configured' },
    { args: ["history", "list", "--crm", "frist"], says: "did you mean first?" },
    {
      args: ["generate", "--input", "a.json", "b.json"],
      says: "write automation-reports generate --input a.json,b.json.",
    },
    { args: ["store", "prune", "--older-than", "1h"], says: "write days or a duration (1d to 3660d)" },
  ])("$args", async ({ args, says }) => {
    const { code, stdout, stderr } = await runCli(args, { cwd: keepingIn('path = "s.sqlite"') });
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  });
});

test("what was made while the clock was years ahead is neither latest nor a CRM's newest", async () => {
  const cwd = keepingIn('path = "s.sqlite"');
  await using store = await openStore(targetOf(`sqlite:${join(cwd, "s.sqlite")}`));
  const madeAt = async (word: string) => {
    const { stdout } = await runCli(["history", "show", word, ...JSON_OUT], { cwd });
    return /"report_generated_at": "(\d{4})/.exec(stdout)?.[1];
  };
  await store.reports.keepPass(madePass(["first"], "2126-07-10T21:00:00Z"), "daily");
  expect(await madeAt("latest")).toBe("2126");
  await store.reports.keepPass(madePass(["first"], "2026-07-10T21:00:00Z"), "daily");
  expect([await madeAt("latest"), await madeAt("first")]).toEqual(["2026", "2026"]);
  const listed = await runCli(["history", "list", "--limit", "1"], { cwd });
  expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining("first-20260710T210000Z")]);
  const [, since = ""] =
    /^reports of after now, up to 10 Jul 2126 21:00 UTC, are left out: .*; --since (\S+) shows them$/m.exec(
      listed.stderr,
    ) ?? [];
  const ahead = await runCli(["history", "list", "--since", since], { cwd });
  expect([ahead.code, ahead.stdout]).toEqual([0, expect.stringContaining("first-21260710T210000Z")]);
});

test("of a whole pass explain and diff take the most urgent report, and say which", async () => {
  const cwd = freshDirectory();
  const times = ["2026-07-10T20:00:00Z", "2026-07-10T21:00:00Z"];
  await runCli(["demo", "--dir", ".", "--as-of", times[1] ?? ""], { cwd });
  appendFileSync(join(cwd, "automation-reports.toml"), '\n[store]\npath = "kept.sqlite"\n');
  for (const time of times) expect((await runCli(["generate", "--as-of", time], { cwd })).code).toBe(0);
  // It has the most critical findings of the demo: a rule that fails, and many failures. By name arrivy and callrail come before it.
  const worst = "genius";
  for (const command of ["explain", "diff"]) {
    const { code, stdout, stderr } = await runCli(["history", command, "latest"], { cwd });
    expect([code, stderr]).toEqual([0, `of ${worst}, the most urgent of that pass: name another CRM for its report\n`]);
    expect(stdout).toContain(worst);
  }
  expect((await runCli(["history", "explain", "arrivy"], { cwd })).stderr).toBe("");
  const explain = async (rule: string) => await runCli(["history", "explain", "latest", rule], { cwd });
  const having = await explain("statuses");
  expect([having.code, having.stderr, having.stdout]).toEqual([
    0,
    'of arrivy, the most urgent of that pass with "statuses": name another CRM for its report\n',
    expect.stringMatching(/^arrivy statuses · degraded, warning/),
  ]);
  const none = await explain("statutes");
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining(`${worst} has no rule "statutes"`)]);
});

test("diff says that the one window is longer than the other, and nothing of windows alike", async () => {
  const cwd = keepingIn('path = "kept.sqlite"');
  const make = async (time: string, window: string) => {
    const { code } = await runCli(["generate", "--as-of", time, "--time-window", window, "--quiet"], { cwd });
    expect(code).toBe(0);
    return (await runCli(["history", "diff", "first"], { cwd })).stderr;
  };
  await make("2026-07-10T19:00:00Z", "24");
  expect(await make("2026-07-10T20:00:00Z", "24")).toBe("");
  expect(await make("2026-07-10T21:00:00Z", "7d")).toBe(
    "warning: the windows are 24 h and 7 d long: what differs may come of that alone\n",
  );
});
