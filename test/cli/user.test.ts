/** What a configuration's files and the user of the process may be. */
import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import { isRoot } from "../making/faults.ts";
import { targetOf } from "../making/stores.ts";
import { openStore } from "../../src/store/open.ts";

describe("what is no file is refused at once: to read it would wait for ever", () => {
  test.each([
    { key: "--config", config: null, place: "configuration fifo" },
    { key: "url_file", config: '[crm.a]\nurl_file = "fifo"\n', place: ":2:1: url_file fifo" },
    {
      key: "ping_url_file",
      config: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\nping_url_file = "fifo"\n',
      place: ":6:1: ping_url_file fifo",
    },
  ])("a FIFO as $key", async ({ config, place }) => {
    const cwd = config === null ? freshDirectory() : directoryWith(config);
    Bun.spawnSync(["mkfifo", join(cwd, "fifo")]);
    const flags = config === null ? ["--config", "fifo"] : [];
    const { code, stderr } = await runCli(["config", "check", ...flags], { cwd });
    expect([code, stderr.replaceAll(`${cwd}/fifo`, "fifo")]).toEqual([
      2,
      expect.stringContaining(`${place}: it is a FIFO, not a file`),
    ]);
  });

  test.each([
    { path: "/dev/zero", says: "a device" },
    { path: "socket", says: "a socket" },
  ])("$says as --config", async ({ path, says }) => {
    const cwd = freshDirectory();
    using _ = Bun.listen({ unix: join(cwd, "socket"), socket: { data: () => {} } });
    const { code, stderr } = await runCli(["config", "check", "--config", path], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${path}: it is ${says}, not a file`)]);
  });
});

describe.skipIf(!isRoot)("a user without a name and a home (another user needs root)", () => {
  const runNameless = (url: string, args = ["config", "check"], cwd = freshDirectory()) => {
    chmodSync(cwd, 0o755);
    copyFileSync(BINARY, join(cwd, "automation-reports"));
    writeFileSync(join(cwd, "automation-reports.toml"), `[crm.a]\nurl = "${url}"\n[store]\npath = "s/store.sqlite"\n`);
    const user = ["--reuid=54321", "--regid=54321", "--clear-groups"];
    const ended = Bun.spawnSync(["setpriv", ...user, "--", "./automation-reports", ...args], {
      cwd,
      env: { PATH: "/usr/bin:/bin" },
    });
    return [ended.exitCode, ended.stderr.toString()];
  };

  test("reads a configuration", () => {
    expect(runNameless("postgres://u@h/d")).toEqual([0, expect.any(String)]);
  });

  test("is told how to get a store that root has made", async () => {
    const cwd = freshDirectory();
    await (await openStore(targetOf(`sqlite:${join(cwd, "s/store.sqlite")}`)))[Symbol.asyncDispose]();
    expect(runNameless("postgres://u@h/d", ["store", "prune"], cwd)).toEqual([
      5,
      expect.stringContaining("only its owner may open it: use sudo, make this user its owner (chown), set [store]"),
    ]);
  });

  test("must be named in a URL", () => {
    expect(runNameless("postgres://h/d")).toEqual([
      2,
      expect.stringContaining(":2:1: the URL names no user, and this process's user has no name: add one"),
    ]);
  });
});
