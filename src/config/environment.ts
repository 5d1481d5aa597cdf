/** The only place that reads the environment of the process. */
import { fstatSync } from "node:fs";

export type Environment = {
  variables: Record<string, string | undefined>;
  stdout: { terminal: boolean; columns: number | null };
  stderr: { terminal: boolean; journal: boolean };
  noColor: boolean;
  forceColor: boolean;
  /** The locale's characters are not UTF-8, or the terminal shows ASCII only. */
  ascii: boolean;
  /** sd_notify(3)'s variables. */
  systemd: Record<"socket" | "watchdogUsec" | "watchdogPid", string | undefined>;
};

const STDOUT = 1;
const STDERR = 2;
/** The major number of /dev/null and its like on Linux (admin-guide/devices.txt), above the minor one. */
const MEMORY_DEVICES = 1;
const MINOR_BITS = 8;

export async function readEnvironment(): Promise<Environment> {
  const variables = { ...process.env };
  // postgres.js fills every gap of a connection from PG* variables: a connection is what its URL says.
  for (const name of Object.keys(variables)) if (name.startsWith("PG")) delete process.env[name];
  const dumb = variables["TERM"] === "dumb";
  const [terminal, errorTerminal] = [await isTerminal(STDOUT), await isTerminal(STDERR)];
  return {
    variables,
    stdout: { terminal, columns: readColumns(variables["COLUMNS"], terminal, errorTerminal) },
    stderr: { terminal: errorTerminal && !dumb, journal: isJournal(variables["JOURNAL_STREAM"]) },
    noColor: dumb || (variables["NO_COLOR"] ?? "") !== "",
    forceColor: !["", "0"].includes(variables["FORCE_COLOR"] ?? ""),
    ascii: isAscii(variables),
    systemd: {
      socket: variables["NOTIFY_SOCKET"],
      watchdogUsec: variables["WATCHDOG_USEC"],
      watchdogPid: variables["WATCHDOG_PID"],
    },
  };
}

/**
 * A pager in a terminal is as wide as the terminal that stderr still is. A stream is asked only where there is one:
 * touching `process.stdout` costs more than all else here.
 */
function readColumns(configured: string | undefined, terminal: boolean, errorTerminal: boolean): number | null {
  if (terminal && process.stdout.columns > 0) return process.stdout.columns;
  if (!terminal && errorTerminal && process.stderr.columns > 0) return process.stderr.columns;
  const columns = Number(configured);
  return Number.isInteger(columns) && columns > 0 ? columns : null;
}

/** A pipe, a file or /dev/null is told apart by its kind alone: `node:tty` costs half a start. */
async function isTerminal(descriptor: number): Promise<boolean> {
  const kind = fstatSync(descriptor);
  if (!kind.isCharacterDevice() || kind.rdev >> MINOR_BITS === MEMORY_DEVICES) return false;
  const { isatty } = await import("node:tty");
  return isatty(descriptor);
}

/** By the first of LC_ALL, LC_CTYPE and LANG that is set (POSIX, 8.2); where none is, most terminals take UTF-8. */
function isAscii(variables: Environment["variables"]): boolean {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => variables[name] ?? "").find((value) => value !== "");
  return locale !== undefined && !/utf-?8/i.test(locale);
}

/** systemd names the device and inode of the stream it listens to (systemd.exec(5), $JOURNAL_STREAM). */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(STDERR);
  return stream === `${dev}:${ino}`;
}
