/** What main hands to every command. */
import type { Environment } from "../../config/environment.ts";

export type Runtime = {
  environment: Environment;
  /** Aborted when the process is told to stop. */
  signal: AbortSignal;
  /** How a command that goes on and on takes signals. */
  signals: {
    /** From now on SIGTERM is the ordinary way to end, with exit 0. */
    expectStop: () => void;
    /** From now on SIGHUP calls this instead of ending the process. */
    onReload: (reload: () => void) => void;
  };
};
