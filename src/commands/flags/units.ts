/** The units of a configuration, for printing and for installing. */
import { statSync } from "node:fs";
import type { ArgsDef } from "citty";
import { readDocument } from "../../config/document.ts";
import { findConfig } from "../../config/find.ts";
import { resolveConfig } from "../../config/load.ts";
import { listSecretFiles } from "../../config/secret-files.ts";
import type { Log } from "../../log.ts";
import { listObstacles } from "../../systemd/advice.ts";
import { findStranger } from "../../systemd/executable.ts";
import { MODES, writeUnits, type Mode, type UnitFile } from "../../systemd/units.ts";
import { CONFIG_FLAG } from "./flags.ts";
import type { Runtime } from "./runtime.ts";

export const UNIT_FLAGS = {
  ...CONFIG_FLAG,
  mode: {
    type: "enum",
    options: [...MODES],
    default: "timer" as const,
    description: "a timer for each schedule, or one daemon for all",
  },
} satisfies ArgsDef;

/** The units; the log warns of what would keep them from working here. */
export async function prepareUnits(
  flags: { config?: string | undefined; mode: Mode },
  { environment: { variables } }: Runtime,
  log: Log,
): Promise<UnitFile[]> {
  const document = await readDocument(findConfig(flags.config, variables), variables);
  const config = await resolveConfig(document, variables);
  log.hide(config.secrets);
  for (const warning of config.warnings) log.warn(warning);
  const executable = process.execPath;
  const units = writeUnits(flags.mode, {
    executable,
    config: config.path,
    schedules: config.schedules,
    credentials: listSecretFiles(document),
  });
  const databases = config.crms.flatMap(({ target }) => (target.kind === "sqlite" ? [target.path] : []));
  const obstacles = listObstacles({
    paths: [executable, config.path, ...databases],
    stranger: findStranger(executable),
    config: config.path,
    configMode: statSync(config.path).mode,
    exportDirectory: config.export.dir,
    storePath: config.store.configured && config.store.target.kind === "sqlite" ? config.store.target.path : null,
  });
  for (const obstacle of obstacles) log.warn(obstacle);
  return units;
}
