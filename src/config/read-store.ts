/** Where reports are kept: `[store]`, else `$STATE_DIRECTORY` (systemd's StateDirectory), else the XDG state directory. */
import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type * as v from "valibot";
import { findHome } from "../database/home.ts";
import { readConnection } from "./read-connection.ts";
import type { Reading } from "./reading.ts";
import type { Config } from "./schema.ts";
import type { storeSchema } from "./sections/store.ts";

/** How many hexadecimal digits tell two configurations apart. */
const KEY_LENGTH = 12;

/** `written`: the table is there, however empty. Null where a problem was said. */
export function readStore(
  { path: file, url, url_file, retention, memory, group: named }: v.InferOutput<typeof storeSchema>,
  written: boolean,
  reading: Reading,
): Config["store"] | null {
  const group = named ?? null;
  const kept = { retentionMs: retention, memoryMs: memory };
  const say = (key: string, message: string) => reading.problems.push({ path: ["store", key], message });
  if (file !== undefined && (url !== undefined || url_file !== undefined)) {
    say("path", "path is given beside url or url_file: keep one");
    return null;
  }
  const scheme = /^(?:sqlite|file)?:/.exec(file ?? "")?.[0];
  if (scheme !== undefined) {
    say(
      "path",
      `path must be the name of a file, absolute or relative to the configuration, without "${scheme}" before it`,
    );
    return null;
  }
  if (url !== undefined || url_file !== undefined) {
    const target = readConnection({ url, url_file }, say, reading);
    if (target === null) return null;
    if (group !== null && target.kind === "postgres") {
      say(
        "group",
        `group is for an SQLite store: in PostgreSQL, GRANT SELECT ON the tables automation_reports_* instead`,
      );
    }
    return { target, ...kept, group, configured: true };
  }
  // systemd separates several directories with colons.
  const [state = ""] = (reading.variables["STATE_DIRECTORY"] ?? "").split(":");
  const path =
    file === undefined
      ? join(state || findStateHome(reading), nameStore(reading.path))
      : resolve(dirname(reading.path), file);
  return { target: { kind: "sqlite", path }, ...kept, group, configured: written || state !== "" };
}

/** Two configurations with schedules of one name must not take each other's slots. */
function nameStore(config: string): string {
  const key = new Bun.CryptoHasher("sha256").update(realpathSync(config)).digest("hex").slice(0, KEY_LENGTH);
  return `reports-${key}.sqlite`;
}

/** Without a home, where systemd keeps the state of the machine's services. */
function findStateHome({ variables }: Reading): string {
  const { HOME: home = findHome(), XDG_STATE_HOME: xdg = "" } = variables;
  const state = isAbsolute(xdg) ? xdg : home === null ? "/var/lib" : join(home, ".local/state");
  return join(state, "automation-reports");
}
