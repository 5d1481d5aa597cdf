/** The units, judged by systemd itself. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listObstacles } from "../../src/systemd/advice.ts";
import { installUnits } from "../../src/systemd/install.ts";
import { MARK, MODES, writeUnits, type Mode, type TimedSchedule, type UnitFacts } from "../../src/systemd/units.ts";
import { SYSTEMD_ANALYZE, withoutSystemd } from "../making/systemd.ts";

const fresh = () => mkdtempSync(join(tmpdir(), "automation-reports-units-"));
const DEFAULT: TimedSchedule = {
  name: "twice-a-day",
  cron: ["0 4 * * *", "0 21 * * *"],
  timezone: "UTC",
  catchUp: "latest",
  deadlineMs: 1_800_000,
};
const factsOf = (change: Partial<UnitFacts> = {}): UnitFacts => ({
  executable: "/usr/local/bin/automation-reports",
  config: "/etc/automation-reports/config.toml",
  schedules: [DEFAULT],
  credentials: [{ name: "warehouse-url", path: "/etc/automation-reports/warehouse-url" }],
  ...change,
});
const textOf = (name: string, mode: Mode, facts = factsOf()) =>
  writeUnits(mode, facts)
    .find((unit) => unit.name === name)
    ?.text.split("\n") ?? [];

describe("what they say", () => {
  test("the default schedule's timer", () => {
    const lines = textOf("automation-reports-twice-a-day.timer", "timer");
    expect(lines[0]).toBe(MARK);
    expect(lines.filter((line) => /^(?:OnCalendar|Persistent|AccuracySec|WantedBy)=/.test(line))).toEqual([
      "OnCalendar=*-*-* 04,21:00:00 UTC",
      "Persistent=true",
      "AccuracySec=1s",
      "WantedBy=timers.target",
    ]);
  });

  test("its service runs its slot, as a user of its own, with its secrets and without Bun's variables", () => {
    const lines = textOf("automation-reports-twice-a-day.service", "timer");
    for (const line of [
      "Type=oneshot",
      "ExecStart=/usr/local/bin/automation-reports schedule run twice-a-day --config /etc/automation-reports/config.toml",
      "TimeoutStartSec=1860",
      "DynamicUser=yes",
      "User=automation-reports",
      "StateDirectory=automation-reports",
      "WorkingDirectory=%S/automation-reports",
      "LoadCredential=warehouse-url:/etc/automation-reports/warehouse-url",
      "EnvironmentFile=-/etc/automation-reports/environment",
      "OnFailure=automation-reports-failed@%n.service",
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines.join("\n")).toMatch(/^UnsetEnvironment=BUN_BE_BUN BUN_OPTIONS BUN_INSPECT /m);
    expect(lines.join("\n")).not.toContain("MemoryDenyWriteExecute");
  });

  test("the daemon tells systemd how it is", () => {
    const lines = textOf("automation-reports.service", "daemon");
    for (const line of [
      "Type=notify",
      "NotifyAccess=main",
      "ExecStart=/usr/local/bin/automation-reports schedule --config /etc/automation-reports/config.toml",
      "ExecReload=/bin/kill -HUP $MAINPID",
      "WatchdogSec=60",
      "Restart=on-failure",
    ]) {
      expect(lines).toContain(line);
    }
  });

  test("the one that serves is the daemon with another command, and a place for its socket", () => {
    const lines = textOf("automation-reports.service", "serve");
    const daemon = textOf("automation-reports.service", "daemon");
    expect(lines.filter((line) => !daemon.includes(line))).toEqual([
      "Description=Reports on CRM automations, all schedules, dashboard, API and metrics",
      "ExecStart=/usr/local/bin/automation-reports serve --config /etc/automation-reports/config.toml",
      "# For a Unix socket, which systemd takes away with it, however the service ends.",
      "RuntimeDirectory=automation-reports",
      "RuntimeDirectoryMode=0755",
    ]);
  });

  test("nothing is made up for where the schedule says so", () => {
    const schedules = [{ ...DEFAULT, catchUp: "none" as const }];
    expect(textOf("automation-reports-twice-a-day.timer", "timer", factsOf({ schedules }))).toContain(
      "Persistent=false",
    );
  });

  test("either day field is enough: two lines", () => {
    const schedules = [{ ...DEFAULT, cron: ["0 0 13 * 5"], timezone: "Europe/Berlin" }];
    const lines = textOf("automation-reports-twice-a-day.timer", "timer", factsOf({ schedules }));
    expect(lines.filter((line) => line.startsWith("OnCalendar="))).toEqual([
      "OnCalendar=*-*-13 00:00:00 Europe/Berlin",
      "OnCalendar=Fri *-*-* 00:00:00 Europe/Berlin",
    ]);
  });

  test("what no timer can keep is refused by the schedule's name", () => {
    const schedules = [{ ...DEFAULT, timezone: "+02:00" }];
    expect(() => writeUnits("timer", factsOf({ schedules }))).toThrow(
      "schedule twice-a-day: no systemd timer can keep it: systemd knows time zones only by name",
    );
  });

  test.each([
    { path: "/srv/a b/config.toml", is: '"/srv/a b/config.toml"' },
    { path: "/srv/100%/config.toml", is: "/srv/100%%/config.toml" },
    { path: "/srv/$HOME/config.toml", is: "/srv/$$HOME/config.toml" },
    { path: '/srv/"x"\\y.toml', is: '"/srv/\\"x\\"\\\\y.toml"' },
  ])("a configuration at $path", ({ path, is }) => {
    const lines = textOf("automation-reports.service", "daemon", factsOf({ config: path }));
    expect(lines).toContain(`ExecStart=/usr/local/bin/automation-reports schedule --config ${is}`);
  });

  test("a path cannot bring a line of its own", () => {
    const config = "/srv/x\nExecStartPre=/bin/evil";
    expect(() => writeUnits("daemon", factsOf({ config }))).toThrow("no unit file can hold this path");
  });
});

/** A mode's units in a directory, with an executable at a path that needs quoting. */
function writeAll(mode: Mode): { directory: string; names: string[] } {
  const bin = join(fresh(), "a b%c$d");
  mkdirSync(bin);
  const executable = join(bin, "automation-reports");
  writeFileSync(executable, "#!/bin/sh\n");
  chmodSync(executable, 0o755);
  const schedules = [DEFAULT, { ...DEFAULT, name: "weekly", cron: ["30 6 * * 1"], timezone: "Europe/Berlin" }];
  const directory = fresh();
  const units = writeUnits(mode, factsOf({ executable, schedules }));
  for (const { name, text } of units) writeFileSync(join(directory, name), text);
  return { directory, names: units.map(({ name }) => name) };
}

