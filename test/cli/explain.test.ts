/** One command says why a rule is flagged: `explain`, and `generate --rule` for scripts. */
import { toJsonSchema } from "@valibot/to-json-schema";
import { beforeAll, describe, expect, test } from "bun:test";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { Database } from "bun:sqlite";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExplanationsSchema, type Explanation } from "../../src/report/document/explanation-schema.ts";
import { directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import { makeTables } from "../making/own-tables.ts";
import { startPeer } from "../making/peers.ts";

const AS_OF = ["--as-of", "2026-07-10T21:00:00Z"];
const matches = addFormats
  .default(new Ajv())
  .compile(toJsonSchema(ExplanationsSchema, { typeMode: "input", errorMode: "ignore" }));
let cwd: string;

beforeAll(async () => {
  cwd = freshDirectory();
  expect((await runCli(["demo", "--dir", ".", ...AS_OF], { cwd })).code).toBe(0);
});

async function explain(...args: string[]) {
  return await runCli(["explain", ...args, ...AS_OF], { cwd, env: { COLUMNS: "100" } });
}

test("a rule: why, since when, its limits with their origin, its runs, what to do, what would change it", async () => {
  const { code, stdout, stderr } = await explain("hubspot", "zipcodes");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n")[0]).toBe("hubspot zipcodes · overdue, critical · at 10 Jul 2026 21:00 UTC");
  for (const line of [
    "  Why         zipcodes: last success 1d 04h ago, due every 4h, 6 runs did not start",
    "  What to do  Restart zipcodes, or its scheduler and worker",
    "  Week ago    6 of 6 runs succeeded",
    "  warning from this age on    6h, by its schedule (every 4h)",
    '  [crm.hubspot.rules.zipcodes]  expect = "every 29 hours"',
  ]) {
    expect(stdout).toContain(`\n${line}\n`);
  }
  expect((await explain("genius", "history")).stdout).toContain("\n  Week ago    no run ended\n");
  expect((await explain("hubspot", "invoices")).stdout).toContain("; 3 due, 3 missed, 1 may still start\n");
  // What a terminal of 24 lines still shows.
  expect(stdout).toEndWith(
    "\n\n  ✗  zipcodes: last success 1d 04h ago, due every 4h, 6 runs did not start\n     → Restart zipcodes, or its scheduler and worker\n",
  );
  expect(stdout).toContain(`\n  Newest runs  ${"✓".repeat(20)}  the newest last\n`);
  expect(stdout.split("\n").filter((line) => Bun.stringWidth(line) > 100)).toEqual([]);
});

test.each(["60", "70", "80"])("at %s columns each limit hangs below itself", async (columns) => {
  const { stdout } = await runCli(["explain", "hubspot", "zipcodes", ...AS_OF], { cwd, env: { COLUMNS: columns } });
  const [, limits = ""] = stdout.split("\n  Limits\n");
  const lines = (limits.split("\n\n")[0] ?? "").split("\n");
  const labels = lines.filter((line) => /^ {2}\S/.test(line));
  expect(labels.length).toBeGreaterThan(2);
  expect(lines.filter((line) => !labels.includes(line) && !/^ {30}\S/.test(line))).toEqual([]);
  expect(lines.filter((line) => Bun.stringWidth(line) > Number(columns))).toEqual([]);
});

test("a message that eight runs failed with is told once, with their number; beside its runs it stands as often", async () => {
  const { stdout } = await explain("genius", "users");
  const [runs = "", errors = ""] = stdout.split("  Newest errors\n");
  const lines = (text: string) =>
    text.split("\n").filter((line) => line.includes("HTTP 401 Unauthorized: token expired"));
  expect(lines(errors.split("\n\n")[0] ?? "")).toEqual([
    "  18:00         HTTP 401 Unauthorized: token expired (8 runs)",
  ]);
  expect(lines(runs.split("  Newest runs")[1] ?? "")).toHaveLength(5);
});

test("all rules of a CRM: a line each, worst first, and the next command", async () => {
  const { stdout } = await explain("genius");
  const lines = stdout.trimEnd().split("\n");
  expect(lines[1]).toMatch(/^users +failing, critical +9 Jul 21:00 +✓+✗+$/);
  expect(lines.at(-1)).toBe("Next: automation-reports explain genius users --as-of 2026-07-10T21:00:00Z");
  const narrow = await runCli(["explain", "genius", ...AS_OF], { cwd, env: { COLUMNS: "60" } });
  expect(narrow.stdout).toEndWith(
    "\nNext: automation-reports explain genius users \\\n  --as-of 2026-07-10T21:00:00Z\n",
  );
});

test("of 20 rules, two of them flagged, the others share a line: the screen keeps what needs somebody", async () => {
  await using tables = await makeTables(
    "sqlite",
    `CREATE TABLE automation_actions (id integer primary key, crm_source text, rule text, status text, started_at text, finished_at text,
      records_processed int, records_created int, records_updated int, records_failed int, error text, dry_run boolean, wrapper boolean);
    WITH RECURSIVE rules(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM rules WHERE n < 20),
      hours(h) AS (SELECT 0 UNION ALL SELECT h + 1 FROM hours WHERE h < 100)
    INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at, records_processed, error)
      SELECT 'hubspot', printf('r%02d', n), CASE WHEN n IN (7, 12) AND h < 8 THEN 'failed' ELSE 'success' END,
        datetime('2026-07-10 20:30', '-' || h || ' hours'), datetime('2026-07-10 20:31', '-' || h || ' hours'), 5,
        CASE WHEN n IN (7, 12) AND h < 8 THEN 'HTTP 500' END FROM rules, hours`,
  );
  const own = directoryWith(`[crm.hubspot]\nurl = "${tables.url}"\n`);
  const { stdout } = await runCli(["explain", "hubspot", ...AS_OF], { cwd: own, env: { COLUMNS: "100" } });
  const [list = ""] = stdout.split("\n\n");
  expect(list.split("\n").map((line) => line.slice(0, 60).trimEnd())).toEqual([
    "Rule  Condition          Since  Newest runs",
    "r07   failing, critical  13:31  ✓✓✓✓✓✓✓✓✓✓✓✓✗✗✗✗✗✗✗✗",
    "r12   failing, critical  13:31  ✓✓✓✓✓✓✓✓✓✓✓✓✗✗✗✗✗✗✗✗",
    "  ✓  nothing is told of 18 rules: r01, r02, r03, r04, r05 an",
  ]);
});

test("all rules of a CRM: why the CRM itself is flagged stands below them, with what to do", async () => {
  const { stdout } = await explain("genius");
  const own = stdout.split("\n\n").find((block) => block.startsWith("The CRM itself\n")) ?? "";
  const { reports } = JSON.parse(
    (await runCli(["generate", "--crm", "genius", ...AS_OF, "--format", "json"], { cwd })).stdout,
  ) as { reports: { findings: { rule_name: string | null; severity: string; message: string }[] }[] };
  const flagged = reports[0]?.findings.filter((one) => one.rule_name === null && one.severity !== "info") ?? [];
  expect(flagged.length).toBeGreaterThan(0);
  for (const { message } of flagged) expect(own.replaceAll(/\s+/g, " ")).toContain(message);
  expect(own).toContain("→ ");
});

describe("JSON", () => {
  test("is what its schema says, of one rule and of all", async () => {
    const one = JSON.parse((await explain("genius", "users", "--format", "json")).stdout) as Explanation[];
    const all = JSON.parse((await explain("genius", "--format", "json")).stdout) as Explanation[];
    for (const printed of [one, all]) expect([matches(printed), matches.errors]).toEqual([true, null]);
    expect(one.map(({ rule }) => rule.condition)).toEqual(["failing"]);
    expect(all.length).toBeGreaterThan(5);
  });

  test("generate --rule prints the same", async () => {
    const args = ["generate", "--crm", "genius", "--rule", "users", ...AS_OF, "--format", "json"];
    expect((await runCli(args, { cwd })).stdout).toBe((await explain("genius", "users", "--format", "json")).stdout);
  });
});

test("a limit of the configuration is named by its line", async () => {
  const own = `[defaults]\nstale_after = "3h"\n[crm.hubspot]\nurl = "sqlite:warehouse.sqlite"\npreset = "automation"\n[crm.hubspot.rules.zipcodes]\nwarn_after = "2d"\n`;
  writeFileSync(join(cwd, "own.toml"), own);
  const { stdout } = await explain("hubspot", "zipcodes", "--config", "own.toml");
  expect(stdout).toContain("\n  warning from this age on    2d, by [crm.hubspot.rules.zipcodes], line 7\n");
  expect(stdout).toContain("\n  a run is stale after        3h, by [defaults], line 2\n");
});

test("a rule whose name no terminal shows is typed as it is shown", async () => {
  copyFileSync(join(cwd, "warehouse.sqlite"), join(cwd, "odd.sqlite"));
  using database = new Database(join(cwd, "odd.sqlite"));
  database.run("UPDATE automation_actions SET rule = 'a' || char(9) || 'b' WHERE rule = 'prospects'");
  writeFileSync(join(cwd, "odd.toml"), '[crm.genius]\nurl = "sqlite:odd.sqlite"\npreset = "automation"\n');
  const { code, stdout } = await explain("genius", "a\\u{9}b", "--config", "odd.toml");
  expect([code, stdout.split(" · ")[0]]).toEqual([0, "genius a\\u{9}b"]);
});

test.each([
  { args: ["nobody"], says: 'CRM "nobody" is not configured: did you mean hubspot' },
  { args: ["hubspot", "zipcode"], says: 'hubspot has no rule "zipcode": did you mean zipcodes?' },
  { args: [], says: "CRM is missing" },
])("$args: $says", async ({ args, says }) => {
  const { code, stdout, stderr } = await explain(...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(says.split(":")[0] ?? says);
});

test("a CRM that cannot be read: the reason, exit 4", async () => {
  writeFileSync(join(cwd, "gone.toml"), '[crm.gone]\nurl = "sqlite:nowhere.sqlite"\n');
  const { code, stdout, stderr } = await explain("gone", "--config", "gone.toml");
  expect([code, stdout]).toEqual([4, ""]);
  expect(stderr).toMatch(/^error: gone could not be read: .*nowhere\.sqlite/);
});

test.each([{ asked: ["genius"] }, { asked: ["genius", "users"] }])(
  "$asked does not wait for CRMs that are silent, and says which they are",
  async ({ asked }) => {
    using silent = startPeer({});
    const url = `postgresql://u:p@127.0.0.1:${silent.port}/d`;
    const away = ["acme", "mute"].map((name) => `[crm.${name}]\nurl = "${url}"\n`).join("");
    const config = 'concurrency = 2\n[defaults]\ntimeout = "10m"\n';
    writeFileSync(
      join(cwd, "silent.toml"),
      `${config}${away}[crm.genius]\nurl = "sqlite:warehouse.sqlite"\npreset = "automation"\n`,
    );
    const { code, stdout, stderr } = await explain(...asked, "--config", "silent.toml");
    expect([code, stdout.includes("users")]).toEqual([0, true]);
    expect(stderr).toContain(
      "warning: acme, mute were not read within 2 s of genius: what happened there at that time is not told\n",
    );
  },
);

describe("what would change the judgement", () => {
  const CONFIG = "automation-reports.toml";
  const judge = async (crm: string, rule: string, config = CONFIG): Promise<Explanation | null> => {
    const { code, stdout } = await explain(crm, rule, "--format", "json", "--config", config);
    return code === 0 ? ((JSON.parse(stdout) as Explanation[])[0] ?? null) : null;
  };
  const FLAGGED = [
    { crm: "hubspot", rule: "zipcodes", was: "overdue", line: 'expect = "every 29 hours"' },
    { crm: "hubspot", rule: "companies", was: "empty", line: 'exclude_rules = ["companies"]' },
    { crm: "hubspot", rule: "invoices", was: "never", line: 'exclude_rules = ["invoices"]' },
    { crm: "genius", rule: "history", was: "stuck", line: "stale_after = " },
    { crm: "genius", rule: "leads", was: "degraded", line: "rule_success_rate = " },
    { crm: "genius", rule: "users", was: "failing", line: 'exclude_rules = ["users"]' },
    { crm: "arrivy", rule: "tasks", was: "degraded", line: "expect = " },
    { crm: "arrivy", rule: "statuses", was: "degraded", line: 'exclude_rules = ["statuses"]' },
    { crm: "arrivy", rule: "bookings", was: "degraded", line: "" },
    { crm: "callrail", rule: "texts", was: "unknown", line: "" },
  ];

  test.each(FLAGGED)("$crm $rule, $was: the line, written into the configuration, changes it", async (row) => {
    const { crm, rule, was, line } = row;
    const before = await judge(crm, rule);
    const setting = before?.setting ?? null;
    if (before === null || setting === null) throw new Error("no line");
    expect([before.rule.condition, setting.line]).toEqual([was, expect.stringContaining(line)] as never);
    const text = await Bun.file(join(cwd, CONFIG)).text();
    const head = `[${setting.table.join(".")}]\n`;
    const changed = text.includes(head)
      ? text.replace(head, `${head}${setting.line}\n`)
      : `${text}\n${head}${setting.line}\n`;
    writeFileSync(join(cwd, "changed.toml"), changed);
    const then = await judge(crm, rule, "changed.toml");
    const told = ({ rule: { condition, severity } }: Explanation) => `${condition} ${severity ?? ""}`;
    if (then !== null) expect(told(then)).not.toBe(told(before));
  });

  test("of a kept report nothing is tried, and where it is tried is said", async () => {
    const all = JSON.parse((await explain("hubspot", "--format", "json")).stdout) as Explanation[];
    const zipcodes = all.find(({ rule }) => rule.rule_name === "zipcodes");
    expect([zipcodes?.setting, zipcodes?.setting_note]).toEqual([
      null,
      "automation-reports explain, with the CRM and the rule, reads the rows and tries which line would",
    ]);
  });
});
