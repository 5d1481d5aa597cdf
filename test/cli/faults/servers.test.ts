/** A CRM whose server is away, closed, mute, full, locked or frozen: the others' reports are made, one line says why. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import postgres from "postgres";
import {
  backendPid,
  expectNothingLeft,
  expectOneFailure,
  figuresOf,
  GENERATE,
  launch,
  makeTrio,
  makeVictim,
  slowDown,
  type Trio,
} from "../../making/faults.ts";
import { startFakeServer, type FakeClient } from "../../making/fake-server.ts";
import { freeze } from "../../making/frozen.ts";
import { NO_TLS, startPeer, type Peer } from "../../making/peers.ts";
import { recordServer } from "../../making/recorded-server.ts";
import {
  freePort,
  PASSWORD,
  startPostgres,
  type PostgresServer,
  type TestDatabase,
} from "../../making/postgres-server.ts";
import { directoryWith, runCli } from "../../making/cli.ts";
import { reportsIn } from "../../making/passes.ts";
import { numbered } from "../../making/numbers.ts";

const DEADLINE = "1500ms";
/** Start of the process, and what closing and cancelling may take after the deadline. */
const GRACE_MS = 10_000;

let trio: Trio;
let victims: PostgresServer;
let victim: TestDatabase;

beforeAll(async () => {
  trio = await makeTrio();
  // Small enough to be filled by a test.
  victims = await startPostgres(undefined, { max_connections: "12" });
  victim = await makeVictim(victims);
});

afterAll(async () => {
  await victim.close();
  await trio.healthy.close();
  await victims.stop();
});

describe("away, or not what was configured", () => {
  test.each(
    numbered("A1", [
      {
        name: "port closed",
        url: () => `postgres://u:canary@127.0.0.1:${freePort()}/d`,
        says: "refuses the connection",
        advises: "is PostgreSQL running there",
      },
      {
        name: "wrong password",
        url: () => victim.url.replace(encodeURIComponent(PASSWORD), "canary-wrong"),
        says: "refuses the password or user",
        advises: "check both in the connection URL",
      },
      {
        name: "unknown database",
        url: () => victims.url("nowhere"),
        says: "no database of the name",
        advises: "check the end of the connection URL",
      },
      {
        name: "unknown host",
        url: () => "postgres://u:canary@nowhere.invalid/d",
        says: "nowhere.invalid",
        advises: "DNS",
      },
      {
        name: "SQLite file missing",
        url: () => "sqlite:/nowhere/w.sqlite",
        says: "there is no such file",
        advises: "check",
      },
    ]),
  )("$no $name → exit 3: $says", async ({ url, says, advises }) => {
    const { trial } = launch(GENERATE, { cwd: trio.withDead(url()) });
    await expectOneFailure(await trial, { trio, says, advises, free: [victim] });
  });
});

describe("mute: given up at the deadline, after one connection", () => {
  test.each(
    numbered("A2", [
      { name: "before it answers an SSLRequest", query: "", conduct: {} },
      { name: "where TLS is required", query: "?sslmode=require", conduct: {} },
      {
        name: "after it refused TLS",
        query: "",
        conduct: { data: (answer: (text: string) => void) => answer(NO_TLS) },
        // One for the SSLRequest, one in plain: then it is mute.
        calls: 2,
      },
      { name: "where no TLS is asked for", query: "?sslmode=disable", conduct: {} },
    ]),
  )("$no mute $name → exit 3, given up at the deadline", async ({ query, conduct, calls = 1 }) => {
    using peer = startPeer(conduct);
    const url = `postgres://u:canary@127.0.0.1:${peer.port}/d${query}`;
    const { trial } = launch(GENERATE, { cwd: trio.withDead(url, `timeout = "${DEADLINE}"`) });
    const ended = await trial;
    await expectOneFailure(ended, { trio, says: "no complete answer within 1.5 s", advises: "raise timeout" });
    expect(ended.tookMs).toBeLessThan(1500 + GRACE_MS);
    expect(peer.calls()).toBe(calls);
  });
});