describe.skipIf(withoutSystemd)("systemd's judgement (needs systemd-analyze)", () => {
  const units = MODES.flatMap((mode) => {
    const { directory, names } = writeAll(mode);
    return names.map((name) => ({ mode, directory, name }));
  });

  test.each(units)("$mode: $name has nothing that systemd complains of", ({ directory, name }) => {
    const verified = Bun.spawnSync([SYSTEMD_ANALYZE, "verify", "--recursive-errors=no", `./${name}`], {
      cwd: directory,
    });
    expect([verified.exitCode, verified.stderr.toString(), verified.stdout.toString()]).toEqual([0, "", ""]);
  });

  const services = units.filter(({ name }) => name.endsWith(".service"));
  test.each(services)("$mode: $name is exposed by no more than 1.5", ({ directory, name }) => {
    const judged = Bun.spawnSync([SYSTEMD_ANALYZE, "security", "--offline=true", "--threshold=15", `./${name}`], {
      cwd: directory,
    });
    const exposure = /Overall exposure level for \S+: ([\d.]+)/.exec(judged.stdout.toString())?.[1];
    expect(Number(exposure)).toBeLessThanOrEqual(1.5);
    expect(judged.exitCode).toBe(0);
  });
});

describe("installing", () => {
  const units = writeUnits("timer", factsOf());
  const [first = { name: "", text: "" }] = units;

  test("writes files that everybody may read, and again what it wrote before", async () => {
    const directory = fresh();
    const { written, left } = await installUnits(directory, units, false);
    expect(written).toEqual(units.map(({ name }) => join(directory, name)));
    expect(left).toEqual([]);
    expect(await installUnits(directory, units, false)).toEqual({ written, left: [] });
    expect(readFileSync(written[0] ?? "", "utf8")).toBe(first.text);
    expect(statSync(written[0] ?? "").mode & 0o777).toBe(0o644);
  });

  test("leaves another's unit alone, and then writes nothing at all, unless forced", async () => {
    const directory = fresh();
    const last = join(directory, units.at(-1)?.name ?? "");
    writeFileSync(last, "[Unit]\n");
    expect(installUnits(directory, units, false)).rejects.toThrow("--force replaces it");
    expect(readFileSync(last, "utf8")).toBe("[Unit]\n");
    expect(await Bun.file(join(directory, first.name)).exists()).toBe(false);
    await installUnits(directory, units, true);
    expect(readFileSync(last, "utf8")).toStartWith(MARK);
  });

  test("a masked unit stays masked, forced or not", async () => {
    const directory = fresh();
    symlinkSync("/dev/null", join(directory, first.name));
    expect(installUnits(directory, units, true)).rejects.toThrow("masked?");
  });

  test("a directory that is not there is said in words", async () => {
    expect(installUnits(join(fresh(), "nowhere"), units, false)).rejects.toThrow("its directory is not there");
  });

  test("names the units of schedules that are gone, and no others", async () => {
    const directory = fresh();
    await installUnits(directory, writeUnits("daemon", factsOf()), false);
    writeFileSync(join(directory, "automation-reports-own.service"), "[Unit]\n");
    writeFileSync(join(directory, "other.service"), `${MARK}\n`);
    expect((await installUnits(directory, units, false)).left).toEqual(["automation-reports.service"]);
  });
});

