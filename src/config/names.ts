/** Names that a configuration has, for completion. A mistake anywhere in it leaves the names of all else. */
import { readPlainText, SMALL_BYTES } from "../files/plain.ts";
import { isTable } from "../schema-keys.ts";
import type { Variables } from "./document.ts";
import { expandVariables } from "./expand.ts";
import { readStore } from "./read-store.ts";
import { CRM_NAME } from "./sections/fields.ts";
import { DEFAULT_SCHEDULE } from "./sections/schedule.ts";
import type { Table } from "./toml.ts";

/** Throws where the file cannot be read, or is no TOML. */
export function listConfiguredNames(path: string): { crm: string[]; schedule: string[] } {
  const { crm, schedule = [DEFAULT_SCHEDULE] } = readTable(path);
  const schedules = (Array.isArray(schedule) ? schedule : []).map((one) => (isTable(one) ? one["name"] : null));
  return { crm: Object.keys(isTable(crm) ? crm : {}).filter(isName), schedule: schedules.filter(isName) };
}

/** The store's SQLite file; null where it is in a server, which completion does not connect to. Throws as above. */
export function findStoreFile(path: string, variables: Variables): string | null {
  const { store } = expandVariables(readTable(path), variables).value as Table;
  const { path: file, url, url_file: urlFile } = isTable(store) ? store : {};
  if (url !== undefined || urlFile !== undefined) return null;
  const written = { path: typeof file === "string" ? file : undefined, retention: 0, memory: 0 };
  const found = readStore(written, true, {
    purpose: "work",
    path,
    text: "",
    variables,
    problems: [],
    secrets: [],
    warnings: [],
    isPasswordWritten: false,
  });
  return found?.target.kind === "sqlite" ? found.target.path : null;
}

function readTable(path: string): Table {
  return Bun.TOML.parse(readPlainText(path, SMALL_BYTES)) as Table;
}

function isName(name: unknown): name is string {
  return typeof name === "string" && CRM_NAME.test(name);
}
