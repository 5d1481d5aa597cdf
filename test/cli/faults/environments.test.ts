/** Odd surroundings of the process: streams that are closed, homes that are none, limits, masks, files that others reach. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, directoryWith, freshDirectory, runCli, type Ended } from "../../making/cli.ts";
import { expectOthers, figuresOf, GENERATE, isRoot, makeTrio, reportOnDead, type Trio } from "../../making/faults.ts";
import { reportsIn } from "../../making/passes.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import { fillSyncHistory, run, sharedServer } from "../../making/warehouses.ts";
import { numbered } from "../../making/numbers.ts";

const AS_OF = ["--as-of", "2026-07-10T21:00:00Z"];
/** Of the warehouse that `demo` makes. */
let demo: string;
/** What is reported on it. */
let figures: unknown[];
let database: TestDatabase;
let trio: Trio;

beforeAll(async () => {
  demo = freshDirectory();
  await runCli(["demo", "--dir", demo, ...AS_OF]);
  figures = figuresOf((await runCli(GENERATE, { cwd: demo })).stdout);
  trio = await makeTrio();
  const server = await sharedServer();
  database = await server.createDatabase();
  await fillSyncHistory("H")(
    database.sql,
    [run({ crm: "dead", start: "2026-07-10T01:00:00Z", end: "2026-07-10T01:00:10Z" })],
    [],
  );
});

afterAll(async () => {
  await trio.healthy.close();
  await database.close();
});

/** `redirections` as the shell reads them. */
async function runRedirected(args: string[], redirections: string, cwd = demo): Promise<Ended> {
  return await runCli(args, { cwd, within: ["sh", "-c", `exec "$@" ${redirections}`, "sh"] });
}

