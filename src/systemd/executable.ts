/** Whether what a unit starts is this program, by what it says of itself. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readPlainFile, SMALL_BYTES } from "../files/plain.ts";
import { isUnitName, MARK } from "./units.ts";

/** Where units lie that an administrator installed. */
export const UNIT_DIRECTORY = "/etc/systemd/system";

const PROGRAM = "automation-reports";
const LONGEST_MS = 10_000;
const EXECUTABLE = /^ExecStart=(?:"((?:[^"\\]|\\.)*)"|(\S+)) schedule\b/m;

/** Runs `EXECUTABLE --version`: null where its first word is the program's name, else what to do. */
export function findStranger(executable: string): string | null {
  const first = readVersion(executable)?.split(" ")[0];
  if (first === PROGRAM) return null;
  const found = first === undefined ? "does not run" : `is not ${PROGRAM}, as its --version shows`;
  return `${executable} ${found}: install the released executable again, or one that scripts/build made`;
}

/** The executables of the services that this program wrote to a directory. What cannot be read is left out. */
export function listExecutables(directory: string): string[] {
  const found = listServices(directory).flatMap((path) => {
    const text = readUnit(path);
    const [, quoted, plain] = (text.startsWith(MARK) ? EXECUTABLE.exec(text) : null) ?? [];
    const written = quoted?.replaceAll(/\\(.)/g, "$1") ?? plain;
    return written === undefined ? [] : [written.replaceAll("%%", "%")];
  });
  return [...new Set(found)];
}

function readUnit(path: string): string {
  try {
    return readPlainFile(path, SMALL_BYTES);
  } catch {
    return "";
  }
}

function listServices(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".service") && isUnitName(entry.name))
      .map(({ name }) => join(directory, name))
      .toSorted();
  } catch {
    return [];
  }
}

/** With an empty environment, because `BUN_BE_BUN` would make a Bun of it. */
function readVersion(executable: string): string | null {
  try {
    const { success, stdout } = Bun.spawnSync([executable, "--version"], {
      env: {},
      stdin: "ignore",
      stderr: "ignore",
      timeout: LONGEST_MS,
    });
    return success ? stdout.toString() : null;
  } catch {
    return null;
  }
}
