/** Packagers strip what they package: a stripped copy is still the program, and not a Bun that runs any code. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { BINARY, freshDirectory } from "../making/cli.ts";

const COPIES = [
  { tool: "strip", flags: [], output: ["-o"] },
  { tool: "strip", flags: ["--strip-debug"], output: ["-o"] },
  { tool: "objcopy", flags: [], output: [] },
  { tool: "objcopy", flags: ["--strip-all"], output: [] },
  { tool: "llvm-strip", flags: [], output: ["-o"] },
  { tool: "eu-strip", flags: [], output: ["-o"] },
];

describe.each(COPIES)("$tool $flags", ({ tool, flags, output }) => {
  const missing = Bun.which(tool) === null;
  const isNeeded = tool === "strip" || tool === "objcopy";
  if (missing && isNeeded && process.env["CI"] !== undefined) throw new Error(`${tool} is not installed`);

  test.skipIf(missing)("the copy says its version and runs no code", () => {
    const copy = join(freshDirectory(), "automation-reports");
    // objcopy takes the output last, the others after their flag.
    const words = output.length > 0 ? [...flags, ...output, copy, BINARY] : [...flags, BINARY, copy];
    expect(run(tool, words).code).toBe(0);
    run("chmod", ["755", copy]);
    expect(run(copy, ["--version"]).stdout).toStartWith("automation-reports ");
    expect(run(copy, ["-e", "console.log('ran')"])).toMatchObject({ code: 2, stdout: "" });
  });
});

function run(command: string, args: string[]) {
  const { exitCode, stdout } = Bun.spawnSync([command, ...args], { stderr: "ignore" });
  return { code: exitCode, stdout: stdout.toString() };
}
