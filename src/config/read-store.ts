/** Where reports are kept: `[store]`, else `$STATE_DIRECTORY` (systemd's StateDirectory), else the XDG state directory. */
import { dirname, isAbsolute, join, resolve } from "node:path";
import type * as v from "valibot";
import { findHome } from "../database/home.ts";
import { readConnection } from "./read-connection.ts";
import type { Reading } from "./reading.ts";
import type { Config } from "./schema.ts";
import type { storeSchema } from "./sections/store.ts";

const STORE_FILE = "reports.sqlite";

/** `written`: the table is there, however empty. Null where a problem was said. */
export function readStore(
  { path: file, url, url_file, retention }: v.InferOutput<typeof storeSchema>,
  written: boolean,
  reading: Reading,
): Config["store"] | null {
  const say = (key: string, message: string) => reading.problems.push({ path: ["store", key], message });
  if (file !== undefined && (url !== undefined || url_file !== undefined)) {
    say("path", "path is given beside url or url_file: keep one");
    return null;
  }
  if (url !== undefined || url_file !== undefined) {
    const target = readConnection({ url, url_file }, say, reading);
    return target === null ? null : { target, retentionMs: retention, configured: true };
  }
  // systemd separates several directories with colons.
  const [state = ""] = (reading.variables["STATE_DIRECTORY"] ?? "").split(":");
  const path =
    file === undefined ? join(state || findStateHome(reading), STORE_FILE) : resolve(dirname(reading.path), file);
  return { target: { kind: "sqlite", path }, retentionMs: retention, configured: written || state !== "" };
}

/** Without a home, where systemd keeps the state of the machine's services. */
function findStateHome({ variables }: Reading): string {
  const { HOME: home = findHome(), XDG_STATE_HOME: xdg = "" } = variables;
  const state = isAbsolute(xdg) ? xdg : home === null ? "/var/lib" : join(home, ".local/state");
  return join(state, "automation-reports");
}
