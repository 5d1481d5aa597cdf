/** What README.md shows works: its blocks are run one after another in one directory, as a reader would do. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BINARY, freshDirectory } from "../making/cli.ts";
import { readBlocks, type Block } from "../making/readme.ts";

const cwd = freshDirectory();
const blocks = readBlocks();

const RUNNERS: Record<string, (block: Block) => void> = {
  /** Each command of the block must succeed. */
  sh: ({ text }) => expect(shell(text)).toMatchObject({ code: 0 }),
  /** Each command must succeed, and print first what the block shows first. */
  console: ({ text }) => {
    for (const shown of text.split(/^\$ /m).slice(1)) {
      const [command = "", first = ""] = shown.split("\n");
      const { code, stdout } = shell(command);
      expect({ command, code, first: stdout.split("\n")[0] }).toEqual({ command, code: 0, first });
    }
  },
  /** A whole configuration. */
  toml: ({ text }) => {
    writeFileSync(join(cwd, "example.toml"), text);
    expect(shell("automation-reports config check --config example.toml")).toMatchObject({ code: 0 });
  },
};

describe("README.md", () => {
  test.each(blocks.filter(({ notRun }) => notRun === null))("line $line: $language", (block) => {
    const run = RUNNERS[block.language];
    if (run === undefined) throw new Error(`no test runs ${block.language}: write "not run: reason" behind it`);
    run(block);
  });

  test("most blocks are run", () => {
    const run = blocks.filter(({ notRun }) => notRun === null);
    expect(run.length).toBeGreaterThan(blocks.length / 2);
  });

  test("it has at most 350 lines", async () => {
    const text = await Bun.file(join(import.meta.dir, "../../README.md")).text();
    expect(text.split("\n").length).toBeLessThanOrEqual(351);
  });
});

/** Bash that stops at the first command that fails. */
function shell(script: string) {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["bash", "-euc", script], {
    cwd,
    env: {
      PATH: `${dirname(BINARY)}:${process.env["PATH"] ?? ""}`,
      HOME: cwd,
      COLUMNS: "120",
      WAREHOUSE_URL: "postgresql://reports@db.example/warehouse",
    },
  });
  return { code: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}