describe("accepts and closes: not called again and again", () => {
  const atOnce = { open: (hangUp: () => void) => hangUp() };
  test.each(
    numbered("A3", [
      { name: "at once", query: "", conduct: atOnce },
      { name: "at once, no TLS asked for", query: "?sslmode=disable", conduct: atOnce },
      { name: "at once, TLS required", query: "?sslmode=require", conduct: atOnce },
    ]),
  )(
    "$no accepts and closes $name → exit 3, the connection and the log are named, and it is not called again and again",
    async ({ query, conduct }) => {
      using peer: Peer = startPeer(conduct);
      const url = `postgres://u:canary@127.0.0.1:${peer.port}/d${query}`;
      const { trial } = launch(GENERATE, { cwd: trio.withDead(url, 'timeout = "3s"') });
      // Closed or broken off: that depends on whether our first bytes came before or after.
      await expectOneFailure(await trial, { trio, says: "the connection", advises: "log" });
      expect(peer.calls()).toBeLessThan(20);
    },
  );

  test("A4 resets at once → exit 3, the connection and the log are named", async () => {
    await using peer = createServer((socket) => void socket.resetAndDestroy()).listen(0, "127.0.0.1");
    await once(peer, "listening");
    const { port } = peer.address() as AddressInfo;
    const url = `postgres://u:canary@127.0.0.1:${port}/d?sslmode=disable`;
    const { trial } = launch(GENERATE, { cwd: trio.withDead(url, 'timeout = "3s"') });
    await expectOneFailure(await trial, { trio, says: "the connection", advises: "log" });
  });

  test("A5 closes after the first message, whatever it is → exit 3, the connection and the log are named", async () => {
    using peer = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: (socket) => void socket.end() },
    });
    const url = `postgres://u:canary@127.0.0.1:${peer.port}/d?sslmode=disable`;
    const { trial } = launch(GENERATE, { cwd: trio.withDead(url, 'timeout = "3s"') });
    await expectOneFailure(await trial, { trio, says: "the connection", advises: "log" });
  });

  test("A6 an answer that is not PostgreSQL's → exit 3, its address is named, and it is not called again and again", async () => {
    using peer = startPeer({ data: (answer) => answer("HTTP/1.1 400 Bad Request\r\n\r\n") });
    const url = `postgres://u:canary@127.0.0.1:${peer.port}/d`;
    const { trial } = launch(GENERATE, { cwd: trio.withDead(url, `timeout = "${DEADLINE}"`) });
    await expectOneFailure(await trial, { trio, says: `127.0.0.1:${peer.port}`, advises: "" });
    expect(peer.calls()).toBeLessThan(20);
  });
});

describe("too many connections", () => {
  const says = "has no free connection";
  const advises = "raise max_connections or the role's limit, read fewer CRMs at once (concurrency), or try later";

  test("A7 no connection left of the role → exit 3: raise the limit, or try later", async () => {
    const role = `limited_${victim.name}`;
    await victim.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'canary' CONNECTION LIMIT 0`);
    const url = victim.url.replace(/\/\/[^@]*@/, `//${role}:canary@`);
    const { trial } = launch(GENERATE, { cwd: trio.withDead(url) });
    await expectOneFailure(await trial, { trio, says, advises, free: [victim] });
  });

  test("A14 one connection of the role for three CRMs → exit 0 with --concurrency 1", async () => {
    const role = `single_${victim.name}`;
    await victim.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'canary' CONNECTION LIMIT 1;
      GRANT USAGE ON SCHEMA orchestration TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${role}`);
    const url = victim.url.replace(/\/\/[^@]*@/, `//${role}:canary@`);
    const cwd = directoryWith(`[defaults]\nurl = "${url}"\n[crm.first]\n[crm.dead]\n[crm.last]\n`);
    for (let round = 0; round < 5; round += 1) {
      const { code, stderr } = await runCli([...GENERATE, "--concurrency", "1"], { cwd });
      expect([code, stderr]).toEqual([0, ""]);
    }
  });

  test("A8 no connection left of the whole server → exit 3: raise the limit, or try later", async () => {
    const held = await fillUp(victims);
    try {
      const { trial } = launch(GENERATE, { cwd: trio.withDead(victims.url(victim.name)) });
      await expectOneFailure(await trial, { trio, says, advises });
    } finally {
      await held.release();
    }
  });
});

test("A9 a table locked exclusively → exit 3, given up at lock_timeout", async () => {
  const holder = await victim.sql.reserve();
  await holder`BEGIN`;
  await holder`LOCK TABLE orchestration.sync_history IN ACCESS EXCLUSIVE MODE`;
  const { trial } = launch(GENERATE, { cwd: trio.withDead(victim.url, 'lock_timeout = "100ms"') });
  await expectOneFailure(await trial, {
    trio,
    says: "locked by another session",
    advises: "look for a long ALTER",
    free: [victim],
  });
  await holder`ROLLBACK`;
  holder.release();
});

