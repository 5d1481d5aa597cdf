import { EXIT } from "../errors.ts";
import { defineCommand } from "./flags/command.ts";
import { openConfigured, reloadConfigured } from "./flags/configuration.ts";
import { CONFIG_FLAG } from "./flags/flags.ts";

export default defineCommand(CONFIG_FLAG, async ({ args, runtime, log }) => {
  // The build delays the JIT, which suits a command that ends at once. This command goes on.
  Bun.unsafe.setJITPolicy(1);
  const { config, store } = await openConfigured(args, runtime, log, "write", "serve");
  // Loaded only here: help and the other commands need no server.
  const { serve } = await import("../serve.ts");
  await using _ = store;
  runtime.signals.expectStop();
  await serve({
    config,
    store,
    log,
    systemd: runtime.environment.systemd,
    clock: Date.now,
    signal: runtime.signal,
    onReload: runtime.signals.onReload,
    loadAgain: async () => await reloadConfigured(config.path, runtime, log, "serve"),
  });
  return EXIT.ok;
});
