/** What the commands about schedules have in common: the configuration, and the store that remembers. */
import type { ArgsDef } from "citty";
import { findConfig, loadConfig } from "../config/load.ts";
import { suggestName } from "../config/nearest.ts";
import type { Config, ScheduleConfig } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import type { Log } from "../log.ts";
import { FORMATS } from "../render/renderers.ts";
import { quoteText } from "../render/visible.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { CONFIG_FLAG, OUTPUT_FLAGS } from "./flags.ts";
import type { Runtime } from "./runtime.ts";

export const SCHEDULE_FLAGS = {
  ...CONFIG_FLAG,
  format: { type: "enum", options: [...FORMATS], default: "table" as const, description: "how to print" },
  ...OUTPUT_FLAGS,
} satisfies ArgsDef;

export type Scheduled = { config: Config; store: Store };

/** The store is the caller's to dispose of. */
export async function openScheduled(
  flags: { config?: string | undefined },
  { environment }: Runtime,
  log: Log,
): Promise<Scheduled> {
  const config = await loadConfig(findConfig(flags.config, environment.variables), environment.variables);
  log.hide(config.secrets);
  for (const warning of config.warnings) log.warn(warning);
  return { config, store: await openStore(config.store.target) };
}

/** Throws a usage error that names the nearest one. */
export function findSchedule({ schedules }: Config, name: string): ScheduleConfig {
  const schedule = schedules.find((known) => known.name === name);
  if (schedule !== undefined) return schedule;
  const names = schedules.map((known) => known.name);
  throw new AppError("usage", `no schedule is called ${quoteText(name)}: ${suggestName(name, names)}`);
}
