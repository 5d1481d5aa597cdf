/** What `help api` and README.md show works when it is pasted: each of their commands is run against the compiled binary that serves the demo. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { serveDemo, type Served } from "../making/api-server.ts";
import { readBlocks } from "../making/readme.ts";
import { killLaunched } from "../making/scheduler.ts";

const PAGE = readFileSync(resolve(import.meta.dir, "../../src/help/topics/api.md"), "utf8");
const WRITTEN = "http://127.0.0.1:8787";
const blocks = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
/** A line that ends in a backslash goes on. */
const commands = blocks.flatMap((text) => text.trim().split(/(?<!\\)\n/)).filter((line) => line.includes("curl "));

let served: Served;

beforeAll(async () => {
  served = await serveDemo();
});

afterAll(async () => {
  expect(await served.stop()).toBe(0);
  killLaunched();
});

describe("help api", () => {
  test("begins with how the demo is served, on the port of the examples", () => {
    expect(blocks[0]).toContain("automation-reports demo --dir demo");
    expect(commands.every((command) => command.includes(WRITTEN))).toBe(true);
    expect(commands.length).toBeGreaterThan(15);
  });

  test.each(commands)("%s", expectAnswer);
});

/** `-f` fails where something is critical, as it is in the demo. */
test.each(
  readBlocks()
    .flatMap(({ text }) => text.split("\n").filter((line) => line.includes(WRITTEN)))
    .map((line) => line.replace("curl -sf", "curl -s")),
)("README.md: %s", expectAnswer);

function expectAnswer(command: string): void {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    ["bash", "-euo", "pipefail", "-c", command.replaceAll(WRITTEN, served.base)],
    { cwd: served.directory },
  );
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  const said = stdout.toString();
  // The badge goes to a file. null at the beginning of a line would be a key that is not there.
  if (!command.includes(" -o ")) expect(said.trim()).not.toBeOneOf(["", "[]"]);
  expect(said).not.toMatch(/^null\b/m);
}
