/** The only place that reads the environment of the process. */

export type Environment = {
  variables: Record<string, string | undefined>;
  /** Columns and rows are null where none are known. */
  stdout: { terminal: boolean; columns: number | null; rows: number | null };
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
/** What `node:tty` asks too, which takes as long to load as all of Bun to start. */
const { isTTY } = (process as unknown as { binding: (name: "tty_wrap") => TtyBinding }).binding("tty_wrap");
type TtyBinding = { isTTY: (descriptor: number) => boolean };

export async function readEnvironment(): Promise<Environment> {
  const variables = { ...process.env };
  // postgres.js fills every gap of a connection from PG* variables: a connection is what its URL says.
  for (const name of Object.keys(variables)) if (name.startsWith("PG")) delete process.env[name];
  const dumb = variables["TERM"] === "dumb";
  const refusesColor = (variables["NO_COLOR"] ?? "") !== "";
  const [terminal, errorTerminal] = [isTTY(STDOUT), isTTY(STDERR)];
  return {
    variables,
    stdout: {
      terminal,
      columns: readColumns(variables["COLUMNS"], terminal, errorTerminal),
      rows: terminal && process.stdout.rows > 0 ? process.stdout.rows : null,
    },
    stderr: { terminal: errorTerminal && !dumb, journal: await isJournal(variables["JOURNAL_STREAM"]) },
    noColor: dumb || refusesColor,
    forceColor: !refusesColor && !["", "0"].includes(variables["FORCE_COLOR"] ?? ""),
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

/** By the first of LC_ALL, LC_CTYPE and LANG that is set (POSIX, 8.2); where none is, most terminals take UTF-8. */
function isAscii(variables: Environment["variables"]): boolean {
  const locale = variables["LC_ALL"] || variables["LC_CTYPE"] || variables["LANG"] || "";
  return locale !== "" && !/utf-?8/i.test(locale);
}

/** systemd names the device and inode of the stream it listens to (systemd.exec(5), $JOURNAL_STREAM). */
async function isJournal(stream: string | undefined): Promise<boolean> {
  if (stream === undefined) return false;
  // Asked of Bun's own file: to load node:fs takes a fifth of a start.
  const { dev, ino } = await Bun.file(STDERR).stat();
  return stream === `${dev}:${ino}`;
}
