import type { Config } from "../config/schema.ts";
import { runDaemon } from "../daemon.ts";
import { AppError, EXIT } from "../errors.ts";
import type { Log } from "../log.ts";
import { defineCommand } from "./flags/command.ts";
import { loadConfigured, openConfigured } from "./flags/configuration.ts";
import { CONFIG_FLAG } from "./flags/flags.ts";
import type { Runtime } from "./flags/runtime.ts";

export default defineCommand(CONFIG_FLAG, async ({ args, runtime, log }) => {
  // The build delays the JIT, which suits a command that ends at once. This command goes on.
  Bun.unsafe.setJITPolicy(1);
  const { config, store } = await openConfigured(args, runtime, log);
  await using _ = store;
  runtime.signals.expectStop();
  await runDaemon({
    config,
    store,
    log,
    systemd: runtime.environment.systemd,
    clock: Date.now,
    signal: runtime.signal,
    onReload: runtime.signals.onReload,
    loadAgain: async () => await loadAgain(config.path, runtime, log),
  });
  return EXIT.ok;
});

/** Null where the new configuration is wrong: the old one stays in force, and the log says why. */
async function loadAgain(path: string, runtime: Runtime, log: Log): Promise<Config | null> {
  try {
    return await loadConfigured({ config: path }, runtime, log);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    for (const line of error.lines) log.error(line);
    log.error("the configuration was not reloaded: the old one stays in force");
    return null;
  }
}
