/** The server from its start to its end: the compiled executable, real sockets, real signals. */
import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { runCli } from "../making/cli.ts";
import { backendPid, slowDown, until } from "../making/faults.ts";
import { killLaunched, makeWarehouse, slotsIn } from "../making/scheduler.ts";
import { DEAD_CRM, expectProblem, installServer, startServer } from "../making/serving.ts";

afterEach(killLaunched);

test.each<{ args: string[] }>([{ args: ["serve"] }, { args: ["--serve"] }])(
  "$args.0 answers, and ends at SIGTERM with 0",
  async ({ args }) => {
    const server = await startServer(installServer(), args);
    const live = await server.ask("/healthz");
    expect([live.status, await live.text(), live.headers.get("cache-control")]).toEqual([200, "ok\n", "no-store"]);
    const { code, seconds } = await server.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(5);
    expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  },
);

describe("readiness", () => {
  test("store and scheduler are looked at, the warehouses are not, and nothing of it is logged", async () => {
    const server = await startServer(installServer(), ["serve", "--verbose"]);
    await until(async () => (await server.ask("/readyz")).status === 200);
    expect(await (await server.ask("/readyz")).json()).toEqual({
      ready: true,
      checks: { config: true, store: true, scheduler: true },
    });
    await until(() => server.said().includes("hubspot could not be read"));
    expect(server.said()).not.toMatch(/healthz|readyz/);
  });

  test("a store that cannot be written is said without its path, and told again when it is back", async () => {
    const server = await startServer(installServer());
    await until(async () => (await server.ask("/readyz")).status === 200);
    const path = join(server.cwd, "state/reports.sqlite");
    const holder = Bun.spawn(
      [
        "python3",
        "-c",
        `import sqlite3, sys\nc = sqlite3.connect(${JSON.stringify(path)}, isolation_level=None)\nc.execute("BEGIN EXCLUSIVE")\nprint("held", flush=True)\nsys.stdin.read()`,
      ],
      { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
    );
    try {
      const reader = holder.stdout.getReader();
      await reader.read();
      await until(async () => (await server.ask("/readyz")).status === 503);
      const text = await (await server.ask("/readyz")).text();
      expect(JSON.parse(text)).toMatchObject({ ready: false, checks: { store: false } });
      expect(text).not.toContain(server.cwd);
      expect((await server.ask("/healthz")).status).toBe(200);
    } finally {
      await holder.stdin.end();
      await holder.exited;
    }
    await until(async () => (await server.ask("/readyz")).status === 200);
  });
});

describe("what cannot be listened on: exit 2, and what to do", () => {
  const refused = async (section: string) => {
    const { code, stderr } = await runCli(["serve"], { cwd: installServer(section) });
    expect(code).toBe(2);
    return stderr;
  };

  test("a port in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await until(() => other.listening);
    const { port } = other.address() as { port: number };
    expect(await refused(`listen = "127.0.0.1:${port}"`)).toContain(
      `[serve] listen: 127.0.0.1:${port} is in use: another program listens there`,
    );
    other.close();
  });

  test("a port that another of us serves on", async () => {
    const server = await startServer(installServer());
    const { port } = new URL(server.url);
    expect(await refused(`listen = "127.0.0.1:${port}"`)).toContain("is in use");
    expect((await server.ask("/healthz")).status).toBe(200);
  });

  test("an address of another machine", async () => {
    expect(await refused('listen = "192.0.2.1:8787"\nbehind_proxy = true')).toContain(
      "192.0.2.1:8787: this machine has no such address",
    );
  });

  test("nothing is run before", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await until(() => other.listening);
    const { port } = other.address() as { port: number };
    const cwd = installServer(`listen = "127.0.0.1:${port}"`, {
      schedule: '[[schedule]]\nname = "often"\ncron = "* * * * *"\n',
    });
    await runCli(["serve"], { cwd });
    expect(await slotsIn(cwd)).toEqual([]);
    other.close();
  });

  test("a stale socket, and a file in its place", async () => {
    const cwd = installServer('listen = "unix:s.sock"');
    const server = await startServer(cwd);
    const second = await runCli(["serve"], { cwd });
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining("s.sock is in use") as string]);
    server.child.kill("SIGKILL");
    await server.child.exited;
    const stale = await runCli(["serve"], { cwd });
    expect([stale.code, stale.stderr]).toEqual([2, expect.stringContaining("is a stale socket") as string]);
    expect(stale.stderr).toContain(`rm ${join(cwd, "s.sock")}`);
    writeFileSync(join(cwd, "file.sock"), "precious");
    const file = installServer(`listen = "unix:${join(cwd, "file.sock")}"`);
    expect(await runCli(["serve"], { cwd: file })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is there and is no socket") as string,
    });
    expect(readFileSync(join(cwd, "file.sock"), "utf8")).toBe("precious");
  });
});

