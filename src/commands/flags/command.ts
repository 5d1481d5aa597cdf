/** What every command is made with: flags, the log, one reading of the clock, and an exit code. */
import { defineCommand as defineCittyCommand, type ArgsDef, type ParsedArgs } from "citty";
import { AppError, EXIT_OF_ERROR } from "../../errors.ts";
import type { Command } from "../../help/commands.ts";
import { createLog, type Log } from "../../log.ts";
import type { View } from "../../render/view.ts";
import { OUTPUT_FLAGS } from "./flags.ts";
import type { Runtime } from "./runtime.ts";

/** The columns of a pipe or a file, for which no width is known. */
const WIDE = 160;

export type Call<Args extends ArgsDef> = {
  args: ParsedArgs<Args & typeof OUTPUT_FLAGS>;
  /** The words after the command's name, as they were typed. */
  rawArgs: string[];
  runtime: Runtime;
  log: Log;
  /** The one reading of the real clock, epoch milliseconds. */
  nowMs: number;
  /** How the output is to be laid out. */
  viewOf: (facts?: Partial<ViewFacts>) => View;
};

/** `toFile`: what is rendered goes to a file, which is never coloured. */
type ViewFacts = Pick<View, "sections" | "detailed" | "timezone" | "repeat" | "origin" | "perRule"> & {
  toFile: boolean;
};

/** `run` returns the exit code. An `AppError` becomes a line of the log and the exit code of its kind. */
export function defineCommand<const Args extends ArgsDef>(
  args: Args,
  run: (call: Call<Args>) => Promise<number>,
): Command {
  return defineCittyCommand({
    args: { ...args, ...OUTPUT_FLAGS },
    async run({ args: given, rawArgs, data }): Promise<number> {
      const runtime = data as Runtime;
      const startedAt = performance.now();
      const nowMs = Date.now();
      const flags = given as ParsedArgs<typeof OUTPUT_FLAGS>;
      const log = openLog(flags, runtime);
      const viewOf: Call<Args>["viewOf"] = ({ toFile = false, ...facts } = {}) => ({
        color: wantsColor(flags, runtime.environment) && !toFile,
        ascii: runtime.environment.ascii && !toFile,
        width: runtime.environment.stdout.columns ?? WIDE,
        rows: toFile ? null : runtime.environment.stdout.rows,
        sections: false,
        detailed: false,
        timezone: null,
        repeat: { config: "", window: "" },
        origin: null,
        perRule: false,
        ...facts,
        elapsedSeconds: (performance.now() - startedAt) / 1000,
      });
      try {
        return await run({ args: given, rawArgs, runtime, log, nowMs, viewOf });
      } catch (error) {
        if (!(error instanceof AppError) || error.kind === "interrupted") throw error;
        for (const line of error.lines) log.error(line);
        return EXIT_OF_ERROR[error.kind];
      }
    },
  });
}

function wantsColor(
  flags: ParsedArgs<typeof OUTPUT_FLAGS>,
  { forceColor, noColor, stdout }: Runtime["environment"],
): boolean {
  if (flags.color !== "auto") return flags.color === "always";
  return forceColor || (!noColor && stdout.terminal);
}

function openLog(flags: ParsedArgs<typeof OUTPUT_FLAGS>, { environment }: Runtime): Log {
  if (flags.quiet === true && flags.verbose === true) {
    throw new AppError("usage", "--quiet and --verbose exclude each other");
  }
  return createLog({
    format: flags["log-format"],
    level: flags.quiet === true ? "quiet" : flags.verbose === true ? "verbose" : "normal",
    journal: environment.stderr.journal,
    terminal: environment.stderr.terminal,
  });
}
