/** `export site` to a place where the directory itself is all that may be written. */
import { beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, freshDirectory, runCli } from "../../making/cli.ts";
import { isRoot } from "../../making/faults.ts";

const NOBODY = 65_534;
let cwd = "";

beforeAll(async () => {
  cwd = freshDirectory();
  await runCli(["demo", "--quiet"], { cwd });
  const path = join(cwd, "automation-reports.toml");
  writeFileSync(path, `${readFileSync(path, "utf8")}\n[store]\npath = "state/reports.sqlite"\n`);
  const { code } = await runCli(["generate", "--quiet", "--crm", "genius"], { cwd });
  expect(code).toBeLessThan(2);
});

/** A whole site, and nothing beside its files. */
function expectSite(path: string): void {
  expect([existsSync(join(path, "index.html")), existsSync(join(path, "assets"))]).toEqual([true, true]);
  expect(readdirSync(path).filter((name) => name.endsWith(".tmp"))).toEqual([]);
}

describe.skipIf(!isRoot)("a place of its own (needs root)", () => {
  test("P19 export site to a directory whose parent may not be written → exit 0, twice; to a new one beside it exit 5, told what to do", async () => {
    const home = freshDirectory();
    chmodSync(home, 0o755);
    copyFileSync(BINARY, join(home, "automation-reports"));
    Bun.spawnSync(["cp", "-r", ...readdirSync(cwd).map((name) => join(cwd, name)), home]);
    mkdirSync(join(home, "srv/site"), { recursive: true });
    Bun.spawnSync(["chown", "-R", `${NOBODY}:${NOBODY}`, join(home, "state"), join(home, "srv/site")]);
    Bun.spawnSync(["chmod", "-R", "a+rX", home]);
    const as = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--", "./automation-reports"];
    const write = (to: string) => {
      const ended = Bun.spawnSync([...as, "export", "site", to], { cwd: home, env: { PATH: "/usr/bin:/bin" } });
      return [ended.exitCode, ended.stderr.toString()];
    };
    for (let round = 0; round < 2; round += 1) {
      expect(write("srv/site")).toEqual([0, expect.stringContaining("wrote ")]);
      expectSite(join(home, "srv/site"));
    }
    const says = `${home}/srv/other could not be written: this user may not write there: change its permissions, or choose another place`;
    expect(write("srv/other")).toEqual([5, expect.stringContaining(says)]);
  });

  test("P20 export site to a mount point → exit 0, twice", async () => {
    const path = freshDirectory();
    expect(Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", path]).exitCode).toBe(0);
    try {
      for (let round = 0; round < 2; round += 1) {
        expect((await runCli(["export", "site", path], { cwd })).code).toBe(0);
        expectSite(path);
      }
    } finally {
      Bun.spawnSync(["umount", path]);
    }
  });
});

test("P21 export site where no file may be that large (ulimit -f) → exit 5, told so; nothing is left", async () => {
  const within = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh"];
  const { code, stderr } = await runCli(["export", "site", "small"], { cwd, within });
  expect([code, stderr]).toEqual([
    5,
    `error: ${cwd}/small could not be written: it would be larger than this process may write: raise the limit (ulimit -f)\n`,
  ]);
  expect(existsSync(join(cwd, "small"))).toBe(false);
});