test("a Unix socket is the owner's and the group's, and gone at the end", async () => {
  const cwd = installServer('listen = "unix:s.sock"');
  const server = await startServer(cwd);
  const unix = join(cwd, "s.sock");
  expect((await server.ask("/api/v1/version", { unix })).status).toBe(200);
  expect(statSync(unix).mode & 0o777).toBe(0o660);
  expect(await server.stop()).toMatchObject({ code: 0 });
  expect(existsSync(unix)).toBe(false);
});

describe("SIGHUP", () => {
  const rewrite = (cwd: string, from: string, to: string) => {
    const path = join(cwd, "automation-reports.toml");
    writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
  };

  test("another base path is in force, open pages are told, and no request is lost", async () => {
    const server = await startServer(installServer('base_path = "/one"'));
    await until(() => server.said().includes("scheduler started"));
    const events = await server.ask("/one/api/v1/events");
    const statuses = new Set<number>();
    const reloaded = new AbortController();
    const asked = (async () => {
      while (!reloaded.signal.aborted) statuses.add((await server.ask("/healthz")).status);
    })();
    rewrite(server.cwd, "/one", "/two");
    server.child.kill("SIGHUP");
    await until(() => server.said().includes("configuration reloaded"));
    reloaded.abort();
    await asked;
    expect([...statuses]).toEqual([200]);
    expect((await server.ask("/two/api/v1/version")).status).toBe(200);
    await expectProblem(await server.ask("/one/api/v1/version"), 404);
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("event: config")) text += (await reader.read()).value ?? "";
    await reader.cancel();
  });

  test("a CRM that is new is read at once, and one that has a report is not read again", async () => {
    const database = await makeWarehouse();
    const crm = (name: string) => `[crm.${name}]\nurl = "${database.url}"\ncrm_source = "hubspot"\n`;
    const server = await startServer(installServer("", { crms: crm("old") }));
    const reports = async (name: string) => {
      const answer = await (await server.ask(`/api/v1/reports?crm=${name}`)).json();
      // Of one that is not known yet there is a problem document.
      return ((answer as { reports?: { id: string }[] }).reports ?? []).map(({ id }) => id);
    };
    await until(async () => (await reports("old")).length === 1);
    const before = await reports("old");
    rewrite(server.cwd, "[crm.old]", `${crm("new")}[crm.old]`);
    server.child.kill("SIGHUP");
    await until(async () => (await reports("new")).length === 1);
    expect(await reports("old")).toEqual(before);
  });

  test("a wrong configuration changes nothing", async () => {
    const server = await startServer(installServer());
    await until(() => server.said().includes("scheduler started"));
    rewrite(server.cwd, "127.0.0.1:0", "0.0.0.0:0");
    server.child.kill("SIGHUP");
    await until(() => server.said().includes("the configuration was not reloaded: the old one stays in force"));
    expect(server.said()).toContain("listen is an address that other machines reach");
    expect((await server.ask("/healthz")).status).toBe(200);
  });

  test("another address waits for a restart, and that is said", async () => {
    const server = await startServer(installServer());
    await until(() => server.said().includes("scheduler started"));
    rewrite(server.cwd, "127.0.0.1:0", "127.0.0.2:0");
    server.child.kill("SIGHUP");
    await until(() => server.said().includes("listened on after a restart"));
    expect((await server.ask("/healthz")).status).toBe(200);
  });
});