describe("closed streams: a closed stdout is a failed delivery, whatever else is closed", () => {
  const LOST = "error: the output is lost: stdout is closed\n";
  const commands = [
    ["generate", ...AS_OF],
    GENERATE,
    ["check"],
    ["config", "show"],
    ["schema", "report"],
    ["help", "exit-codes"],
    ["--version"],
  ];
  test.each(
    numbered(
      "E1",
      commands.map((args) => ({ args, command: args.join(" ") })),
    ),
  )("$no $command with streams closed → exit 5 where stdout is, else 0", async ({ args }) => {
    const open = await runRedirected(args, "<&-");
    const deaf = await runRedirected(args, "<&- 2>&-");
    expect([open.code, deaf.code, deaf.stdout === ""]).toEqual([0, 0, false]);
    if (args === GENERATE) expect(figuresOf(deaf.stdout)).toEqual(figures);
    expect(await runRedirected(args, ">&-")).toEqual({ code: 5, stdout: "", stderr: LOST });
    expect(await runRedirected(args, "<&- >&-")).toEqual({ code: 5, stdout: "", stderr: LOST });
    expect(await runRedirected(args, ">&- 2>&-")).toEqual({ code: 5, stdout: "", stderr: "" });
    expect(await runRedirected(args, "<&- >&- 2>&-")).toEqual({ code: 5, stdout: "", stderr: "" });
  });

  test("E2 all streams closed, --output → exit 0, and the file holds the reports alone", async () => {
    const path = join(freshDirectory(), "report.json");
    const args = [...GENERATE, "--output", path];
    expect(await runRedirected(args, "<&- >&- 2>&-")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(figuresOf(readFileSync(path, "utf8"))).toEqual(figures);
  });

  test("E3 a stdout that is /dev/null, however it was opened → exit 0", async () => {
    for (const redirection of [">/dev/null", "1<>/dev/null"]) {
      expect(await runRedirected(["generate", ...AS_OF], redirection)).toEqual({ code: 0, stdout: "", stderr: "" });
    }
  });

  test("E4 a stdout that is full, and one that may only be read → exit 5", async () => {
    expect(await runRedirected(["generate", ...AS_OF], ">/dev/full")).toMatchObject({ code: 5 });
    expect(await runRedirected(["generate", ...AS_OF], "1</dev/null")).toMatchObject({ code: 5 });
  });
});

/** As another user, if `user` is given, with no variable but those. */
function runBare(args: string[], cwd: string, env: Record<string, string>, user?: string): Ended {
  const as = user === undefined ? [] : ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups", "--"];
  const ended = Bun.spawnSync([...as, "./automation-reports", ...args], {
    cwd,
    env: { PATH: "/usr/bin:/bin", ...env },
  });
  return { code: ended.exitCode, stdout: ended.stdout.toString(), stderr: ended.stderr.toString() };
}

/** The two that are well, and one between them. */
const among = (dead: string) =>
  ["first", "dead", "last"]
    .map((name) => `[crm.${name}]\n${name === "dead" ? dead : `url = "${trio.healthy.url}"`}\n`)
    .join("");

/** A directory with the executable that every user may enter. */
function openDirectory(config: string): string {
  const cwd = freshDirectory();
  chmodSync(cwd, 0o755);
  copyFileSync(BINARY, join(cwd, "automation-reports"));
  writeFileSync(join(cwd, "automation-reports.toml"), config);
  return cwd;
}

describe("homes", () => {
  /** Without a password in the URL, so that the password file is looked for. */
  const withoutPassword = (query = "") => among(`url = "${database.url.replace(/:[^:@/]*@/, "@")}${query}"`);
  const overTls = () => among(`url = "${database.url}?sslmode=prefer"`);
  const expectAll = ({ code, stdout, stderr }: Ended) => {
    expect([code, stderr]).toEqual([0, ""]);
    expect(reportOnDead(stdout, trio).performance_metrics.total_actions).toBe(1);
  };
  const homes = [
    { name: "unset", env: {} },
    { name: "empty", env: { HOME: "" } },
    { name: "a file", env: { HOME: "/etc/passwd" }, lost: "a part of its path is not a directory" },
    { name: "not there", env: { HOME: "/nonexistent/home" } },
    { name: "a device", env: { HOME: "/dev/null" }, lost: "a part of its path is not a directory" },
    { name: "not from the root", env: { HOME: "../home" } },
    { name: "of 300 characters", env: { HOME: `/${"h".repeat(300)}` }, lost: "its name is too long" },
  ].map((home) => ({ ...home, stored: home.lost ?? "no report was made yet", code: home.lost === undefined ? 1 : 5 }));
  test.each(numbered("E5", homes))("$no HOME $name, no password in the URL → exit 3, told so", ({ env }) => {
    const { code, stdout, stderr } = runBare(GENERATE, openDirectory(withoutPassword()), env);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^error: dead could not be read: [^\n]*password[^\n]*\n$/),
    ]);
    expectOthers(stdout, trio);
  });

  test.each(numbered("E6", homes))(
    "$no HOME $name, where TLS looks for its files → exit 0, all are reported",
    ({ env }) => {
      expectAll(runBare(GENERATE, openDirectory(overTls()), env));
    },
  );

  test.each(numbered("E7", homes))(
    "$no HOME $name, where the default store is kept → exit $code: $stored",
    ({ env, code, lost }) => {
      const cwd = openDirectory('[crm.hubspot]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\n');
      const ended = runBare(["schedule", "status"], cwd, { ...env, XDG_STATE_HOME: "" });
      expect(ended.code).toBe(code);
      if (lost === undefined) expect([ended.stderr, ended.stdout]).toEqual(["", expect.stringContaining("never-run")]);
      else
        expect(ended.stderr).toMatch(
          new RegExp(`^error: store \\S+: ${lost}: name another store with \\[store\\] path or url\n$`),
        );
    },
  );

  describe.skipIf(!isRoot)("of another user, 0700 (another user needs root)", () => {
    const locked = () => {
      const home = freshDirectory();
      chmodSync(home, 0o700);
      return home;
    };

    test("E8 HOME of another user, no password in the URL → exit 3, and no warning of the password file", () => {
      const { code, stdout, stderr } = runBare(GENERATE, openDirectory(withoutPassword()), { HOME: locked() }, "54321");
      expect([code, stderr]).toEqual([3, expect.stringMatching(/^error: [^\n]*asks for a password[^\n]*\n$/)]);
      expectOthers(stdout, trio);
    });

    test("E9 a password file named in the home of another user → exit 3, a warning", () => {
      const loud = GENERATE.filter((word) => word !== "--quiet");
      const path = join(locked(), "pgpass");
      const warning = `warning: the password file ${path} was not read: permission denied\n`;
      const byVariable = runBare(loud, openDirectory(withoutPassword()), { PGPASSFILE: path }, "54321");
      expect([byVariable.code, byVariable.stderr]).toEqual([3, expect.stringContaining(warning)]);
      expectOthers(byVariable.stdout, trio);
      const named = openDirectory(withoutPassword(`?passfile=${path}`));
      expect(runBare(["config", "check"], named, {}, "54321")).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(warning),
      });
    });

    test("E10 HOME of another user, where TLS looks for its files → exit 0, all are reported", () => {
      expectAll(runBare(GENERATE, openDirectory(overTls()), { HOME: locked() }, "54321"));
    });

    test("E11 a user that has no entry in the list of users → exit 0, all are reported", () => {
      expectAll(runBare(GENERATE, openDirectory(among(`url = "${database.url}"`)), {}, "54321"));
    });
  });
});

