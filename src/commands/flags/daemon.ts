/** What the commands that go on until they are told to stop share. */
import type { Purpose } from "../../config/reading.ts";
import type { DaemonOptions } from "../../daemon.ts";
import type { Log } from "../../log.ts";
import { openConfigured, reloadConfigured, type ConfigFlags } from "./configuration.ts";
import type { Runtime } from "./runtime.ts";

/** Opens the configuration's store, which the caller disposes of. */
export async function openDaemon(
  flags: ConfigFlags,
  { runtime, log }: { runtime: Runtime; log: Log },
  purpose: Purpose,
): Promise<Omit<DaemonOptions, "beside">> {
  // The build delays the JIT, which suits a command that ends at once. The scheduler goes on. A server waits until it is asked
  // a lot: to compile its first reports takes 10 MiB, and the first hundred pages a third more time.
  if (purpose !== "serve") Bun.unsafe.setJITPolicy(1);
  const { config, store } = await openConfigured(flags, runtime, log, "write", purpose);
  runtime.signals.expectStop();
  return {
    config,
    store,
    log,
    systemd: runtime.environment.systemd,
    clock: Date.now,
    signal: runtime.signal,
    onReload: runtime.signals.onReload,
    loadAgain: async () => await reloadConfigured(config.path, runtime, log, purpose),
  };
}
