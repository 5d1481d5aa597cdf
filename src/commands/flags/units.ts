/** The units of a configuration, for printing and for installing. */
import { statSync } from "node:fs";
import type { ArgsDef } from "citty";
import { readDocument, type ConfigDocument } from "../../config/document.ts";
import { findConfig } from "../../config/find.ts";
import { resolveConfig } from "../../config/load.ts";
import { listSecretFiles } from "../../config/secret-files.ts";
import type { Log } from "../../log.ts";
import type { PostgresTarget } from "../../database/target.ts";
import { CONNECTION_FILES, listObstacles, type Said } from "../../systemd/advice.ts";
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
    description: "a timer for each schedule, one daemon for all, or one that serves the dashboard too",
  },
} satisfies ArgsDef;

/** The units; the log warns of what would keep them from working here. */
export async function prepareUnits(
  flags: { config?: string | undefined; mode: Mode },
  { environment: { variables } }: Runtime,
  log: Log,
): Promise<{ units: UnitFile[]; said: Said }> {
  const document = await readDocument(findConfig(flags.config, variables), variables);
  const config = await resolveConfig(document, variables);
  log.hide(config.secrets);
  for (const warning of config.warnings) log.warn(warning);
  const executable = process.execPath;
  const serves = flags.mode === "serve";
  const units = writeUnits(flags.mode, {
    executable,
    config: config.path,
    schedules: config.schedules,
    credentials: listSecretFiles(serves ? document : withoutServe(document)),
  });
  const targets = [...config.crms.map(({ target }) => target), config.store.target];
  const connectionFiles = targets.flatMap((target) => (target.kind === "sqlite" ? [] : listNamedFiles(target)));
  const databases = config.crms.flatMap(({ target }) => (target.kind === "sqlite" ? [target.path] : []));
  const obstacles = listObstacles({
    paths: [executable, config.path, ...databases],
    connectionFiles,
    stranger: findStranger(executable),
    config: config.path,
    configMode: statSync(config.path).mode,
    exportDirectory: config.export.dir,
    socketPath: serves && config.serve.listen.kind === "unix" ? config.serve.listen.path : null,
    storePath: config.store.configured && config.store.target.kind === "sqlite" ? config.store.target.path : null,
  });
  for (const obstacle of obstacles) log.warn(obstacle);
  const exports = config.schedules.some((schedule) => schedule.export);
  return {
    units,
    said: { hasStore: config.store.configured, hasExportDirectory: config.export.dir !== null || !exports },
  };
}

/** The tokens are for the service that serves alone. */
function withoutServe({ path, raw }: ConfigDocument): Pick<ConfigDocument, "path" | "raw"> {
  const { serve: _serve, ...rest } = raw;
  return { path, raw: { ...rest, crm: raw.crm } };
}

type NamedFile = Parameters<typeof listObstacles>[0]["connectionFiles"][number];

function listNamedFiles({ sslKey, sslCert, sslRootCert, passFile }: PostgresTarget): NamedFile[] {
  const paths = {
    sslkey: sslKey,
    sslcert: sslCert,
    sslrootcert: sslRootCert === "system" ? null : sslRootCert,
    passfile: passFile,
  };
  return CONNECTION_FILES.flatMap((parameter) => {
    const path = paths[parameter];
    return path === null ? [] : [{ parameter, path, mode: readMode(path) }];
  });
}

function readMode(path: string): number | null {
  try {
    return statSync(path).mode;
  } catch {
    return null;
  }
}
