/** Several servers in one URL, and the password file: which one is read, and what is said of those that are not. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTarget } from "../../src/database/target.ts";
import { fillPasswords } from "../../src/database/password-file.ts";
import { describeFailure } from "../../src/database/failure.ts";
import { openSnapshot } from "../../src/warehouse/postgres/snapshot.ts";
import { freePort, PASSWORD, startPostgres, startStandby, type PostgresServer } from "../making/postgres-server.ts";

let primary: PostgresServer;
let standby: PostgresServer;
/** A server whose sessions only read, as during an upgrade. */
let readOnly: PostgresServer;
let mute: Bun.TCPSocketListener<undefined>;

beforeAll(async () => {
  [primary, readOnly] = await Promise.all([
    startPostgres(),
    startPostgres(undefined, { default_transaction_read_only: "on" }),
  ]);
  standby = await startStandby(primary);
  mute = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
});

afterAll(async () => {
  mute.stop(true);
  await Promise.all([standby.stop(), readOnly.stop()]);
  await primary.stop();
});

type Name = "primary" | "standby" | "read-only" | "closed" | "mute";

function portOf(name: Name): number {
  const ports = { primary, standby, "read-only": readOnly };
  if (name === "mute") return mute.port;
  return name === "closed" ? freePort() : ports[name].port;
}

function urlOf(names: Name[], parameters = ""): string {
  const hosts = names.map((name) => `127.0.0.1:${portOf(name)}`).join(",");
  return `postgresql://owner:${encodeURIComponent(PASSWORD)}@${hosts}/postgres?sslmode=disable${parameters}`;
}

/** The port of the server that was chosen, or why none was. */
async function choose(url: string, timeoutMs = 10_000): Promise<number | string> {
  const parsed = parseTarget(url, "/");
  if ("problem" in parsed || parsed.kind !== "postgres") throw new Error("not a connection URL");
  const { target } = fillPasswords(parsed, "/nowhere", "/");
  const limits = { timeoutMs, statementTimeoutMs: null, lockTimeoutMs: 1000, timezone: null };
  try {
    await using connection = await openSnapshot(target, limits, AbortSignal.timeout(timeoutMs));
    const [row] = await connection.ask<{ port: number }>("SELECT current_setting('port')::int AS port");
    return row?.port ?? 0;
  } catch (error) {
    return describeFailure(error, target);
  }
}

describe("which server is read", () => {
  test.each<{ names: Name[]; wants: string | null; chosen: Name }>([
    { names: ["primary", "standby"], wants: null, chosen: "standby" },
    { names: ["primary", "closed"], wants: null, chosen: "primary" },
    { names: ["primary", "standby"], wants: "any", chosen: "primary" },
    { names: ["closed", "standby"], wants: "any", chosen: "standby" },
    { names: ["mute", "primary"], wants: "any", chosen: "primary" },
    { names: ["mute", "mute", "mute", "primary"], wants: null, chosen: "primary" },
    { names: ["standby", "primary"], wants: "primary", chosen: "primary" },
    { names: ["standby", "read-only", "primary"], wants: "read-write", chosen: "primary" },
    { names: ["primary", "read-only"], wants: "read-only", chosen: "read-only" },
    { names: ["primary", "standby"], wants: "read-only", chosen: "standby" },
    { names: ["primary", "standby"], wants: "standby", chosen: "standby" },
    { names: ["primary", "standby"], wants: "prefer-standby", chosen: "standby" },
    { names: ["primary"], wants: "prefer-standby", chosen: "primary" },
  ])("$names, target_session_attrs=$wants: $chosen", async ({ names, wants, chosen }) => {
    const parameters = wants === null ? "" : `&target_session_attrs=${wants}`;
    expect(await choose(urlOf(names, parameters), 3000)).toBe(portOf(chosen));
  });
});

describe("none of them", () => {
  test("each server's own reason is said", async () => {
    const reason = await choose(urlOf(["primary", "closed"], "&target_session_attrs=standby"));
    expect(reason).toContain(
      `127.0.0.1:${primary.port} is not what target_session_attrs=standby asks for: add such a server to the URL, or ask for any; 127.0.0.1:`,
    );
    expect(reason).toContain("refuses the connection");
  });

  test("seconds that several share are told with two digits", async () => {
    const reason = await choose(urlOf(["mute", "mute", "mute"], ""), 1000);
    expect(reason).toBe(`127.0.0.1:${mute.port}: no connection within 0.25 s`);
    expect(await choose(urlOf(["mute", "mute"], ""), 1000)).toBe(`127.0.0.1:${mute.port}: no connection within 0.33 s`);
  });

  test("connect_timeout holds for each", async () => {
    const reason = await choose(urlOf(["mute"], "&connect_timeout=2"));
    expect(reason).toBe(`127.0.0.1:${mute.port}: no connection within 2 s`);
  });

  test("a server that refuses the password speaks for all, as with psql", async () => {
    const url = urlOf(["primary", "standby"]).replace(encodeURIComponent(PASSWORD), "canary");
    const reason = await choose(url);
    expect(reason).toContain("refuses the password");
    expect(String(reason).split(";")).toHaveLength(1);
    expect(reason).not.toContain("canary");
  });
});

test("the password comes from the file that the URL names", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "automation-reports-pgpass-")), "pgpass");
  const escaped = PASSWORD.replace(/[:\\]/g, "\\$&");
  writeFileSync(file, `127.0.0.1:${primary.port}:*:owner:wrong\n`.replace("wrong", escaped), { mode: 0o600 });
  const url = `postgresql://owner@127.0.0.1:${primary.port}/postgres?sslmode=disable&passfile=${file}`;
  expect(await choose(url)).toBe(primary.port);
  chmodSync(file, 0o640);
  expect(await choose(url)).toContain("asks for a password, and there is none");
});