describe("frozen in mid-query: given up at the deadline, free again once it thaws", () => {
  test.each(
    numbered("A10", [
      { name: "a backend", frozen: (backend: number) => [backend] },
      { name: "the whole server", frozen: (backend: number) => [victims.pid, backend] },
    ]),
  )(
    "$no $name frozen in mid-query → exit 3, given up at the deadline, free again once it thaws",
    async ({ frozen }) => {
      const victim = await makeVictim(victims);
      await slowDown(victim);
      const { trial } = launch(GENERATE, { cwd: trio.withDead(victim.url, 'timeout = "1500ms"') });
      const thaw = freeze(...frozen(await backendPid(victim)));
      try {
        const ended = await trial;
        await expectOneFailure(ended, { trio, says: "no complete answer within 1.5 s", advises: "raise timeout" });
        expect(ended.tookMs).toBeLessThan(1500 + GRACE_MS);
      } finally {
        thaw();
      }
      await expectNothingLeft(await trial, [victim]);
      await victim.close();
    },
  );
});

describe("gone when it is asked to cancel: given up at the deadline, and nothing else", () => {
  test.each(
    numbered("A12", [
      { name: "takes no connection any more", isClosed: true, later: async () => {} },
      { name: "resets each further one", isClosed: false, later: async (client: FakeClient) => client.hangUp("reset") },
      {
        name: "is mute to each further one",
        isClosed: false,
        later: async (client: FakeClient) => await client.silence(),
      },
      {
        name: "answers each further one with nonsense",
        isClosed: false,
        later: async (client: FakeClient) => await client.send(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")),
      },
    ]),
  )("$no a server that answers no query and $name → exit 3, given up at the deadline", async ({ isClosed, later }) => {
    const recording = await recordServer({ host: "127.0.0.1", port: victims.port }, victim.url);
    await using peer = await startFakeServer(async (client) => {
      if (peer.calls() > 1) return await later(client);
      await client.startup();
      for (const answer of recording) {
        await client.send(answer);
        if ((await client.turn()).includes("'cells'")) break;
      }
      if (isClosed) peer.close();
      await client.silence();
    });
    const url = `postgres://u:canary@127.0.0.1:${peer.port}/d?sslmode=disable`;
    const { trial } = launch(GENERATE, { cwd: trio.withDead(url, `timeout = "${DEADLINE}"`) });
    await expectOneFailure(await trial, { trio, says: "no complete answer within 1.5 s", advises: "raise timeout" });
  });
});

test("A13 a server that answers no query and is slow to take a call → exit 3, and it is asked to cancel", async () => {
  const recording = await recordServer({ host: "127.0.0.1", port: victims.port }, victim.url);
  const asked: Buffer[] = [];
  await using peer = await startFakeServer(async (client) => {
    // The first two open the session: one for the SSLRequest, one in plain.
    if (peer.calls() > 2) {
      const first = await client.bytes();
      asked.push(first);
      // It is asked for TLS first.
      if (first.length === 8) {
        await Bun.sleep(300);
        await client.send(Buffer.from(NO_TLS));
      }
      return;
    }
    await client.startup();
    for (const answer of recording) {
      await client.send(answer);
      if ((await client.turn()).includes("'cells'")) break;
    }
    await client.silence();
  });
  const url = `postgres://u:canary@127.0.0.1:${peer.port}/d`;
  const { trial } = launch(GENERATE, { cwd: trio.withDead(url, `timeout = "${DEADLINE}"`) });
  await expectOneFailure(await trial, { trio, says: "no complete answer within 1.5 s", advises: "raise timeout" });
  // The length and the code of a CancelRequest (PostgreSQL documentation, 55.7).
  expect(asked.map((bytes) => bytes.subarray(0, 8).toString("hex"))).toContain("0000001004d2162e");
});

test("A11 a table that is missing → exit 3, a fallback report beside the others", async () => {
  const victim = await makeVictim(victims);
  await victim.sql.unsafe("DROP TABLE orchestration.sync_history");
  const ended = await launch(GENERATE, { cwd: trio.withDead(victim.url) }).trial;
  const reports = reportsIn(ended.stdout);
  expect([ended.code, reports.map(({ metadata }) => metadata.status)]).toEqual([3, ["ok", "fallback", "ok"]]);
  const others = reports.filter(({ metadata }) => metadata.source !== "dead");
  expect(figuresOf(others)).toEqual(trio.expected);
  await expectNothingLeft(ended, [trio.healthy, victim]);
  await victim.close();
});

/** Takes every connection that the server still has. */
async function fillUp(server: PostgresServer): Promise<{ release: () => Promise<void> }> {
  const holders: postgres.Sql[] = [];
  const release = async () => {
    await Promise.all(holders.map((holder) => holder.end({ timeout: 1 })));
  };
  for (;;) {
    const holder = postgres(server.url(), { max: 1 });
    holders.push(holder);
    try {
      await holder`SELECT 1`;
    } catch (error) {
      if (error instanceof postgres.PostgresError && error.code === "53300") return { release };
      throw error;
    }
  }
}