test.skipIf(!isRoot)("E12 without /tmp (to hide it needs root) → exit 0, as anywhere else", () => {
  // The files are bound to a place that is not below /tmp before /tmp becomes an empty folder that nobody may write to.
  const outside = "/mnt";
  const hide = `mount --bind "$1" ${outside} && cd ${outside} && mkdir none && chmod 000 none &&
    mount --bind none /tmp && mount -o remount,ro,bind /tmp && shift && exec "$@"`;
  const cwd = openDirectory("");
  copyFileSync(join(demo, "automation-reports.toml"), join(cwd, "automation-reports.toml"));
  copyFileSync(join(demo, "warehouse.sqlite"), join(cwd, "warehouse.sqlite"));
  for (const args of [GENERATE, ["check"], ["demo", "--dir", `${outside}/another`], ["store", "check"]]) {
    const words = ["unshare", "-m", "bash", "-c", hide, "bash", cwd, "./automation-reports", ...args];
    const ended = Bun.spawnSync(words, { env: { PATH: "/usr/bin:/bin", HOME: outside, TMPDIR: "/nonexistent" } });
    expect([args[0], ended.exitCode, ended.stderr.toString().includes("error")]).toEqual([args[0], 0, false]);
    if (args === GENERATE) expect(figuresOf(ended.stdout.toString())).toEqual(figures);
    chmodSync(join(cwd, "none"), 0o700);
    Bun.spawnSync(["rmdir", join(cwd, "none")]);
  }
});

describe("masks", () => {
  test.each(numbered("E13", [{ mask: "000" }, { mask: "022" }, { mask: "077" }]))(
    "$no umask $mask → exit 0, what is written has the documented mode",
    async ({ mask }) => {
      const cwd = directoryWith(
        '[defaults]\nurl = "sqlite:warehouse.sqlite"\n[crm.hubspot]\npreset = "sync-history"\n[store]\npath = "store.sqlite"\n[export]\nenabled = true\ndir = "exports"\n',
      );
      copyFileSync(join(demo, "warehouse.sqlite"), join(cwd, "warehouse.sqlite"));
      const within = ["sh", "-c", `umask ${mask} && exec "$@"`, "sh"];
      const made = await runCli(["generate", ...AS_OF, "--output", "out.txt"], { cwd, within });
      expect([made.code, made.stderr]).toEqual([0, expect.stringMatching(/^hubspot: exported to [^\n]+\n$/)]);
      const units = join(cwd, "units");
      mkdirSync(units);
      expect(await runCli(["systemd", "install", "--dir", units], { cwd, within })).toMatchObject({ code: 0 });
      const modeOf = (path: string) => (statSync(join(cwd, path)).mode & 0o777).toString(8);
      const exported = readdirSync(join(cwd, "exports")).find((name) => name.endsWith(".json")) ?? "";
      expect([modeOf("out.txt"), modeOf("store.sqlite"), modeOf(`exports/${exported}`)]).toEqual(["640", "600", "640"]);
      const others = [modeOf("exports"), ...readdirSync(units).map((name) => modeOf(`units/${name}`))];
      expect(others.filter((mode) => (Number.parseInt(mode, 8) & 0o022) !== 0)).toEqual([]);
    },
  );
});

describe("file descriptors at the limit", () => {
  test.each(
    numbered("E14", [
      { limit: 5, code: 2, says: "too many files are open: raise the limit (ulimit -n)" },
      { limit: 8, code: 3, says: "too many files are open: raise the limit (ulimit -n)" },
      { limit: 14, code: 3, says: "too many files are open: raise the limit (ulimit -n)" },
      { limit: 64, code: 0, says: "all are reported" },
    ]),
  )("$no $limit file descriptors for 12 CRMs at once → exit $code: $says", async ({ limit, code, says }) => {
    const crms = Array.from({ length: 12 }, (_, index) => `[crm.crm${index}]\ncrm_source = "first"\n`).join("");
    const cwd = directoryWith(`concurrency = 12\n[defaults]\nurl = "${trio.healthy.url}"\n${crms}`);
    const within = ["sh", "-c", `ulimit -n ${limit} && exec "$@"`, "sh"];
    const ended = await runCli([...GENERATE, "--timeout", "10"], { cwd, within });
    expect(ended.code).toBe(code);
    const lines = ended.stderr.split("\n").filter((line) => line !== "");
    expect(lines.filter((line) => !line.includes(says))).toEqual([]);
    const reports = code === 2 ? [] : reportsIn(ended.stdout);
    if (code === 0) expect(lines).toEqual([]);
    if (code === 3) expect([lines.length + reports.length, reports.length > 0]).toEqual([12, true]);
    const figures = reports.map(({ performance_metrics }) => performance_metrics.total_actions);
    expect(figures).toEqual(reports.map(() => 2));
  });
});

