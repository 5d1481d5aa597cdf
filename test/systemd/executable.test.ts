/** What the units start is this program: not a stripped copy that has become a plain Bun, and nothing else. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findStranger, listExecutables } from "../../src/systemd/executable.ts";
import { MODES, writeUnits, type UnitFacts } from "../../src/systemd/units.ts";

const fresh = () => mkdtempSync(join(tmpdir(), "automation-reports-executable-"));
const VERSION = "automation-reports 0.1.0 (commit unknown, Bun 1.4.5)";

/** An executable whose answer to --version is that text. */
function writeProgram(says: string, directory = fresh()): string {
  const path = join(directory, "automation-reports");
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] && echo '${says}'\n`);
  chmodSync(path, 0o755);
  return path;
}

/** What packagers get from a Bun-compiled executable that scripts/survive-strip.ts has not been at. */
function writeStripped(): string {
  const directory = fresh();
  const [source, built, stripped] = ["main.ts", "built", "automation-reports"].map((name) => join(directory, name));
  writeFileSync(source ?? "", `console.log("${VERSION}");\n`);
  run([process.execPath, "build", "--compile", "--outfile", built ?? "", source ?? ""]);
  run(["strip", "-o", stripped ?? "", built ?? ""]);
  return stripped ?? "";
}

const noStrip = Bun.which("strip") === null && process.env["CI"] === undefined;
const isNot = "is not automation-reports, as its --version shows: install the released executable again";

describe.each([
  { name: "the program itself", executable: () => writeProgram(VERSION), says: null },
  { name: "another program", executable: () => writeProgram("automation-reporter 1"), says: isNot },
  { name: "a program that says nothing", executable: () => writeProgram(""), says: isNot },
  { name: "a plain Bun", executable: () => process.execPath, says: isNot },
  { name: "a stripped copy", executable: writeStripped, says: isNot, skip: noStrip },
  { name: "nothing", executable: () => join(fresh(), "nowhere"), says: "does not run" },
])("$name", ({ executable: make, says, skip = false }) => {
  const executable = skip ? "" : make();

  test.skipIf(skip)("is told by the obstacle", () => {
    if (says === null) expect(findStranger(executable)).toBeNull();
    else expect(findStranger(executable)).toContain(`${executable} ${says}`);
  });

  test.skipIf(skip)("is told by the unit before it starts anything", () => {
    const [unit] = writeUnits("daemon", factsOf(executable));
    const [, script = "", path = ""] = /^ExecStartPre=\/bin\/sh -c '(.*)' (.*)$/m.exec(unit?.text ?? "") ?? [];
    expect(path).toBe(executable);
    const { exitCode, stderr } = Bun.spawnSync(["/bin/sh", "-c", script.replaceAll("$$", "$"), path], { env: {} });
    expect(exitCode).toBe(says === null ? 0 : 1);
    if (says !== null) expect(stderr.toString()).toContain(`${executable} is not automation-reports: install it again`);
  });
});

test("the executables of the services in a directory are read back, each once", () => {
  const [directory, bin] = [fresh(), join(fresh(), 'a b%c"d')];
  mkdirSync(bin);
  const executable = writeProgram(VERSION, bin);
  for (const mode of MODES) {
    for (const { name, text } of writeUnits(mode, factsOf(executable))) writeFileSync(join(directory, name), text);
  }
  writeFileSync(join(directory, "automation-reports-own.service"), "[Service]\nExecStart=/bin/true schedule\n");
  expect(listExecutables(directory)).toEqual([executable]);
  expect(listExecutables(join(directory, "nowhere"))).toEqual([]);
});

function factsOf(executable: string): UnitFacts {
  const schedule = {
    name: "nightly",
    cron: ["0 4 * * *"],
    timezone: "UTC",
    catchUp: "latest",
    deadlineMs: 60_000,
  } as const;
  return { executable, config: "/etc/x.toml", schedules: [{ ...schedule, cron: [...schedule.cron] }], credentials: [] };
}

function run(command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command);
  if (exitCode !== 0) throw new Error(stderr.toString());
}