describe("SIGTERM", () => {
  test("with pages open and a report half made: within 5 s, exit 0, every stream ended, no backend left", async () => {
    const database = await makeWarehouse();
    await slowDown(database);
    const server = await startServer(installServer("", { crms: `[crm.hubspot]\nurl = "${database.url}"\n` }));
    const streams = await Promise.all(Array.from({ length: 50 }, async () => await server.ask("/api/v1/events")));
    const ends = streams.map(async (stream) => await stream.text());
    await backendPid(database);
    const { code, seconds } = await server.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(5);
    for (const text of await Promise.all(ends)) expect(text).toContain("event: hello");
    await until(async () => {
      const [row] = await database.sql`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = ${database.name} AND application_name = 'automation-reports'`;
      return row?.["n"] === 0;
    });
  });

  test("an asker that does not finish its question holds nobody up", async () => {
    const server = await startServer(installServer());
    const { port } = new URL(server.url);
    const socket = await Bun.connect({ hostname: "127.0.0.1", port: Number(port), socket: { data: () => {} } });
    socket.write("POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\ntoken=");
    await server.ask("/healthz");
    const { code, seconds } = await server.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(5);
    socket.end();
  });
});

test("CRMs without a report are read at the start, once; pages are told; a second start reads nothing", async () => {
  const database = await makeWarehouse();
  const cwd = installServer("", {
    crms: `[crm.hubspot]\nurl = "${database.url}"\n${DEAD_CRM.replace("hubspot", "dead")}`,
  });
  const kept = async () => (await runCli(["history", "list", "--format", "json"], { cwd })).stdout;
  const server = await startServer(cwd);
  await until(async () => (await kept()).includes("hubspot"));
  await server.stop();
  const again = await startServer(cwd, ["serve", "--verbose"]);
  await until(() => again.said().includes("pass kept"));
  await again.stop();
  expect((JSON.parse(await kept()) as unknown[]).length).toBe(1);
  expect(again.said()).not.toContain("hubspot could not");
});

test("a report from before the newest slot is read anew at the start, though the schedule has just begun", async () => {
  const database = await makeWarehouse();
  const cwd = installServer("", { crms: `[crm.hubspot]\nurl = "${database.url}"\n` });
  expect((await runCli(["generate", "--as-of", "2025-12-31T00:00:00Z"], { cwd })).code).toBe(0);
  const server = await startServer(cwd);
  const state = async () => {
    const { crms } = (await (await server.ask("/api/v1/crms")).json()) as { crms: { state: string }[] };
    return crms.map((crm) => crm.state);
  };
  await until(async () => (await state()).join() === "reported");
  await server.stop();
});

test("an open page is told of a pass that another process has kept", async () => {
  const server = await startServer(installServer());
  const body = (await server.ask("/api/v1/events")).body!.pipeThrough(new TextDecoderStream());
  const reader = body.getReader();
  let told = "";
  const hear = async (word: string) => {
    while (!told.includes(word)) told += (await reader.read()).value ?? "";
  };
  await hear("event: hello");
  const database = await makeWarehouse();
  const path = join(server.cwd, "automation-reports.toml");
  writeFileSync(path, readFileSync(path, "utf8").replace("sqlite:nowhere.sqlite", database.url));
  expect((await runCli(["generate", "--quiet"], { cwd: server.cwd })).code).toBe(0);
  const [kept] = JSON.parse((await runCli(["history", "list", "--format", "json"], { cwd: server.cwd })).stdout) as {
    pass_id: string;
  }[];
  await hear(kept!.pass_id);
  expect(told).toMatch(/^event: pass$/m);
  await reader.cancel();
});
