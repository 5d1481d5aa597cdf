/** `[store] group`: a store in a file that a group of the machine may read, and nobody else. */
import { expect, test } from "bun:test";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { BINARY, directoryWith, runCli } from "../making/cli.ts";
import { isRoot } from "../making/faults.ts";

/** Groups of every Debian; no user is a member of them. */
const [GROUP, OTHER_GROUP] = groupsOfTheMachine();
const STRANGER = 64_123;

function groupsOfTheMachine(): [{ name: string; id: number }, { name: string; id: number }] {
  const [first, second] = readFileSync("/etc/group", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .filter(([name = "", , id = ""]) => Number(id) > 0 && name !== "")
    .map(([name = "", , id = ""]) => ({ name, id: Number(id) }));
  if (first === undefined || second === undefined) throw new Error("this machine has fewer than two groups");
  return [first, second];
}

function install(store: string): string {
  const cwd = directoryWith(`[store]\npath = "kept/s.sqlite"\n${store}\n[crm.a]\nurl = "sqlite:none.sqlite"\n`);
  chmodSync(cwd, 0o755);
  chmodSync(join(cwd, "automation-reports.toml"), 0o644);
  return cwd;
}

/** Whether a user of that group can read the file. */
function canRead(path: string, group: number): boolean {
  const words = ["setpriv", `--reuid=${STRANGER}`, `--regid=${group}`, "--clear-groups", "cat", path];
  return Bun.spawnSync(words, { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
}

/** As whoever writes does. */
const open = async (cwd: string) => await runCli(["store", "prune"], { cwd });
const check = async (cwd: string) => await runCli(["store", "check"], { cwd });

test.skipIf(!isRoot).each([
  { name: "by name", group: JSON.stringify(GROUP.name) },
  { name: "by number", group: JSON.stringify(String(GROUP.id)) },
])("its members may read file and directory, others may not: $name (needs root)", async ({ group }) => {
  const cwd = install(`group = ${group}`);
  const { code, stderr } = await open(cwd);
  expect([code, stderr]).toEqual([0, ""]);
  const file = join(cwd, "kept/s.sqlite");
  expect([statSync(file).mode & 0o7777, statSync(file).gid]).toEqual([0o640, GROUP.id]);
  expect([statSync(join(cwd, "kept")).mode & 0o7777, statSync(join(cwd, "kept")).gid]).toEqual([0o750, GROUP.id]);
  expect([canRead(file, GROUP.id), canRead(file, OTHER_GROUP.id)]).toEqual([true, false]);
});

test.skipIf(!isRoot)(
  "a member lists and judges without a right to write, a stranger is told (needs root)",
  async () => {
    const cwd = install(`group = "${GROUP.name}"`);
    expect((await open(cwd)).code).toBe(0);
    const binary = join(cwd, "automation-reports");
    Bun.spawnSync(["cp", BINARY, binary]);
    const as = (group: number, ...words: string[]) =>
      Bun.spawnSync(["setpriv", `--reuid=${STRANGER}`, `--regid=${group}`, "--clear-groups", binary, ...words], {
        cwd,
        env: {},
      });
    const listed = as(GROUP.id, "history", "list", "--format", "json");
    expect([listed.exitCode, listed.stdout.toString()]).toEqual([0, "[]\n"]);
    expect(as(GROUP.id, "schedule", "status").exitCode).toBe(1);
    const refused = as(OTHER_GROUP.id, "history", "list");
    expect([refused.exitCode, refused.stderr.toString()]).toEqual([5, expect.stringContaining("[store] group")]);
  },
);

test
  .skipIf(!isRoot)
  .each(
    [
      "history list",
      "history show latest",
      "schedule list",
      "schedule status",
      "schedule history",
      "store check",
      "memory show",
    ].map((words) => ({ words })),
  )("who may not read the store, and only reads, is advised so: $words (needs root)", async ({ words }) => {
  const cwd = install("");
  mkdirSync(join(cwd, "kept"), { mode: 0o755 });
  expect((await open(cwd)).code).toBe(0);
  const binary = join(cwd, "automation-reports");
  Bun.spawnSync(["cp", BINARY, binary]);
  const stranger = ["setpriv", `--reuid=${STRANGER}`, `--regid=${STRANGER}`, "--clear-groups", binary];
  const { exitCode, stderr } = Bun.spawnSync([...stranger, ...words.split(" ")], { cwd, env: {} });
  expect([exitCode, stderr.toString()]).toEqual([
    5,
    `error: store ${cwd}/kept/s.sqlite: only its owner may read it: use sudo, or let a group read it with [store] group\n`,
  ]);
});

test.skipIf(!isRoot)(
  "a store that is there already is given to the group, and its reports stay (needs root)",
  async () => {
    const cwd = install("");
    expect((await open(cwd)).code).toBe(0);
    const file = join(cwd, "kept/s.sqlite");
    expect([statSync(file).mode & 0o7777, canRead(file, GROUP.id)]).toEqual([0o600, false]);
    const shared = install(`group = "${GROUP.name}"`);
    mkdirSync(join(shared, "kept"), { mode: 0o700 });
    Bun.spawnSync(["cp", "-p", file, join(shared, "kept/s.sqlite")]);
    expect((await open(shared)).code).toBe(0);
    expect(canRead(join(shared, "kept/s.sqlite"), GROUP.id)).toBe(true);
  },
);

test.skipIf(!isRoot)("a directory that all may enter keeps its group and mode (needs root)", async () => {
  const cwd = install(`group = "${GROUP.name}"`);
  mkdirSync(join(cwd, "kept"));
  chmodSync(join(cwd, "kept"), 0o755);
  const before = statSync(join(cwd, "kept")).gid;
  expect((await open(cwd)).code).toBe(0);
  expect([statSync(join(cwd, "kept")).mode & 0o7777, statSync(join(cwd, "kept")).gid]).toEqual([0o755, before]);
  expect(canRead(join(cwd, "kept/s.sqlite"), GROUP.id)).toBe(true);
});

test.skipIf(!isRoot)("a user who is no member is told, and the store works all the same (needs root)", async () => {
  const cwd = install(`group = "${GROUP.name}"`);
  mkdirSync(join(cwd, "kept"), { mode: 0o700 });
  chownSync(join(cwd, "kept"), STRANGER, STRANGER);
  const within = ["setpriv", `--reuid=${STRANGER}`, `--regid=${STRANGER}`, "--clear-groups"];
  const { code, stderr } = await runCli(["store", "prune"], { cwd, within });
  expect([code, stderr]).toEqual([
    0,
    `warning: store ${cwd}/kept/s.sqlite: it could not be given to the group ${GROUP.name}: this user is no member of it: ` +
      `add it with usermod -aG ${GROUP.name}, or run as root\n`,
  ]);
});

test("a group that the machine does not have is told, and the store works all the same", async () => {
  const cwd = install('group = "no-such-group"');
  const { code, stderr } = await open(cwd);
  expect([code, stderr]).toEqual([
    0,
    `warning: store ${cwd}/kept/s.sqlite: there is no group no-such-group in /etc/group: create it with groupadd, or write its number\n`,
  ]);
  expect(existsSync(join(cwd, "kept/s.sqlite"))).toBe(true);
  const checks = ["config", "store"].map(async (command) => await runCli([command, "check"], { cwd }));
  expect((await Promise.all(checks)).map((check) => [check.code, check.stderr])).toEqual([
    [0, expect.stringContaining("warning: [store] group: there is no group no-such-group in /etc/group: create it")],
    [5, expect.stringContaining("s.sqlite: there is no group no-such-group in /etc/group: create it")],
  ]);
});

test.skipIf(!isRoot)("where /etc/group is not there, that is told, and the work is done (needs root)", async () => {
  const cwd = install(`group = "${GROUP.name}"`);
  const hidden = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /etc && exec "$0" store prune', BINARY];
  const { exitCode, stderr } = Bun.spawnSync(hidden, { cwd, stderr: "pipe" });
  expect([exitCode, stderr.toString()]).toEqual([
    0,
    `warning: store ${cwd}/kept/s.sqlite: there is no group ${GROUP.name} in /etc/group: create it with groupadd, or write its number\n`,
  ]);
});

test("store check finds a file that others may open, and with a group one that the world may", async () => {
  for (const [store, mode, code] of [
    ["", 0o640, 5],
    ["", 0o600, 0],
    [`group = "${process.getgid?.() ?? 0}"`, 0o640, 0],
    [`group = "${process.getgid?.() ?? 0}"`, 0o644, 5],
  ] as const) {
    const cwd = install(store);
    expect((await open(cwd)).code).toBe(0);
    chmodSync(join(cwd, "kept/s.sqlite"), mode);
    expect((await check(cwd)).code).toBe(code);
  }
});
