/** The process: arguments, signals, exit code. No other file touches them. */
import type { Runtime } from "./commands/flags/runtime.ts";
import { AppError, EXIT, EXIT_OF_ERROR } from "./errors.ts";
import { emit, isWriting } from "./output/stdout.ts";
import { VERSION_LINE } from "./version.ts";

const SIGNAL_EXITS = { SIGINT: EXIT.sigint, SIGTERM: EXIT.sigterm, SIGHUP: EXIT.sigterm };
/** They mean nothing here, and would end the process: a script for another program may send them. */
const IDLE_SIGNALS = [
  "SIGUSR1",
  "SIGUSR2",
  "SIGPIPE",
  "SIGALRM",
  "SIGVTALRM",
  "SIGPROF",
  "SIGIO",
  // Of a file that may not grow: the write fails too, and says so.
  "SIGXFSZ",
] as const;

process.exit(await main(process.argv.slice(2)));

async function main(argv: string[]): Promise<number> {
  const stop = new AbortController();
  let stopped: number | null = null;
  let reload: (() => void) | null = null;
  const exits: Record<keyof typeof SIGNAL_EXITS, number> = { ...SIGNAL_EXITS };
  for (const name of Object.keys(exits) as (keyof typeof SIGNAL_EXITS)[]) {
    process.on(name, () => {
      if (name === "SIGHUP" && reload !== null) return reload();
      // What nobody reads must keep nobody waiting.
      if (stopped !== null || isWriting()) process.exit(SIGNAL_EXITS[name]);
      stopped = exits[name];
      stop.abort();
    });
  }
  for (const name of IDLE_SIGNALS) process.on(name, () => {});
  process.on("uncaughtException", (error) => process.exit(reportBug(error)));
  process.on("unhandledRejection", (error) => process.exit(reportBug(error)));
  try {
    if (argv.length === 1 && argv[0] === "--version") {
      await emit(VERSION_LINE);
      return EXIT.ok;
    }
    const [{ runCli }, environment] = await Promise.all([
      import("./call.ts"),
      import("./config/environment.ts").then(async ({ readEnvironment }) => await readEnvironment()),
    ]);
    const signals: Runtime["signals"] = {
      expectStop: () => (exits.SIGTERM = EXIT.ok),
      onReload: (act) => (reload = act),
    };
    const code = await runCli(argv, { environment, signal: stop.signal, signals });
    return stopped ?? code;
  } catch (error) {
    if (!(error instanceof AppError)) return reportBug(error);
    const { showText } = await import("./text/terminal.ts");
    for (const line of error.lines) console.error(`error: ${showText(line)}`);
    return error.kind === "interrupted" ? (stopped ?? EXIT.sigterm) : EXIT_OF_ERROR[error.kind];
  }
}

/** Only name, message and stack: other fields of an error object may hold secrets. */
function reportBug(error: unknown): number {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(`error: a bug in automation-reports; please report it with what you ran:\n${text}`);
  return EXIT.bug;
}
