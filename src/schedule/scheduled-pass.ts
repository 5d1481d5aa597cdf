/** What a schedule asks of a pass, whatever makes it. */
import { resolve } from "node:path";
import type { Config, ScheduleConfig } from "../config/schema.ts";
import { DEFAULT_OUTPUT_DIRECTORY } from "../config/sections/export.ts";
import type { PassOptions } from "../pass.ts";
import { covers } from "./coverage.ts";

/** The options that follow from the configuration. The window ends at `endMs`, epoch milliseconds. */
export function describeScheduledPass(
  schedule: ScheduleConfig,
  endMs: number,
  config: Config,
): Pick<PassOptions, "config" | "crms" | "window" | "detailed" | "baseline" | "exportTo"> {
  return {
    config,
    crms: config.crms.filter(({ name }) => covers(schedule, name)),
    window: { startMs: endMs - schedule.timeWindowMs, endMs },
    detailed: schedule.detailed,
    baseline: null,
    exportTo: schedule.export ? { directory: nameExports(config), keep: config.export.keep } : null,
  };
}

/** The folder that its reports are exported to, for the eyes of who wrote the configuration. */
export function describeExports({ export: isExported }: ScheduleConfig, config: Config): string {
  return isExported ? `exports to ${nameExports(config)}` : "exports nothing";
}

function nameExports(config: Config): string {
  return resolve(config.export.dir ?? DEFAULT_OUTPUT_DIRECTORY);
}
