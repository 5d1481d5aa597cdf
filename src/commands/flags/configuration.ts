/** The configuration that a command's flags name, and the store it keeps reports and slots in. */
import { findConfig } from "../../config/find.ts";
import { loadConfig } from "../../config/load.ts";
import type { Purpose } from "../../config/reading.ts";
import type { Config } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Access } from "../../store/engine.ts";
import type { Store } from "../../store/store.ts";
import type { Runtime } from "./runtime.ts";

export type ConfigFlags = { config?: string | undefined };

/** Logs the configuration's warnings. From then on the log hides its secrets. */
export async function loadConfigured(
  flags: ConfigFlags,
  { environment }: Runtime,
  log: Log,
  purpose: Purpose = "work",
): Promise<Config> {
  const path = findConfig(flags.config, environment.variables);
  log.debug("configuration", { path });
  const config = await loadConfig(path, environment.variables, purpose);
  log.hide(config.secrets);
  for (const warning of config.warnings) log.warn(warning);
  return config;
}

/** Null where the new configuration is wrong: the old one stays in force, and the log says why. */
export async function reloadConfigured(
  path: string,
  runtime: Runtime,
  log: Log,
  purpose: Purpose,
): Promise<Config | null> {
  try {
    return await loadConfigured({ config: path }, runtime, log, purpose);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    for (const line of error.lines) log.error(line);
    log.error("the configuration was not reloaded: the old one stays in force");
    return null;
  }
}

/** Also opens the configuration's store, or the default one. The caller disposes of it. `look`: nothing is written to it. */
export async function openConfigured(
  flags: ConfigFlags,
  runtime: Runtime,
  log: Log,
  access: Access = "write",
  purpose: Purpose = "work",
): Promise<{ config: Config; store: Store }> {
  const config = await loadConfigured(flags, runtime, log, purpose);
  // Loaded only here: most commands need no store.
  const { openStore } = await import("../../store/open.ts");
  const { shareStore } = await import("../../store/share.ts");
  const store = await openStore(config.store.target, access, log.warn);
  const notShared = access === "write" ? shareStore(config.store.target, config.store.group) : null;
  if (notShared !== null) log.warn(notShared);
  log.debug("store", { place: store.place });
  return { config, store };
}
