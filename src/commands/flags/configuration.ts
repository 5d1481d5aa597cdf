/** The configuration that a command's flags name, and the store it keeps reports and slots in. */
import { findConfig } from "../../config/find.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import type { Log } from "../../log.ts";
import type { Store } from "../../store/store.ts";
import type { Runtime } from "./runtime.ts";

type ConfigFlags = { config?: string | undefined };

/** Says the configuration's warnings; from then on the log hides its secrets. */
export async function loadConfigured(flags: ConfigFlags, { environment }: Runtime, log: Log): Promise<Config> {
  const path = findConfig(flags.config, environment.variables);
  log.debug("configuration", { path });
  const config = await loadConfig(path, environment.variables);
  log.hide(config.secrets);
  for (const warning of config.warnings) log.warn(warning);
  return config;
}

/** With the store of the configuration, or the default one: the caller's to dispose of. */
export async function openConfigured(
  flags: ConfigFlags,
  runtime: Runtime,
  log: Log,
): Promise<{ config: Config; store: Store }> {
  const config = await loadConfigured(flags, runtime, log);
  // Only here: most commands need no database of their own.
  const { openStore } = await import("../../store/open.ts");
  const store = await openStore(config.store.target);
  log.debug("store", { place: store.place });
  return { config, store };
}
