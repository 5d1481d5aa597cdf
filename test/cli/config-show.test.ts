/** What is in force and where it comes from, with every secret left out. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { directoryWith, runCli } from "../making/cli.ts";

type Shown = {
  path: string;
  settings: { key: string; value: unknown; origin: string; position: { line: number } | null; variables: string[] }[];
};

const cwd = directoryWith(`# a comment
concurrency = 2
[defaults]
url = "postgres://u:\${PASSWORD}@h:5433/d"
timeout = "10s"
thresholds = { min_actions = 5, success_rate = 0.8 }

[crm.hubspot]
timeout = 5
[crm.hubspot.thresholds]
success_rate = 0.9

[crm.genius]
url_file = "genius-url"
crm_source = "Genius"
rule_names = { "canary/pw%" = "x" }
[crm.genius.rules."canary/pw% runs"]
expect = "@daily"
`);
writeFileSync(join(cwd, "genius-url"), "postgres://u:filed-canary@g,g2/d\n");
const env = { PASSWORD: "canary%2Fpw%25" };

test("every value has its origin: the CRM's table, [defaults] or built in, line and variables", async () => {
  const { code, stdout } = await runCli(["config", "show", "--format", "json"], { cwd, env });
  expect(code).toBe(0);
  const { settings } = JSON.parse(stdout) as Shown;
  const of = (key: string) => {
    const found = settings.find((setting) => setting.key === key);
    return found === undefined
      ? "absent"
      : [found.value, found.origin, found.position?.line ?? null, ...found.variables];
  };
  expect(
    Object.fromEntries(
      [
        "concurrency",
        "export.enabled",
        "crm.hubspot.url",
        "crm.hubspot.timeout",
        "crm.hubspot.lock_timeout",
        "crm.hubspot.crm_source",
        "crm.hubspot.thresholds.success_rate",
        "crm.hubspot.thresholds.min_actions",
        "crm.hubspot.thresholds.utilization",
        "crm.genius.url",
        "crm.genius.url_file",
        "crm.genius.timeout",
        "crm.genius.crm_source",
        'crm.genius.rules."*** runs".expect',
      ].map((key) => [key, of(key)]),
    ),
  ).toEqual({
    concurrency: [2, "file", 2],
    "export.enabled": [false, "built-in", null],
    "crm.hubspot.url": ["***", "defaults", 4, "PASSWORD"],
    "crm.hubspot.timeout": [5, "file", 9],
    "crm.hubspot.lock_timeout": ["1s", "built-in", null],
    "crm.hubspot.crm_source": ["hubspot", "built-in", null],
    "crm.hubspot.thresholds.success_rate": [0.9, "file", 11],
    "crm.hubspot.thresholds.min_actions": [5, "defaults", 6],
    "crm.hubspot.thresholds.utilization": [0.5, "built-in", null],
    "crm.genius.url": "absent",
    "crm.genius.url_file": ["genius-url", "file", 14],
    "crm.genius.timeout": ["10s", "defaults", 5],
    "crm.genius.crm_source": ["Genius", "file", 15],
    'crm.genius.rules."*** runs".expect': ["@daily", "file", 18],
  });
});

test("as text it is TOML that can be read again, with a comment each, and a secret is left out wherever it stands", async () => {
  const { stdout, stderr } = await runCli(["config", "show"], { cwd, env });
  expect(stdout).toStartWith(
    `# ${cwd}/automation-reports.toml\nconcurrency = 2                              # line 2\n`,
  );
  expect(stdout).toContain(
    '[crm.hubspot]  # postgres h:5433\nurl = "***"                                  # [defaults], line 4, $PASSWORD\n',
  );
  expect(stdout).toContain("[crm.genius]  # postgres g:5432, g2:5432\n");
  expect(stdout).toContain('rule_names = { "***" = "x" }');
  for (const secret of ["canary/pw%", "canary%2Fpw%25", "filed-canary"]) expect(stdout + stderr).not.toContain(secret);
  expect(Bun.TOML.parse(stdout)).toMatchObject({
    concurrency: 2,
    export: { enabled: false },
    schedule: [{ name: "twice-a-day", cron: ["0 4 * * *", "0 21 * * *"] }],
    crm: {
      hubspot: { timeout: 5, thresholds: { success_rate: 0.9, min_actions: 5 } },
      genius: { url_file: "genius-url", timeout: "10s", rules: { "*** runs": { expect: "@daily" } } },
    },
  });
  const again = directoryWith(stdout.replaceAll('"***"', '"postgres://u:put-back@h:5433/d"'));
  writeFileSync(join(again, "genius-url"), "postgres://u@g,g2/d\n");
  expect((await runCli(["config", "check"], { cwd: again })).stdout).toBe(
    (await runCli(["config", "check"], { cwd, env })).stdout.replaceAll(cwd, again),
  );
});

test("config schema is what schema config prints, and describes every key", async () => {
  const [here, there] = await Promise.all([runCli(["config", "schema"]), runCli(["schema", "config"])]);
  expect(here).toEqual(there);
  const { properties } = JSON.parse(here.stdout) as {
    properties: { crm: { additionalProperties: { properties: Record<string, { description: string }> } } };
  };
  const crm = properties.crm.additionalProperties.properties;
  expect(crm["stale_after"]?.description).toStartWith("A run still going after this is stale. By default");
});

test("the words of [defaults] and of a CRM hold together, the CRM's own first", async () => {
  const layered = directoryWith(`[defaults]
url = "sqlite:w.sqlite"
statuses = { ok = "success", meh = "partial" }
[crm.hubspot]
statuses = { meh = "failed", done = "success" }
[crm.genius]
`);
  const { stdout } = await runCli(["config", "show", "--format", "json"], { cwd: layered });
  const words = (JSON.parse(stdout) as Shown).settings.filter(({ key }) => key.endsWith(".statuses"));
  expect(words.map(({ value }) => value)).toEqual([
    { ok: "success", meh: "failed", done: "success" },
    { ok: "success", meh: "partial" },
  ]);
});

test("--set leaves out what means the same as the default, however it is written", async () => {
  const written = directoryWith(`concurrency = 4
[defaults]
url = "sqlite:w.sqlite"
timeout = 30
lock_timeout = "2s"
[crm.hubspot]
crm_source = "hubspot"
preset = "auto"
exclude_rules = []
[crm.genius]
crm_source = "Genius"
thresholds = { success_rate = 0.95, utilization = 0.4 }
[export]
enabled = false
keep = 7
`);
  const { code, stdout } = await runCli(["config", "show", "--set"], { cwd: written });
  expect(code).toBe(0);
  expect(stdout.replaceAll(/ +#/g, "  #")).toBe(`# ${written}/automation-reports.toml
[export]
keep = 7  # line 15

[crm.hubspot]  # sqlite ${written}/w.sqlite
url = "sqlite:w.sqlite"  # [defaults], line 3
lock_timeout = "2s"  # [defaults], line 5

[crm.genius]  # sqlite ${written}/w.sqlite
url = "sqlite:w.sqlite"  # [defaults], line 3
lock_timeout = "2s"  # [defaults], line 5
crm_source = "Genius"  # line 11

[crm.genius.thresholds]
utilization = 0.4  # line 12
`);
  const { stdout: json } = await runCli(["config", "show", "--set", "-f", "json"], { cwd: written });
  expect((JSON.parse(json) as Shown).settings.map(({ key }) => key)).toEqual([
    "export.keep",
    "crm.hubspot.url",
    "crm.hubspot.lock_timeout",
    "crm.genius.url",
    "crm.genius.lock_timeout",
    "crm.genius.crm_source",
    "crm.genius.thresholds.utilization",
  ]);
});
