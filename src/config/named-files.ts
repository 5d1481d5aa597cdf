/** The files that a configuration names: nothing of ours may be written over them. */
import { realpathSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { namePasswordFile } from "../database/password-file.ts";
import { parseTarget, type Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import { isSameFile } from "../files/plain.ts";
import { isTable, listTables } from "../schema-keys.ts";
import { nameTable } from "../text/toml.ts";
import { readDocument, type ConfigDocument, type Variables } from "./document.ts";
import { findConfig } from "./find.ts";
import { readSecret } from "./read-secret.ts";
import { ConfigSchema } from "./schema.ts";
import { nameCredential } from "./secret-files.ts";

/** `is`: what the file is to the configuration, such as `the url_file of [crm.hubspot]`. */
export type NamedFile = { path: string; is: string };

/**
 * Those of the configuration that is in force, itself first. A mistake is not told here, and leaves the configuration alone;
 * without any there are none.
 */
export async function findNamedFiles(flag: string | undefined, variables: Variables): Promise<NamedFile[]> {
  let path: string;
  try {
    path = findConfig(flag, variables);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [];
  }
  try {
    return listNamedFiles(await readDocument(path, variables), variables);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [nameConfiguration(path)];
  }
}

/** Throws an `AppError` where something written to the path would replace one of the files. */
export function refuseNamed(path: string, files: NamedFile[], flag = ""): void {
  const named = files.find((file) => isSameFile(path, file.path));
  if (named !== undefined) throw new AppError("usage", `${flag}${path} is ${named.is}: name another file`);
}

/** Throws an `AppError` where a directory that is replaced as a whole holds one of the files. */
export function refuseNamedWithin(directory: string, files: NamedFile[]): void {
  const real = findReal(directory);
  const named = files.find(({ path }) => real !== null && findReal(path)?.startsWith(`${real}${sep}`) === true);
  if (named === undefined) return;
  throw new AppError("usage", `${directory} holds ${named.path}, which is ${named.is}: name another directory`);
}

/** Every `…_file` at any depth, the calendar, the databases, and what their URLs name. */
function listNamedFiles({ path, raw }: Pick<ConfigDocument, "path" | "raw">, variables: Variables): NamedFile[] {
  const folder = dirname(path);
  const tables = listTables(ConfigSchema, raw).flatMap(({ path: place, keys, value }) =>
    keys !== null && isTable(value) ? [{ name: nameTable(place.map(String)), keys, value }] : [],
  );
  const written = tables.flatMap(({ name, keys, value }) =>
    Object.keys(keys).flatMap((key) => {
      const file = value[key];
      if (typeof file !== "string" || !(key.endsWith("_file") || name === CALENDAR)) return [];
      const is = `the ${key} of ${name}`;
      return listPlaces(file, folder, variables).map((place) => ({ path: place, is }));
    }),
  );
  const connected = tables.flatMap(({ name, value }) => listOfConnection(name, value, { path, variables }));
  const { store } = raw;
  const kept = isTable(store) && typeof store["path"] === "string" ? [store["path"]] : [];
  return [
    nameConfiguration(path),
    ...written,
    ...kept.map((file) => ({ path: resolve(folder, file), is: "the store itself" })),
    ...connected,
  ];
}

const CALENDAR = "[calendar]";

function nameConfiguration(path: string): NamedFile {
  return { path, is: "the configuration" };
}

/** Where a file of secrets is looked for. */
function listPlaces(file: string, folder: string, { CREDENTIALS_DIRECTORY: credentials }: Variables): string[] {
  const beside = resolve(folder, file);
  return credentials === undefined ? [beside] : [join(credentials, nameCredential(file)), beside];
}

function listOfConnection(
  table: string,
  { url, url_file: file }: Record<string, unknown>,
  reading: { path: string; variables: Variables },
): NamedFile[] {
  const secret = typeof file === "string" ? readSecret(file, reading) : null;
  const text = secret !== null && "text" in secret ? secret.text : url;
  const target = typeof text === "string" ? parseTarget(text, dirname(reading.path)) : null;
  if (target === null || "problem" in target) return [];
  return listOfTarget(target, reading.variables).map(({ path, is }) => ({ path, is: `the ${is} of ${table}` }));
}

function listOfTarget(target: Target, { PGPASSFILE: passFile }: Variables): NamedFile[] {
  if (target.kind === "sqlite") return [{ path: target.path, is: "database" }];
  const { sslKey, sslCert, sslRootCert } = target;
  return [
    { path: sslKey, is: "sslkey" },
    { path: sslCert, is: "sslcert" },
    { path: sslRootCert === "system" ? null : sslRootCert, is: "sslrootcert" },
    { path: namePasswordFile(target, passFile), is: "passfile" },
  ].flatMap(({ path, is }) => (path === null ? [] : [{ path, is }]));
}

function findReal(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
