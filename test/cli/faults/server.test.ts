/** One CRM's server misbehaves: that CRM fails with one sentence, the others' reports are as without it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { directoryWith } from "../../making/cli.ts";
import { isLong } from "../../making/draws.ts";
import { authentication, failure, message } from "../../making/server-messages.ts";
import { startFakeServer } from "../../making/fake-server.ts";
import {
  expectNothingLeft,
  expectOneFailure,
  figuresOf,
  GENERATE,
  launch,
  makeTrio,
  makeVictim,
  type Trial,
  type Trio,
} from "../../making/faults.ts";
import { recordServer, replay, type Recording } from "../../making/recorded-server.ts";
import { ANSWER_FAULTS } from "../../making/server-faults/answers.ts";
import { AUTHENTICATION_FAULTS } from "../../making/server-faults/authentication.ts";
import { SECRET, TOO_LATE, type ServerFault } from "../../making/server-faults/fault.ts";
import { OPENING_FAULTS, REFUSALS, TLS_FAULTS } from "../../making/server-faults/opening.ts";
import { sharedServer } from "../../making/warehouses.ts";
import { numbered } from "../../making/numbers.ts";

/** Start of the process, and what closing and cancelling may take after the deadline. */
const GRACE_MS = 10_000;
const MOST_MEMORY = 300 * 1_048_576;

const PARTS = [
  { part: "TLS", faults: TLS_FAULTS },
  { part: "opening a session", faults: OPENING_FAULTS },
  { part: "refusals", faults: REFUSALS },
  { part: "authentication", faults: AUTHENTICATION_FAULTS },
  { part: "answers", faults: ANSWER_FAULTS },
];

let trio: Trio;
let recording: Recording;

beforeAll(async () => {
  trio = await makeTrio();
  const server = await sharedServer();
  const victim = await makeVictim(server);
  recording = await recordServer({ host: "127.0.0.1", port: server.port }, victim.url);
  await victim.close();
});

afterAll(async () => await trio.healthy.close());

let count = 0;
/** The whole catalogue, numbered through. */
const NUMBERED = PARTS.map(({ part, faults }) => ({
  part,
  faults: faults.map((fault) => ({ ...fault, no: `S${(count += 1)}`, said: fault.said ?? String(fault.says) })),
}));

/** In the short form faults share a pass, in which each CRM has one; a flood has its own, because its memory is looked at. */
const TOGETHER = isLong ? 1 : 8;
type Numbered = ServerFault & { no: string };

function shareOut(faults: Numbered[]): Numbered[][] {
  const isFlood = ({ says, name }: Numbered) => says !== TOO_LATE && /without end|document|MB/.test(name);
  const others = faults.filter((fault) => !isFlood(fault));
  const shared = Array.from({ length: Math.ceil(others.length / TOGETHER) }, (_, nth) =>
    others.slice(nth * TOGETHER, (nth + 1) * TOGETHER),
  );
  return [...faults.filter(isFlood).map((fault) => [fault]), ...shared];
}

const deadlineOf = ({ timeoutMs, says }: ServerFault) => timeoutMs ?? (says === TOO_LATE ? 1000 : 8000);

async function readFaulty(faults: Numbered[]): Promise<Trial> {
  const servers = await Promise.all(
    faults.map(async ({ does }) => await startFakeServer(async (client) => await does(client, recording))),
  );
  const dead = faults.map((fault, index) => {
    const url = `postgres://u:${SECRET}@127.0.0.1:${servers[index]?.port}/d${fault.query ?? "?sslmode=disable"}`;
    return `[crm.${fault.no.toLowerCase()}]\nurl = "${url}"\ntimeout = "${deadlineOf(fault)}ms"\n`;
  });
  const cwd = directoryWith(
    `concurrency = ${faults.length + 2}\n[defaults]\nurl = "${trio.healthyUrl}"\n[crm.first]\n${dead.join("")}[crm.last]\n`,
  );
  const trial = await launch(GENERATE, { cwd }).trial;
  for (const server of servers) await server[Symbol.asyncDispose]();
  return trial;
}

