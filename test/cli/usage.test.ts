import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directoryWith, freshDirectory, runCli } from "../making/cli.ts";

const cwd = directoryWith('[crm.hubspot]\nurl = "sqlite:x.sqlite"\n[crm.genius]\nurl = "sqlite:x.sqlite"\n');

describe("a typing error runs nothing, exits 2 and names the right one", () => {
  test.each([
    { args: ["--bogus"], says: 'flag "--bogus" stands before the command: name one. See' },
    { args: ["generate", "--days", "7"], says: 'unknown flag "--days": write --time-window 7d.' },
    { args: ["generate", "--hours", "7"], says: 'unknown flag "--hours": write --time-window 7h.' },
    { args: ["generate", "--from", "2026-01-01"], says: 'unknown flag "--from": write --time-window 7d.' },
    { args: ["generate", "--since", "24"], says: 'unknown flag "--since": write --time-window 24.' },
    { args: ["--json"], says: 'there is no flag "--json": write automation-reports generate --format json. See' },
    { args: ["--since=7d"], says: 'there is no flag "--since": write automation-reports generate --time-window 7d.' },
    { args: ["--no-colour"], says: 'there is no flag "--no-colour": write automation-reports generate --no-color.' },
    { args: ["generate", "--no-colour"], says: 'unknown flag "--no-colour": write --no-color.' },
    { args: ["generate", "--no-color=yes"], says: "--no-color takes no value. See" },
    { args: ["generate", "--detailed", "true"], says: 'unexpected word "true". See' },
    { args: ["generate", "help"], says: 'unexpected word "help": write automation-reports generate --help.' },
    { args: ["generate", "-help"], says: 'unknown flag "-h": write --help.' },
    { args: ["generate", "—crm", "genius"], says: "write automation-reports generate --crm genius." },
    { args: ["check", "–-format", "json", "-q"], says: "write automation-reports check --format json." },
    {
      args: ["explain", "--crm", "genius", "--rule", "users"],
      says: 'unknown flag "--crm": write automation-reports explain CRM RULE.',
    },
    { args: ["generate", "--bogus"], says: "log-format, no-store, no-color." },
    { args: ["--format", "json"], says: "name one such as automation-reports generate --format json." },
    {
      args: ["config", "--config", "x", "check"],
      says: "flags come after the command: automation-reports config check --config x",
    },
    {
      args: ["--config", "check", "--quiet", "generate", "--detailed"],
      says: "flags come after the command: automation-reports generate --detailed --config check --quiet",
    },
    { args: ["-c=a b", "history", "list"], says: 'automation-reports history list "-c=a b"' },
    {
      args: ["doctor", "--crm", "genius"],
      says: 'unknown command "doctor": write automation-reports check --crm genius',
    },
    { args: ["init"], says: "write automation-reports config init" },
    { args: ["why", "genius", "deals"], says: "write automation-reports explain genius deals" },
    { args: ["generate", "genius"], says: 'unexpected word "genius": write automation-reports generate --crm genius.' },
    { args: ["check", "genius", "hubspot", "-q"], says: "write automation-reports check --crm genius,hubspot." },
    { args: ["generate", "7d"], says: "write automation-reports generate --time-window 7d." },
    { args: ["config", "check", "/etc/x.toml"], says: "write automation-reports config check --config /etc/x.toml." },
    { args: ["schedule", "history", "morning"], says: "write automation-reports schedule history --schedule morning." },
    { args: ["generate", "--json"], says: 'unknown flag "--json": write --format json.' },
    { args: ["history", "list", "--json"], says: "write --format json." },
    { args: ["generate", "--since", "7d"], says: 'unknown flag "--since": write --time-window 7d.' },
    { args: ["generate", "--window=2h"], says: 'unknown flag "--window": write --time-window 2h.' },
    { args: ["generate", "--critical"], says: "write --fail-on critical." },
    { args: ["generate", "--full", "--crm", "genius"], says: 'unknown flag "--full": write --detailed.' },
    { args: ["check", "-o", "-"], says: 'unknown flag "--output": it prints to the standard output' },
    { args: ["generat"], says: "did you mean generate?" },
    { args: ["gen"], says: "write automation-reports generate" },
    { args: ["dashboard"], says: "write automation-reports serve" },
    { args: ["config", "validate"], says: "write automation-reports config check" },
    { args: ["schedule", "start"], says: "write automation-reports schedule\n" },
    { args: ["help", "generate", "extra"], says: 'unexpected word "extra": write automation-reports help generate' },
    { args: ["generate", "--days", "7"], says: "write --time-window 7d." },
    { args: ["generate", "--weeks=2"], says: "write --time-window 2w." },
    { args: ["generate", "--hours", "7"], says: "write --time-window 7h." },
    { args: ["generate", "--from", "2026-01-01"], says: "write --time-window 7d. Its end is --as-of." },
    {
      args: ["generate", "--crm", "genius", "hubspot"],
      says: "write automation-reports generate --crm genius,hubspot.",
    },
    { args: ["generate", "--per-rule"], says: "--per-rule needs --format openmetrics" },
    { args: ["config", "chekc"], says: "did you mean check?" },
    { args: ["generate", "--crmm", "x"], says: "did you mean --crm?" },
    { args: ["generate", "-x", "x"], says: 'unknown flag "-x"' },
    { args: ["generate", "-c"], says: "--config needs a value" },
    { args: ["generate", "-c", "x", "--config", "y"], says: "--config is given twice" },
    { args: ["generate", "“--crm”", "genius"], says: "write automation-reports generate --crm genius." },
    { args: ["generate", "»genius«"], says: "write automation-reports generate --crm genius." },
    {
      args: ["generate", "--", "--crm", "genius"],
      says: 'unexpected word "--crm": write automation-reports generate --crm genius.',
    },
    { args: ["help", "conditions"], says: 'unknown topic "conditions": write automation-reports help findings\n' },
    { args: ["help", "Cron"], says: "write automation-reports help schedules\n" },
    { args: ["config", "init", "-o", "/"], says: "/ is a directory: name a file in it" },
    { args: ["generate", "-vq"], says: "--quiet and --verbose exclude each other" },
    { args: ["generate", "-qfxml"], says: '--format "xml": choose' },
    { args: ["generate", "-v", "-q"], says: "--quiet and --verbose exclude each other" },
    { args: ["generate", "--color", "blue"], says: '--color "blue": choose auto or always or never' },
    { args: ["generate", "--no-color", "--color", "always"], says: "--color is given twice" },
    { args: ["generate", "--timezone", "Mars/Base"], says: '--timezone "Mars/Base": write an IANA name' },
    { args: ["generate", "-fxml"], says: '--format "xml": choose' },
    { args: ["generate", "-f", "json", "--format=json"], says: "--format is given twice" },
    { args: ["generate", "extra"], says: 'unexpected word "extra"' },
    { args: ["generate", "--crm"], says: "--crm needs a value" },
    { args: ["generate", "--crm="], says: "--crm needs a value" },
    { args: ["generate", "--crm", "--detailed"], says: "--crm needs a value" },
    { args: ["generate", "--crm", "hubspot", "--crm", "genius"], says: "--crm is given twice" },
    { args: ["generate", "--detailed", "--detailed"], says: "--detailed is given twice" },
    { args: ["generate", "--detailed=no"], says: "--detailed takes no value" },
    { args: ["generate", "--format", "xml"], says: "choose table or json or findings" },
    { args: ["generate", "--crm", "hubspt"], says: '"hubspt" is not configured: did you mean hubspot?' },
    { args: ["generate", "--crm", "hubspot,hubspot"], says: "named twice" },
    { args: ["generate", "--crm", "all,hubspot"], says: "all stands alone" },
    { args: ["generate", "--crm", "hubspot,"], says: "a name is missing" },
    { args: ["generate", "--crm", "hubspоt"], says: "is not configured" },
    { args: ["generate", "--crm", "'; DROP TABLE x; --"], says: "is not configured" },
    { args: ["generate", "--crm", "../../etc/passwd"], says: "is not configured" },
    { args: ["generate", "--crm", "\u001b[31m"], says: "\\u{1b}[31m" },
    { args: ["generate", "--time-window", "0"], says: "1 minute to 366 days" },
    { args: ["generate", "--time-window", "-5"], says: "1 minute to 366 days" },
    { args: ["generate", "--time-window", "1e309"], says: "1 minute to 366 days" },
    { args: ["generate", "--time-window", "1000000000"], says: "1 minute to 366 days" },
    { args: ["generate", "--time-window", "367d"], says: "1 minute to 366 days" },
    { args: ["generate", "--baseline", "week", "--time-window", "7d"], says: "at most 84 hours" },
    { args: ["generate", "--baseline", "month"], says: "choose week" },
    { args: ["generate", "--as-of", "yesterday"], says: "write a time with its zone" },
    { args: ["generate", "--as-of", "2026-02-30T21:00:00Z"], says: "there is no such day or time" },
    { args: ["generate", "--as-of", "2026-07-10T25:00:00+02:00"], says: "there is no such day or time" },
    { args: ["generate", "--as-of", "2026-07-10"], says: "write a time with its zone" },
    { args: ["generate", "--as-of", "-271821-04-20T00:00:00Z"], says: "before 1970" },
    { args: ["demo", "--as-of", "-271821-04-20T00:00:00Z"], says: "before 1970" },
    { args: ["generate", "--as-of", "2199-01-01T00:00:00Z"], says: "in the future" },
    { args: ["generate", "--timeout", "0"], says: "100ms to 1h" },
    { args: ["generate", "--concurrency", "1.5"], says: "whole number" },
    { args: ["generate", "--output-dir", "x"], says: "needs --export-json" },
    { args: ["generate", "--quiet", "--verbose"], says: "exclude each other" },
    { args: ["demo", "--seed", "-1"], says: "--seed" },
  ])("$args", async ({ args, says }) => {
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr).toStartWith("error: ");
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});

test.each([
  { args: ["generate", "postgres://u:canary@h/d"] },
  { args: ["postgres://u:canary@h/d"] },
  { args: ["generate", "--format", "postgres://u:canary@h/d"] },
  { args: ["generate", "--source", "u:canary@h"] },
  { args: ["--url", "postgres://u:canary@h/d", "generate"] },
  { args: ["--password", "canary", "generate"] },
  { args: ["--password=canary", "check"] },
  { args: ["doctor", "--password", "canary"] },
])("a secret among the words is not repeated: $args", async ({ args }) => {
  const { code, stdout, stderr } = await runCli(args, { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toStartWith("error: ");
  expect(stderr).not.toContain("canary");
});

test.each([
  { args: ["config", "check", "-c", "automation-reports.toml"], says: "hubspot: sqlite" },
  { args: ["config", "show", "-fjson"], says: '"settings"' },
  { args: ["config", "show", "-f=json", "-q"], says: '"settings"' },
])("short flags: $args", async ({ args, says }) => {
  const { code, stdout } = await runCli(args, { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain(says);
});

describe("help and version", () => {
  test.each([
    { args: [], says: "generate" },
    { args: ["--help"], says: "generate" },
    { args: ["generate", "--help"], says: "--time-window 24|7d" },
    { args: ["help", "generate"], says: "--no-color" },
    { args: ["config"], says: "init" },
    { args: ["completion", "names", "--help"], says: "completion script" },
    { args: ["-v"], says: "automation-reports 0.1.0 (commit " },
    { args: ["--version"], says: "automation-reports 0.1.0 (commit " },
  ])("$args goes to stdout, plain, exit 0", async ({ args, says }) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(says);
    expect(stdout).not.toContain("\u001b");
  });
});

describe("configuration", () => {
  test("none: says where it looked and what to do", async () => {
    const { code, stderr } = await runCli(["generate"]);
    expect(code).toBe(2);
    expect(stderr).toContain("automation-reports config init");
  });

  test("init prints a file that check accepts once its variable is set", async () => {
    const { stdout } = await runCli(["config", "init"]);
    const directory = directoryWith(stdout);
    const unset = await runCli(["config", "check"], { cwd: directory });
    expect([unset.code, unset.stderr]).toEqual([2, expect.stringContaining("WAREHOUSE_URL is not set")]);
    const set = await runCli(["config", "check"], {
      cwd: directory,
      env: { WAREHOUSE_URL: "postgres://u:canary@h/d" },
    });
    expect(set).toEqual({
      code: 0,
      stdout: `${directory}/automation-reports.toml is valid\nhubspot: postgres h:5432, preset auto, crm_source hubspot\nschedule twice-a-day: exports to ${directory}/logs/automation_reports\n`,
      stderr: "",
    });
  });

  test("check and show say where each schedule exports to, whatever [export] enabled says", async () => {
    const cwd = directoryWith(
      '[crm.a]\nurl = "sqlite:a.sqlite"\n[export]\nenabled = false\ndir = "out"\n[[schedule]]\nname = "m"\ncron = "@daily"\n[[schedule]]\nname = "n"\ncron = "@daily"\nexport = false\n',
    );
    const check = await runCli(["config", "check"], { cwd });
    expect(check.stdout).toEndWith(`schedule m: exports to ${cwd}/out\nschedule n: exports nothing\n`);
    const { stdout } = await runCli(["config", "show"], { cwd });
    expect(stdout.split("\n").filter((line) => line.startsWith("[[schedule]]"))).toEqual([
      `[[schedule]]  # exports to ${cwd}/out`,
      "[[schedule]]  # exports nothing",
    ]);
  });

  test("now is a time as any other", async () => {
    const demo = await runCli(["demo", "--as-of", "now"]);
    expect([demo.code, demo.stdout]).toEqual([0, expect.stringContaining("4 CRMs read")]);
  });

  test.each([
    { flag: "--output", name: "automation-reports.toml" },
    { flag: "-o", name: "of mine.toml" },
  ])("init $flag writes the file, for every user to read, and replaces none", async ({ flag, name }) => {
    const directory = freshDirectory();
    const path = join(directory, name);
    const args = ["config", "init", flag, name];
    const { code, stdout, stderr } = await runCli(args, { cwd: directory });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain(`wrote ${path}: set its url`);
    const text = readFileSync(path, "utf8");
    expect([text, statSync(path).mode & 0o777]).toEqual([(await runCli(["config", "init"])).stdout, 0o644]);
    writeFileSync(path, "# mine\n");
    const again = await runCli(args, { cwd: directory });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`${path} is already there`)]);
    expect(readFileSync(path, "utf8")).toBe("# mine\n");
    expect(readdirSync(directory)).toEqual([name]);
  });

  test("a url_file that may not be read: each path tried, and why", async () => {
    const directory = directoryWith('[crm.hubspot]\nurl_file = "secret"\n');
    const secret = join(directory, "secret");
    writeFileSync(secret, "postgres://u:canary@h/d\n", { mode: 0o000 });
    const credentials = freshDirectory();
    const env = { CREDENTIALS_DIRECTORY: credentials };
    // Root may read everything, unless its rights are dropped.
    const within = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
    const { code, stderr } = await runCli(["config", "check"], { cwd: directory, env, within });
    expect([code, stderr]).toEqual([
      2,
      `error: ${directory}/automation-reports.toml:2:1: url_file ${credentials}/secret: there is no such file; ${secret}: permission denied\n`,
    ]);
  });

  test("init replaces no dangling link and no directory, says what its directory lacks, and - is stdout", async () => {
    const directory = freshDirectory();
    symlinkSync("nowhere", join(directory, "link"));
    mkdirSync(join(directory, "folder"));
    const init = async (name: string) => await runCli(["config", "init", "-o", name], { cwd: directory });
    const endings = [await init("link"), await init("folder"), await init("no/x.toml"), await init("-")];
    expect(endings.map(({ code }) => code)).toEqual([2, 2, 5, 0]);
    expect(endings[2]?.stderr).toContain("its directory is not there");
    expect(endings[3]?.stdout).toContain("[crm.hubspot]");
    expect(readdirSync(directory).toSorted()).toEqual(["folder", "link"]);
  });

  test("--config beats $AUTOMATION_REPORTS_CONFIG beats the working directory", async () => {
    const [flag, variable] = [
      directoryWith('[crm.flag]\nurl = "sqlite:x"\n'),
      directoryWith('[crm.variable]\nurl = "sqlite:x"\n'),
    ];
    const env = { AUTOMATION_REPORTS_CONFIG: `${variable}/automation-reports.toml` };
    const names = await Promise.all([
      runCli(["config", "check", "--config", `${flag}/automation-reports.toml`], { cwd, env }),
      runCli(["config", "check"], { cwd, env }),
      runCli(["config", "check"], { cwd }),
    ]);
    expect(names.map(({ stdout }) => stdout.split("\n")[1]?.split(":")[0])).toEqual(["flag", "variable", "hubspot"]);
  });

  test("a bad file exits 2 with its place, and the log format holds for errors too", async () => {
    const directory = directoryWith('[crm.hubspot]\nurl = "postgres://u:canary@h:port/d"\n');
    const { code, stdout, stderr } = await runCli(["generate", "--log-format", "json"], { cwd: directory });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({
      level: "error",
      message: expect.stringContaining("automation-reports.toml:2:1: the port is not a number"),
    });
    expect(stderr).not.toContain("canary");
  });

  test(".env and bunfig.toml of the working directory are nobody's business", async () => {
    const directory = freshDirectory();
    await Bun.write(`${directory}/.env`, "AUTOMATION_REPORTS_CONFIG=/nowhere/trap.toml\n");
    await Bun.write(`${directory}/bunfig.toml`, 'preload = ["./trap.ts"]\n');
    await Bun.write(`${directory}/trap.ts`, 'console.log("trapped"); process.exit(99);\n');
    const { code, stdout, stderr } = await runCli(["generate"], { cwd: directory });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).not.toContain("trap");
  });
});

