/** Odd surroundings of the process: streams that are closed, homes that are none, limits, masks, files that others reach. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, directoryWith, freshDirectory, runCli, type Ended } from "../../making/cli.ts";
import { isRoot } from "../../making/faults.ts";
import { reportsIn } from "../../making/passes.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import { fillSyncHistory, run, sharedServer } from "../../making/warehouses.ts";

const AS_OF = ["--as-of", "2026-07-10T21:00:00Z"];
/** Of the warehouse that `demo` makes. */
let demo: string;
let database: TestDatabase;

beforeAll(async () => {
  demo = freshDirectory();
  await runCli(["demo", "--dir", demo, ...AS_OF]);
  const server = await sharedServer();
  database = await server.createDatabase();
  await fillSyncHistory("H")(database.sql, [run({ start: "2026-07-10T01:00:00Z", end: "2026-07-10T01:00:10Z" })], []);
});

afterAll(async () => await database.close());

/** `redirections` as the shell reads them. */
async function runRedirected(args: string[], redirections: string, cwd = demo): Promise<Ended> {
  return await runCli(args, { cwd, within: ["sh", "-c", `exec "$@" ${redirections}`, "sh"] });
}

describe("closed streams: a closed stdout is a failed delivery, whatever else is closed", () => {
  const LOST = "error: the output is lost: stdout is closed\n";
  const commands = [
    ["generate", ...AS_OF],
    ["generate", ...AS_OF, "--format", "json"],
    ["check"],
    ["config", "show"],
    ["schema", "report"],
    ["help", "exit-codes"],
    ["--version"],
  ];
  for (const args of commands) {
    test(args.join(" "), async () => {
      const open = await runRedirected(args, "<&-");
      const deaf = await runRedirected(args, "<&- 2>&-");
      expect([open.code, deaf.code, deaf.stdout === ""]).toEqual([0, 0, false]);
      expect(await runRedirected(args, ">&-")).toEqual({ code: 5, stdout: "", stderr: LOST });
      expect(await runRedirected(args, "<&- >&-")).toEqual({ code: 5, stdout: "", stderr: LOST });
      expect(await runRedirected(args, ">&- 2>&-")).toEqual({ code: 5, stdout: "", stderr: "" });
      expect(await runRedirected(args, "<&- >&- 2>&-")).toEqual({ code: 5, stdout: "", stderr: "" });
    });
  }

  test("what goes to a file needs no stdout, and the file holds the report alone", async () => {
    const path = join(freshDirectory(), "report.json");
    const args = ["generate", ...AS_OF, "--format", "json", "--output", path];
    expect(await runRedirected(args, "<&- >&- 2>&-")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(reportsIn(readFileSync(path, "utf8"))).toHaveLength(4);
  });

  test("/dev/null is a stdout like any other, however it was opened", async () => {
    for (const redirection of [">/dev/null", "1<>/dev/null"]) {
      expect(await runRedirected(["generate", ...AS_OF], redirection)).toEqual({ code: 0, stdout: "", stderr: "" });
    }
  });

  test("a stdout that is full, and one that may only be read", async () => {
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
  const urlWithout = () => database.url.replace(/:[^:@/]*@/, "@");
  const homes = [
    { name: "unset", env: {} },
    { name: "empty", env: { HOME: "" } },
    { name: "a file", env: { HOME: "/etc/passwd" } },
    { name: "not there", env: { HOME: "/nonexistent/home" } },
    { name: "a device", env: { HOME: "/dev/null" } },
    { name: "not from the root", env: { HOME: "../home" } },
    { name: "of 300 characters", env: { HOME: `/${"h".repeat(300)}` } },
  ];
  test.each(homes)("$name", ({ env }) => {
    const cwd = openDirectory(`[crm.hubspot]\nurl = "${urlWithout()}"\n`);
    const { code, stderr } = runBare(["generate", ...AS_OF], cwd, env);
    expect([code, stderr]).toEqual([
      4,
      expect.stringMatching(/^error: hubspot could not be read: [^\n]*password[^\n]*\n$/),
    ]);
  });

  test.each(homes)("$name, and TLS looks for its files there", ({ env }) => {
    const cwd = openDirectory(`[crm.hubspot]\nurl = "${database.url}?sslmode=prefer"\n`);
    expect(runBare(["generate", ...AS_OF], cwd, env)).toMatchObject({ code: 0 });
  });

  test.each(homes)("$name, and the default store is kept there", ({ env }) => {
    const cwd = openDirectory('[crm.hubspot]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\n');
    const { code, stderr } = runBare(["schedule", "status"], cwd, { ...env, XDG_STATE_HOME: "" });
    expect([0, 1, 5]).toContain(code);
    if (code === 5) expect(stderr).toMatch(/^error: store [^\n]+: [^\n]+ \[store\] path or url\n$/);
  });

  describe.skipIf(!isRoot)("of another user, 0700 (another user needs root)", () => {
    const locked = () => {
      const home = freshDirectory();
      chmodSync(home, 0o700);
      return home;
    };

    test("its password file is none, and nothing is said of it", () => {
      const cwd = openDirectory(`[crm.hubspot]\nurl = "${urlWithout()}"\n`);
      const { code, stderr } = runBare(["generate", ...AS_OF], cwd, { HOME: locked() }, "54321");
      expect([code, stderr]).toEqual([4, expect.stringMatching(/^error: [^\n]*asks for a password[^\n]*\n$/)]);
    });

    test("a password file that is named there is warned of", () => {
      const path = join(locked(), "pgpass");
      const warning = `warning: the password file ${path} cannot be looked for by this user\n`;
      const cwd = openDirectory(`[crm.hubspot]\nurl = "${urlWithout()}"\n`);
      const byVariable = runBare(["generate", ...AS_OF], cwd, { PGPASSFILE: path }, "54321");
      expect([byVariable.code, byVariable.stderr]).toEqual([4, expect.stringContaining(warning)]);
      const named = openDirectory(`[crm.hubspot]\nurl = "${urlWithout()}?passfile=${path}"\n`);
      expect(runBare(["config", "check"], named, {}, "54321")).toMatchObject({ code: 0, stderr: warning });
    });

    test("TLS finds no file of its own there", () => {
      const cwd = openDirectory(`[crm.hubspot]\nurl = "${database.url}?sslmode=prefer"\n`);
      expect(runBare(["generate", ...AS_OF], cwd, { HOME: locked() }, "54321")).toMatchObject({ code: 0 });
    });

    test("a user that has no entry in the list of users", () => {
      const cwd = openDirectory(`[crm.hubspot]\nurl = "${database.url}"\n`);
      expect(runBare(["generate", ...AS_OF, "--quiet"], cwd, {}, "54321")).toMatchObject({ code: 0, stderr: "" });
    });
  });
});

test.skipIf(!isRoot)("without /tmp (to hide it needs root): as anywhere else", () => {
  // The files are bound to a place that is not below /tmp before /tmp becomes an empty folder that nobody may write to.
  const outside = "/mnt";
  const hide = `mount --bind "$1" ${outside} && cd ${outside} && mkdir none && chmod 000 none &&
    mount --bind none /tmp && mount -o remount,ro,bind /tmp && shift && exec "$@"`;
  const cwd = openDirectory("");
  copyFileSync(join(demo, "automation-reports.toml"), join(cwd, "automation-reports.toml"));
  copyFileSync(join(demo, "warehouse.sqlite"), join(cwd, "warehouse.sqlite"));
  for (const args of [["generate", ...AS_OF], ["check"], ["demo", "--dir", `${outside}/another`], ["store", "check"]]) {
    const words = ["unshare", "-m", "bash", "-c", hide, "bash", cwd, "./automation-reports", ...args];
    const ended = Bun.spawnSync(words, { env: { PATH: "/usr/bin:/bin", HOME: outside, TMPDIR: "/nonexistent" } });
    expect([args[0], ended.exitCode, ended.stderr.toString().includes("error")]).toEqual([args[0], 0, false]);
    chmodSync(join(cwd, "none"), 0o700);
    Bun.spawnSync(["rmdir", join(cwd, "none")]);
  }
});

describe("masks", () => {
  test.each(["000", "022", "077"])("umask %s: what is written has the documented mode", async (mask) => {
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
  });
});

describe("file descriptors at the limit: words or a report, never a bug or a hang", () => {
  test.each([7, 8, 10, 12, 14, 18])("%d of them", async (limit) => {
    const crms = Array.from({ length: 12 }, (_, index) => `[crm.crm${index}]\ncrm_source = "hubspot"\n`).join("");
    const cwd = directoryWith(`concurrency = 12\n[defaults]\nurl = "${database.url}"\n${crms}`);
    const within = ["sh", "-c", `ulimit -n ${limit} && exec "$@"`, "sh"];
    const ended = await runCli(["generate", ...AS_OF, "--format", "json", "--timeout", "10"], { cwd, within });
    // Where Bun itself cannot start it says so and exits 1.
    const code = ended.stderr.includes("bun ran out of file descriptors") ? "bun" : ended.code;
    expect([0, 2, 3, 4, "bun"]).toContain(code);
    expect(ended.stderr).not.toContain("a bug in");
    if (code === 3) expect(reportsIn(ended.stdout)).not.toHaveLength(0);
  });
});

describe("files that others reach are warned of", () => {
  const URL_WITH_PASSWORD = "postgresql://u:canary-p%40ss@127.0.0.1:1/d";
  const URL_WITHOUT = "postgresql://u@127.0.0.1:1/d";
  const warn = (place: string, what: string, mode: string) => `warning: ${place}: ${what}: chmod o-${mode} ${place}\n`;
  const READ = "holds a password and every user may read it";
  const WRITE = "every user may write it";
  type Row = {
    name: string;
    config: string;
    configMode: number;
    secret?: string;
    secretMode?: number;
    env?: Record<string, string>;
    says: (config: string, secret: string) => string;
  };
  const rows: Row[] = [
    {
      name: "a password in a configuration that every user may read",
      config: `[crm.a]\nurl = "${URL_WITH_PASSWORD}"\n`,
      configMode: 0o644,
      says: (config) => warn(config, READ, "rwx"),
    },
    {
      name: "of the key of a certificate",
      config: `[crm.a]\nurl = "${URL_WITHOUT}?sslpassword=canary"\n`,
      configMode: 0o644,
      says: (config) => warn(config, READ, "rwx"),
    },
    {
      name: "of the store",
      config: `[crm.a]\nurl = "${URL_WITHOUT}"\n[store]\nurl = "${URL_WITH_PASSWORD}"\n`,
      configMode: 0o644,
      says: (config) => warn(config, READ, "rwx"),
    },
    {
      name: "no password in it",
      config: `[crm.a]\nurl = "${URL_WITHOUT}"\n`,
      configMode: 0o644,
      says: () => "",
    },
    {
      name: "the password in a variable",
      config: '[crm.a]\nurl = "postgresql://u:${PASSWORD}@127.0.0.1:1/d"\n',
      configMode: 0o644,
      env: { PASSWORD: "canary" },
      says: () => "",
    },
    {
      name: "a group that may read and write both",
      config: `[crm.a]\nurl_file = "secret"\n[crm.b]\nurl = "${URL_WITH_PASSWORD}"\n`,
      configMode: 0o660,
      secret: URL_WITH_PASSWORD,
      secretMode: 0o660,
      says: () => "",
    },
    {
      name: "a configuration that every user may write",
      config: `[crm.a]\nurl = "${URL_WITHOUT}"\n`,
      configMode: 0o666,
      says: (config) => warn(config, WRITE, "w"),
    },
    {
      name: "a configuration with a password that every user may read and write",
      config: `[crm.a]\nurl = "${URL_WITH_PASSWORD}"\n`,
      configMode: 0o666,
      says: (config) => warn(config, `${READ}, and ${WRITE}`, "rwx"),
    },
    {
      name: "a url_file with a password that every user may read",
      config: '[crm.a]\nurl_file = "secret"\n[crm.b]\nurl_file = "secret"\n',
      configMode: 0o644,
      secret: URL_WITH_PASSWORD,
      secretMode: 0o644,
      says: (_, secret) => warn(secret, READ, "rwx"),
    },
    {
      name: "a url_file without a password that every user may write",
      config: '[crm.a]\nurl_file = "secret"\n',
      configMode: 0o644,
      secret: URL_WITHOUT,
      secretMode: 0o646,
      says: (_, secret) => warn(secret, WRITE, "w"),
    },
  ];
  test.each(rows)("$name", async ({ config, configMode, secret = "", secretMode = 0o600, env = {}, says }) => {
    const cwd = directoryWith(config);
    const [path, secretPath] = [join(cwd, "automation-reports.toml"), join(cwd, "secret")];
    chmodSync(path, configMode);
    writeFileSync(secretPath, secret);
    chmodSync(secretPath, secretMode);
    const { code, stdout, stderr } = await runCli(["config", "check"], { cwd, env });
    expect([code, stderr]).toEqual([0, says(path, secretPath)]);
    expect(stdout + stderr).not.toContain("canary");
  });
});

test("systemd print warns of the files of a URL that the services cannot see", async () => {
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