describe.each(NUMBERED)("$part", ({ part, faults }) => {
  const groups = shareOut(faults);
  const groupOf = (fault: Numbered) => groups.find((group) => group.includes(fault)) ?? [];
  const passes = new Map<Numbered[], Promise<Trial>>();
  const read = async (group: Numbered[]): Promise<Trial> => {
    const pass = passes.get(group) ?? readFaulty(group);
    passes.set(group, pass);
    return await pass;
  };

  test.each(faults)(`$no ${part}: $name → exit 3: $said`, async (fault: Numbered) => {
    const group = groupOf(fault);
    const trial = await read(group);
    expect([trial.code, trial.stderr]).toEqual([3, expect.any(String)]);
    expect(figuresOf(trial.stdout)).toEqual(trio.expected);
    await expectNothingLeft(trial, [trio.healthy]);
    const lines = trial.stderr.trimEnd().split("\n");
    const said = lines.filter((line) => line.startsWith(`error: ${fault.no.toLowerCase()} could not be read: `));
    expect([lines.length, said.length]).toEqual([group.length, 1]);
    expect(`${said[0]}\n`).toMatch(fault.says);
    expect(trial.tookMs).toBeLessThan(Math.max(...group.map(deadlineOf)) + GRACE_MS);
    expect(trial.peakBytes).toBeLessThan(MOST_MEMORY);
  });
});

describe("unusual, and no fault", () => {
  test("U1 notices, notifications and parameters of any name between the messages of an answer → the report is made, exit 0", async () => {
    const noise = Buffer.concat([
      message("N", "SNOTICE\0C00000\0Mx\0\0"),
      message("S", "__proto__\0x\0"),
      message("A", "\0\0\0\x01c\0p\0"),
    ]);
    const noisy = recording.map((answer, turn) => Buffer.concat(turn === 0 ? [answer] : [noise, answer]));
    await using server = await startFakeServer(async (client) => await replay(client, noisy));
    const cwd = directoryWith(`[crm.dead]\nurl = "postgres://u@127.0.0.1:${server.port}/d?sslmode=disable"\n`);
    const { code, stdout, stderr } = await launch(GENERATE, { cwd }).trial;
    expect([code, stderr]).toEqual([0, ""]);
    expect(figuresOf(stdout)).toMatchObject([{ performance_metrics: { total_actions: 2, failed_actions: 1 } }]);
  });

  test("U2 an answer byte by byte → the report is made, exit 0", async () => {
    await using server = await startFakeServer(async (client) => {
      await client.startup();
      for (const [turn, answer] of recording.entries()) {
        if (turn > 0) await client.turn();
        for (const byte of answer) await client.send(Buffer.from([byte]));
      }
      await client.silence();
    });
    const cwd = directoryWith(`[crm.dead]\nurl = "postgres://u@127.0.0.1:${server.port}/d?sslmode=disable"\n`);
    const { code, stdout } = await launch(GENERATE, { cwd }).trial;
    expect(code).toBe(0);
    expect(figuresOf(stdout)).toMatchObject([{ performance_metrics: { total_actions: 2, failed_actions: 1 } }]);
  });

  test("U3 a password that SASLprep changes → accepted, exit 0", async () => {
    const victim = await makeVictim(await sharedServer());
    const role = `ligature_${victim.name}`;
    await victim.sql
      .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'canary\ufb01'; GRANT USAGE ON SCHEMA orchestration TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${role}`);
    const url = victim.url.replace(/\/\/[^@]*@/, `//${role}:${encodeURIComponent("canary\ufb01")}@`);
    const { code, stderr } = await launch(GENERATE, { cwd: directoryWith(`[crm.dead]\nurl = "${url}"\n`) }).trial;
    expect([code, stderr]).toEqual([0, ""]);
    await victim.close();
  });
});

const elsewhere = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

describe.skipIf(elsewhere === undefined)("a password in clear text, without TLS (needs a network)", () => {
  const REFUSED = "asks for the password in clear text, without TLS: use sslmode=require";
  test.each(
    numbered("U4", [
      { name: "over loopback", host: "127.0.0.1", query: "", sent: true },
      { name: "elsewhere, sslmode=prefer", host: elsewhere, query: "?sslmode=prefer", sent: false },
      { name: "elsewhere, no sslmode", host: elsewhere, query: "", sent: false },
      { name: "elsewhere, sslmode=disable", host: elsewhere, query: "?sslmode=disable", sent: true },
    ]),
  )("$no the password asked for in clear text, $name → sent: $sent", async ({ host, query, sent }) => {
    let password = "";
    await using server = await startFakeServer(async (client) => {
      await client.startup();
      await client.send(authentication(3));
      password += (await client.turn()).toString();
      await client.send(failure({ S: "FATAL", C: "28P01", M: "no" }));
    });
    const url = `postgres://u:${SECRET}@${host}:${server.port}/d${query}`;
    const ended = await launch(GENERATE, { cwd: trio.withDead(url, 'timeout = "5s"') }).trial;
    await expectOneFailure(ended, { trio, says: sent ? "refuses the password or user" : REFUSED, advises: "" });
    expect(password.includes(SECRET)).toBe(sent);
  });
});
