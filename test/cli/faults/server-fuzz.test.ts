/** Conversations with servers that go wrong at random places: nothing ends the pass, and the others' reports are made. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { directoryWith } from "../../making/cli.ts";
import { draws, isLong } from "../../making/draws.ts";
import { startFakeServer } from "../../making/fake-server.ts";
import {
  AS_OF,
  expectNothingLeft,
  figuresOf,
  GENERATE,
  launch,
  makeTrio,
  makeVictim,
  type Trio,
} from "../../making/faults.ts";
import { numbered } from "../../making/numbers.ts";
import { recordServer, sayAgain } from "../../making/recorded-server.ts";
import { drawConversations, type Conversation } from "../../making/server-mutations.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import { sharedServer } from "../../making/warehouses.ts";

const AT_ONCE = 50;
const CONCURRENCY = 10;
const TIMEOUT_MS = 1000;
/** Closing, cancelling, and a machine that does other things. */
const GRACE_MS = 2000;
const MOST_MEMORY = 300 * 1_048_576;

const COMMANDS = [
  { name: "JSON documents", args: GENERATE },
  { name: "the terminal", args: ["generate", ...AS_OF, "--detailed", "--quiet"] },
  { name: "a check", args: ["check", "--quiet"] },
];

let trio: Trio;
let victim: TestDatabase;

beforeAll(async () => {
  trio = await makeTrio();
  victim = await makeVictim(await sharedServer());
});

afterAll(async () => {
  await trio.healthy.close();
  await victim.close();
});

test.each(numbered("Z1", COMMANDS))(
  "$no conversations cut, repeated, flipped and spliced, for $name → exit 0 or 3, one line for each failure, the others are as ever",
  async ({ name, args }) => {
    const { port } = await sharedServer();
    const recording = await recordServer({ host: "127.0.0.1", port }, victim.url, args);
    const { numRuns, seed } = draws(AT_ONCE, 1700);
    const conversations = drawConversations(recording, numRuns, seed);
    for (let first = 0; first < numRuns; first += AT_ONCE) {
      await expectHarmless(conversations.slice(first, first + AT_ONCE), first, args);
      if (isLong && first % 500 === 0) console.log(`${name}: ${first} of ${numRuns} conversations`);
    }
  },
);

/** One pass over the healthy two and a CRM for each conversation, which finds its own by the name of its database. */
async function expectHarmless(conversations: Conversation[], first: number, args: readonly string[]): Promise<void> {
  await using server = await startFakeServer(async (client) => {
    const startup = await client.startup();
    const index = Number(/database\0d(\d+)\0/.exec(startup.toString("latin1"))?.[1]);
    const conversation = conversations[index - first];
    if (conversation === undefined) return;
    await sayAgain(client, conversation.recording);
    if (conversation.afterwards === "silence") await client.silence();
    else client.hangUp(conversation.afterwards);
  });
  const crms = conversations.map(
    (_, index) =>
      `[crm.fault${first + index}]\nurl = "postgres://u:canary@127.0.0.1:${server.port}/d${first + index}?sslmode=disable"\ntimeout = "${TIMEOUT_MS}ms"\n`,
  );
  const healthy = `[defaults]\nurl = "${trio.healthyUrl}"\n[crm.first]\n`;
  const cwd = directoryWith(`concurrency = ${CONCURRENCY}\n${healthy}${crms.join("")}[crm.last]\n`);
  const ended = await launch(args, { cwd }).trial;
  const which = `conversations ${first} to ${first + conversations.length - 1}`;
  expect([which, ended.code === 0 || ended.code === 3 ? "documented" : ended.code, ended.stderr]).toEqual([
    which,
    "documented",
    expect.stringMatching(/^(?:error: fault\d+ could not be read: [^\n]{1,2500}\n)*$/),
  ]);
  if (args === GENERATE) expectHealthyReports(ended.stdout);
  else for (const name of ["first", "last"]) expect(ended.stdout).toContain(name);
  expect(ended.tookMs).toBeLessThan((AT_ONCE / CONCURRENCY + 1) * (TIMEOUT_MS + GRACE_MS));
  expect(ended.peakBytes).toBeLessThan(MOST_MEMORY);
  await expectNothingLeft(ended, [trio.healthy]);
}

function expectHealthyReports(stdout: string): void {
  const reports = figuresOf(stdout) as { metadata: { source: string } }[];
  const others: unknown[] = reports.filter(({ metadata }) => !metadata.source.startsWith("fault"));
  expect(others).toEqual(trio.expected);
}
