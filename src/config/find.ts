/** Where the configuration is. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "../errors.ts";
import { isNoPath } from "../text/typed-path.ts";
import type { Variables } from "./document.ts";

export const LOCAL_CONFIG = "automation-reports.toml";
const SYSTEM_CONFIG = "/etc/automation-reports/config.toml";

/** `--config`, `$AUTOMATION_REPORTS_CONFIG`, the working directory, `/etc`: the first that is given or there. */
export function findConfig(flag: string | undefined, variables: Variables): string {
  const named = flag ?? (variables["AUTOMATION_REPORTS_CONFIG"] || undefined);
  if (named !== undefined && isNoPath(named)) {
    const what = flag === undefined ? "$AUTOMATION_REPORTS_CONFIG" : "--config";
    throw new AppError("usage", `${what} must be the path of a file: what stands there looks like a connection URL`);
  }
  if (named !== undefined) return resolve(named);
  const found = [resolve(LOCAL_CONFIG), SYSTEM_CONFIG].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new AppError(
    "config",
    `no configuration: looked for ./${LOCAL_CONFIG} and ${SYSTEM_CONFIG}. ` +
      "Name one with --config, start one with `automation-reports config init`, or try `automation-reports demo`",
  );
}