type Facts = Parameters<typeof listObstacles>[0];

describe("obstacles", () => {
  const fine: Facts = {
    paths: ["/usr/local/bin/automation-reports", "/etc/automation-reports/config.toml"],
    stranger: null,
    config: "/etc/automation-reports/config.toml",
    configMode: 0o644,
    connectionFiles: [],
    exportDirectory: "/var/lib/automation-reports/exports",
    storePath: "/var/lib/automation-reports/store.sqlite",
    socketPath: "/run/automation-reports/http.sock",
  };
  test.each<{ name: string; facts: Facts; says: string[] }>([
    { name: "none", facts: fine, says: [] },
    { name: "no export directory", facts: { ...fine, exportDirectory: null }, says: [] },
    {
      name: "a home",
      facts: { ...fine, paths: ["/home/x/reports"] },
      says: ["/home/x/reports: the services see nothing"],
    },
    { name: "another program", facts: { ...fine, stranger: "/x is not it" }, says: ["/x is not it"] },
    { name: "a private configuration", facts: { ...fine, configMode: 0o600 }, says: ["may not read it: chmod o+r"] },
    { name: "no store of its own", facts: { ...fine, storePath: null }, says: [] },
    {
      name: "a store elsewhere",
      facts: { ...fine, storePath: "/srv/store.sqlite" },
      says: ["[store] path = /srv/store.sqlite: the services may write only below /var/lib/automation-reports"],
    },
    {
      name: "a socket elsewhere",
      facts: { ...fine, socketPath: "/etc/automation-reports/http.sock" },
      says: [
        "[serve] listen = unix:/etc/automation-reports/http.sock: the service may make its socket only below /run",
      ],
    },
    { name: "no socket", facts: { ...fine, socketPath: null }, says: [] },
    {
      name: "exports elsewhere",
      facts: { ...fine, exportDirectory: "/var/lib/automation-reports-2" },
      says: ["may write only below /var/lib/automation-reports"],
    },
    {
      name: "certificates that every user may read",
      facts: { ...fine, connectionFiles: [{ parameter: "sslrootcert", path: "/etc/ssl/root.pem", mode: 0o100644 }] },
      says: [],
    },
    {
      name: "an authority in a home, which is named once however often",
      facts: {
        ...fine,
        connectionFiles: Array.from({ length: 2 }, () => ({
          parameter: "sslrootcert" as const,
          path: "/root/root.pem",
          mode: 0o100644,
        })),
      },
      says: ["/root/root.pem: the services see nothing below /home, /root"],
    },
    {
      name: "a key and a password file that only their owner may read",
      facts: {
        ...fine,
        connectionFiles: [
          { parameter: "sslkey", path: "/etc/reports/key.pem", mode: 0o100600 },
          { parameter: "passfile", path: "/tmp/pgpass", mode: 0o100600 },
        ],
      },
      says: [
        "/tmp/pgpass: the services see nothing below",
        "sslkey=/etc/reports/key.pem: the services' own user may not read it: give it to root",
        "passfile=/tmp/pgpass: the services' own user may not read it: write the password into a url_file",
      ],
    },
    {
      name: "a certificate that is not there: the check of the connection says so",
      facts: { ...fine, connectionFiles: [{ parameter: "sslcert", path: "/etc/none.pem", mode: null }] },
      says: [],
    },
  ])("$name", ({ facts, says }) => {
    const obstacles = listObstacles(facts);
    expect(obstacles).toHaveLength(says.length);
    says.forEach((part, index) => expect(obstacles[index]).toContain(part));
  });
});