describe("schemas", () => {
  test.each(["report", "pass", "config"])("schema %s prints a JSON Schema", async (name) => {
    const { code, stdout } = await runCli(["schema", name]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ $schema: "http://json-schema.org/draft-07/schema#", type: "object" });
  });

  test("schema sql prints tables for either database", async () => {
    const [postgres, sqlite] = await Promise.all([
      runCli(["schema", "sql"]),
      runCli(["schema", "sql", "--dialect", "sqlite"]),
    ]);
    expect(postgres.stdout).toContain("GENERATED ALWAYS AS IDENTITY");
    expect(sqlite.stdout).toContain("INTEGER PRIMARY KEY");
  });
});

test("several problems of a configuration are several lines", async () => {
  const directory = directoryWith('[crm.a]\nurl = 5\n[crm.b]\nurll = "x"\n');
  for (const args of [["config", "check"], ["generate"]]) {
    const { code, stderr } = await runCli(args, { cwd: directory });
    expect(code).toBe(2);
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual(["error:", "error:"]);
  }
});

test("what is no TOML: the mistake with its line, exit 2", async () => {
  const cwd = directoryWith('[crm.hubspot]\nurl = "sqlite:canary"\n[crm.hubspot]\n');
  expect(await runCli(["generate"], { cwd })).toEqual({
    code: 2,
    stdout: "",
    stderr: `error: ${cwd}/automation-reports.toml:3:6: table [crm.hubspot] is defined twice (first at line 1)\n`,
  });
});
