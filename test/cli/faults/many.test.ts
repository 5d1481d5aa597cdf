/** Hundreds of CRMs that cannot be read: quick, in bounded memory, one cause said once, and readable. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { directoryWith } from "../../making/cli.ts";
import { AS_OF, expectNothingLeft, figuresOf, GENERATE, launch, makeTrio, type Trio } from "../../making/faults.ts";
import { freePort } from "../../making/postgres-server.ts";

const MANY = 300;
const MOST_BYTES = 250_000_000;
const MOST_MS = 15_000;

let trio: Trio;

beforeAll(async () => {
  trio = await makeTrio();
});

afterAll(async () => await trio.healthy.close());

/** Every address of 127/8 is this machine; nobody listens on that port of any of them. */
function closedAddresses(): string[] {
  const port = freePort();
  return Array.from({ length: MANY }, (_, index) => `127.1.${index >> 8}.${index & 255}:${port}`);
}

function tables(urlOf: (index: number) => string): string {
  return Array.from({ length: MANY }, (_, index) => `[crm.dead${index}]\nurl = "${urlOf(index)}"\n`).join("");
}

test("M1 300 CRMs, each with a closed port of its own, between two healthy ones → exit 3, one line each", async () => {
  const addresses = closedAddresses();
  const dead = tables((index) => `postgres://u:canary@${addresses[index]}/d`);
  const cwd = directoryWith(`[defaults]\nurl = "${trio.healthyUrl}"\n[crm.first]\n${dead}[crm.last]\n`);
  const { trial } = launch(GENERATE, { cwd });
  const ended = await trial;
  expect([ended.code, figuresOf(ended.stdout)]).toEqual([3, trio.expected]);
  const lines = ended.stderr.trimEnd().split("\n");
  expect(lines).toEqual(
    addresses.map(
      (address, index) =>
        `error: dead${index} could not be read: ${address} refuses the connection: is PostgreSQL running there, listening on that port, and reachable from here?`,
    ),
  );
  expect(ended.peakBytes).toBeLessThan(MOST_BYTES);
  expect(ended.tookMs).toBeLessThan(MOST_MS);
  await expectNothingLeft(ended, [trio.healthy]);
});

describe("all of them", () => {
  test("M2 300 CRMs with one cause, and no other → exit 4, one finding that names some and counts the rest", async () => {
    const port = freePort();
    const cwd = directoryWith(tables(() => `postgres://u:canary@127.0.0.1:${port}/d`));
    const { trial } = launch(["generate", ...AS_OF, "--quiet"], { cwd });
    const ended = await trial;
    expect(ended.code).toBe(4);
    const screen = ended.stdout.replaceAll(/\s+/g, " ");
    expect(screen).toContain(`127.0.0.1:${port} refuses the connection`);
    expect(screen).toMatch(/✗ dead0, dead1, .*and 2\d\d more/);
    expect(screen).toContain("none of 300 CRMs read");
    expect(ended.peakBytes).toBeLessThan(MOST_BYTES);
    expect(ended.tookMs).toBeLessThan(MOST_MS);
    await expectNothingLeft(ended, []);
  });

  test("M3 300 CRMs with a cause each, at 64 at once, and no other → exit 4, no line wider than the screen", async () => {
    const addresses = closedAddresses();
    const cwd = directoryWith(tables((index) => `postgres://u:canary@${addresses[index]}/d`));
    const args = ["generate", ...AS_OF, "--quiet", "--concurrency", "64"];
    const { trial } = launch(args, { cwd, env: { COLUMNS: "100" } });
    const ended = await trial;
    expect(ended.code).toBe(4);
    const lines = ended.stdout.split("\n");
    const named = lines.filter((line) => /^✗ dead\d+ +not read/.test(line)).length;
    const [, left] = /and (\d+) more CRMs/.exec(ended.stdout) ?? [];
    expect(named + Number(left)).toBe(MANY);
    expect(lines.filter((line) => Bun.stringWidth(line) > 100)).toEqual([]);
    expect(ended.peakBytes).toBeLessThan(MOST_BYTES);
    expect(ended.tookMs).toBeLessThan(MOST_MS);
    await expectNothingLeft(ended, []);
  });

  test("M4 two CRMs with one cause, and no other → exit 4, both are named", async () => {
    const port = freePort();
    const cwd = directoryWith(`[defaults]\nurl = "postgres://u:canary@127.0.0.1:${port}/d"\n[crm.a]\n[crm.b]\n`);
    const ended = await launch(["generate", ...AS_OF], { cwd }).trial;
    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain(`✗ a, b  not read  127.0.0.1:${port} refuses the connection`);
    expect(ended.stdout).toContain("none of 2 CRMs read");
    await expectNothingLeft(ended, []);
  });
});
