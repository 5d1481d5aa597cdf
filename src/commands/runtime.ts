/** What main hands to every command. */
import type { Environment } from "../config/environment.ts";

export type Runtime = {
  environment: Environment;
  /** Aborted when the process is told to stop. */
  signal: AbortSignal;
};

/** A command returns its exit code. */
export type CommandResult = Promise<number>;
