/**
 * Run as a child by test/properties/arguments.test.ts: runs the argument lists it is sent, one after another, in one
 * process, and answers with how each ended. Its directory holds a configuration that is refused, so nothing connects.
 */
import { runCli } from "../../src/cli.ts";
import type { Runtime } from "../../src/commands/flags/runtime.ts";
import { AppError } from "../../src/errors.ts";

export type Ending = { args: string[]; ms: number } & (
  | { kind: "code"; code: unknown }
  | { kind: "typed" | "crash"; message: string }
);

const stop = new AbortController();
stop.abort();
const runtime: Runtime = {
  environment: {
    variables: { AUTOMATION_REPORTS_CONFIG: process.argv[2] },
    stdout: { terminal: false, columns: null },
    stderr: { terminal: false, journal: false },
    noColor: true,
    forceColor: false,
    ascii: false,
    systemd: { socket: undefined, watchdogUsec: undefined, watchdogPid: undefined },
  },
  signal: stop.signal,
  signals: { expectStop: () => {}, onReload: () => {} },
};

process.on("message", (lists: string[][]) => void runAll(lists));

async function runAll(lists: string[][]): Promise<void> {
  for (const args of lists) process.send?.(await endingOf(args));
  process.disconnect?.();
}

async function endingOf(args: string[]): Promise<Ending> {
  const started = performance.now();
  const measure = () => performance.now() - started;
  try {
    const code = await runCli(args, runtime);
    return { args, ms: measure(), kind: "code", code };
  } catch (error) {
    if (error instanceof AppError)
      return { args, ms: measure(), kind: "typed", message: `${error.kind}: ${error.message}` };
    return {
      args,
      ms: measure(),
      kind: "crash",
      message: error instanceof Error ? String(error.stack) : String(error),
    };
  }
}