describe("files that others reach are warned of", () => {
  const URL_WITH_PASSWORD = "postgresql://u:canary-p%40ss@127.0.0.1:1/d";
  const URL_WITHOUT = "postgresql://u@127.0.0.1:1/d";
  const READ = "holds a password and every user may read it";
  const WRITE = "every user may write it";
  type Row = {
    name: string;
    config: string;
    configMode: number;
    secret?: string;
    secretMode?: number;
    env?: Record<string, string>;
    /** The one warning; none where there is none. */
    warns?: { of: "configuration" | "secret"; what: string; mode: string };
  };
  const rows: Row[] = [
    {
      name: "a password in a configuration that every user may read",
      config: `[crm.a]\nurl = "${URL_WITH_PASSWORD}"\n`,
      configMode: 0o644,
      warns: { of: "configuration", what: READ, mode: "rwx" },
    },
    {
      name: "the password of a certificate's key in a configuration that every user may read",
      config: `[crm.a]\nurl = "${URL_WITHOUT}?sslpassword=canary"\n`,
      configMode: 0o644,
      warns: { of: "configuration", what: READ, mode: "rwx" },
    },
    {
      name: "a password of the store in a configuration that every user may read",
      config: `[crm.a]\nurl = "${URL_WITHOUT}"\n[store]\nurl = "${URL_WITH_PASSWORD}"\n`,
      configMode: 0o644,
      warns: { of: "configuration", what: READ, mode: "rwx" },
    },
    {
      name: "a configuration without a password that every user may read",
      config: `[crm.a]\nurl = "${URL_WITHOUT}"\n`,
      configMode: 0o644,
    },
    {
      name: "a configuration with the password in a variable that every user may read",
      config: '[crm.a]\nurl = "postgresql://u:${PASSWORD}@127.0.0.1:1/d"\n',
      configMode: 0o644,
      env: { PASSWORD: "canary" },
    },
    {
      name: "a group that may read and write both",
      config: `[crm.a]\nurl_file = "secret"\n[crm.b]\nurl = "${URL_WITH_PASSWORD}"\n`,
      configMode: 0o660,
      secret: URL_WITH_PASSWORD,
      secretMode: 0o660,
    },
    {
      name: "a configuration that every user may write",
      config: `[crm.a]\nurl = "${URL_WITHOUT}"\n`,
      configMode: 0o666,
      warns: { of: "configuration", what: WRITE, mode: "w" },
    },
    {
      name: "a configuration with a password that every user may read and write",
      config: `[crm.a]\nurl = "${URL_WITH_PASSWORD}"\n`,
      configMode: 0o666,
      warns: { of: "configuration", what: `${READ}, and ${WRITE}`, mode: "rwx" },
    },
    {
      name: "a url_file with a password that every user may read",
      config: '[crm.a]\nurl_file = "secret"\n[crm.b]\nurl_file = "secret"\n',
      configMode: 0o644,
      secret: URL_WITH_PASSWORD,
      secretMode: 0o644,
      warns: { of: "secret", what: READ, mode: "rwx" },
    },
    {
      name: "a url_file without a password that every user may write",
      config: '[crm.a]\nurl_file = "secret"\n',
      configMode: 0o644,
      secret: URL_WITHOUT,
      secretMode: 0o646,
      warns: { of: "secret", what: WRITE, mode: "w" },
    },
  ];
  const told = rows.map((row) => ({ ...row, says: row.warns?.what ?? "no warning" }));
  test.each(numbered("E15", told))(
    "$no $name → exit 0, $says",
    async ({ config, configMode, secret = "", secretMode = 0o600, env = {}, warns }) => {
      const cwd = directoryWith(config);
      const places = { configuration: join(cwd, "automation-reports.toml"), secret: join(cwd, "secret") };
      chmodSync(places.configuration, configMode);
      writeFileSync(places.secret, secret);
      chmodSync(places.secret, secretMode);
      const { code, stdout, stderr } = await runCli(["config", "check"], { cwd, env });
      const place = warns === undefined ? "" : places[warns.of];
      const warning = warns === undefined ? "" : `warning: ${place}: ${warns.what}: chmod o-${warns.mode} ${place}\n`;
      expect([code, stderr]).toEqual([0, warning]);
      expect(stdout + stderr).not.toContain("canary");
    },
  );
});

test("E16 systemd print with files in a URL that the services cannot see → exit 0, a warning for each", async () => {
  const files = "sslrootcert=/root/ca.pem&sslcert=/home/x/c.pem&sslkey=/tmp/k.pem&passfile=/var/tmp/pgpass";
  const cwd = directoryWith(`[crm.a]\nurl = "postgresql://u@127.0.0.1:1/d?sslmode=verify-full&${files}"\n`);
  const { code, stderr } = await runCli(["systemd", "print"], { cwd });
  expect(code).toBe(0);
  for (const path of ["/root/ca.pem", "/home/x/c.pem", "/tmp/k.pem", "/var/tmp/pgpass"]) {
    expect(stderr).toContain(
      `warning: ${path}: the services see nothing below /home, /root, /run/user, /tmp, /var/tmp`,
    );
  }
});
