/** systemd print and install, by the real binary. */
import { expect, test } from "bun:test";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, directoryWith, freshDirectory, runCli } from "../making/cli.ts";

const cwd = directoryWith(`
[defaults]
url_file = "secrets-url"

[crm.hubspot]

[crm.genius]
url = "sqlite:/srv/warehouse.sqlite"

[[schedule]]
name = "nightly"
cron = "15 2 * * mon-fri"
timezone = "Europe/Berlin"
ping_url_file = "${freshDirectory()}/ping"
`);
const ping = /ping_url_file = "(.*)"/.exec(readFileSync(join(cwd, "automation-reports.toml"), "utf8"))?.[1] ?? "";
writeFileSync(ping, "https://ping.invalid/canary-uuid\n");
writeFileSync(join(cwd, "secrets-url"), "postgres://u:canary-password@h/d\n");

test("print: the units on stdout, the paths that fit them on stderr, no secret anywhere", async () => {
  const { code, stdout, stderr } = await runCli(["systemd", "print"], { cwd });
  expect(code).toBe(0);
  const config = join(cwd, "automation-reports.toml");
  expect(stdout).toContain(`ExecStart=${BINARY} schedule run nightly --config ${config}\n`);
  expect(stdout).toContain("OnCalendar=Mon..Fri *-*-* 02:15:00 Europe/Berlin\n");
  expect(stdout).toContain(`LoadCredential=secrets-url:${join(cwd, "secrets-url")}\n`);
  expect(stdout).toContain(`LoadCredential=${ping.slice(1).replaceAll("/", "_")}:${ping}\n`);
  expect(stderr).toContain('path = "/var/lib/automation-reports/store.sqlite"');
  expect(stdout + stderr).not.toContain("canary");
});

test.each([
  { has: "neither", sections: "", missing: ["[store]", "[export]"] },
  { has: "a store", sections: '[store]\nurl = "postgres://u@h/d"\n', missing: ["[export]"] },
  { has: "a place for exports", sections: '[export]\ndir = "exports"\n', missing: ["[store]"] },
  {
    has: "nothing to export",
    sections: '[store]\npath = "s.sqlite"\n[[schedule]]\nname = "a"\ncron = "@daily"\nexport = false\n',
    missing: [],
  },
  { has: "both", sections: '[store]\npath = "s.sqlite"\n[export]\ndir = "exports"\n', missing: [] },
])("a configuration that has $has is advised to have $missing", async ({ sections, missing }) => {
  const own = directoryWith(`${sections}[crm.hubspot]\nurl = "postgres://u@h/d"\n`);
  for (const args of [
    ["systemd", "print"],
    ["systemd", "install", "--dir", freshDirectory()],
  ]) {
    const { code, stderr } = await runCli(args, { cwd: own });
    const advised = [...stderr.matchAll(/^ {2}(\[\w+\])$/gm)].map(([, section]) => section);
    expect([code, advised]).toEqual([0, [...missing]]);
    expect(stderr.includes("to say so in the configuration")).toBe(missing.length > 0);
  }
});

test("what the unit hands over is found by its name: files that nobody else may read", async () => {
  const credentials = freshDirectory();
  writeFileSync(join(credentials, "secrets-url"), "postgres://u:p@credential.invalid/d\n");
  writeFileSync(join(credentials, ping.slice(1).replaceAll("/", "_")), "not a URL\n");
  const { stderr } = await runCli(["config", "check"], { cwd, env: { CREDENTIALS_DIRECTORY: credentials } });
  expect(stderr).toContain("write an http:// or https:// URL");
});

test("install: a password and a slug that are words of the commands leave them whole", async () => {
  const directory = freshDirectory();
  const write = (name: string) =>
    directoryWith(`[crm.a]
url = "postgresql://reports:reports@h/d"
[[schedule]]
name = "${name}"
cron = "@daily"
ping_url = "https://hc-ping.com/0123456789abcdef/automation-reports"
`);
  const install = ["systemd", "install", "--dir", directory];
  const first = await runCli(install, { cwd: write("daily") });
  expect(first.stderr).toContain("systemctl enable --now automation-reports-daily.timer");
  const second = await runCli(install, { cwd: write("nightly") });
  expect(second.stderr).toContain("systemctl disable --now automation-reports-daily.service");
  expect(first.stderr + second.stderr).not.toContain("***");
});

test("install: writes whole units, twice the same, and says what to type next", async () => {
  const directory = freshDirectory();
  const args = ["systemd", "install", "--mode", "daemon", "--dir", directory];
  const { code, stdout, stderr } = await runCli(args, { cwd });
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toEqual([
    join(directory, "automation-reports.service"),
    join(directory, "automation-reports-failed@.service"),
  ]);
  expect(stderr).toContain("systemctl enable --now automation-reports.service");
  expect((await runCli(args, { cwd })).code).toBe(0);
  const timer = await runCli(["systemd", "install", "--dir", directory], { cwd });
  expect(timer.stderr).toContain("systemctl enable --now automation-reports-nightly.timer");
  expect(timer.stderr).toContain("systemctl disable --now automation-reports.service");
  expect(readdirSync(directory).toSorted()).toEqual([
    "automation-reports-failed@.service",
    "automation-reports-nightly.service",
    "automation-reports-nightly.timer",
    "automation-reports.service",
  ]);
});

test("install: another's unit is not replaced, exit 2; a private configuration is warned of", async () => {
  const directory = freshDirectory();
  writeFileSync(join(directory, "automation-reports-nightly.timer"), "[Timer]\n");
  chmodSync(join(cwd, "automation-reports.toml"), 0o600);
  const { code, stderr } = await runCli(["systemd", "install", "--dir", directory], { cwd });
  chmodSync(join(cwd, "automation-reports.toml"), 0o644);
  expect(code).toBe(2);
  expect(stderr).toContain("automation-reports-nightly.timer is there and was not written by this program");
  expect(stderr).toContain("may not read it: chmod o+r");
  expect(readdirSync(directory)).toEqual(["automation-reports-nightly.timer"]);
});
