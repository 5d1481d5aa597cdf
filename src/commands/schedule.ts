import { runDaemon } from "../daemon.ts";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./flags/command.ts";
import { openConfigured, reloadConfigured } from "./flags/configuration.ts";
import { CONFIG_FLAG } from "./flags/flags.ts";

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
    loadAgain: async () => await reloadConfigured(config.path, runtime, log),
    beside: null,
  });
  return EXIT.ok;
});
