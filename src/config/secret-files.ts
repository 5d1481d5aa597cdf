/** The files in which a configuration keeps its secrets, for whoever hands them to a service. */
import { dirname, resolve } from "node:path";
import { AppError } from "../errors.ts";
import type { ConfigDocument } from "./document.ts";
import type { Table } from "./toml.ts";

export type SecretFile = {
  /** As a credential of systemd. */
  name: string;
  path: string;
};

/** Every `…_file` of its tables, once. Throws an `AppError` where two would be one credential. */
export function listSecretFiles({ path, raw }: ConfigDocument): SecretFile[] {
  const { crm, ...general } = raw;
  const tables = [...Object.values(crm), ...Object.values(general).flat()].filter(isTable);
  const written = tables.flatMap((table) => Object.entries(table).flatMap(([key, value]) => readFileKey(key, value)));
  const files = new Map<string, SecretFile>();
  for (const file of written) {
    const found = { name: nameCredential(file), path: resolve(dirname(path), file) };
    const same = files.get(found.name);
    if (same !== undefined && same.path !== found.path) {
      throw new AppError("config", `${path}: ${same.path} and ${found.path} would be one credential: rename one`);
    }
    files.set(found.name, found);
  }
  return [...files.values()];
}

/** `secrets/url` is `secrets_url`, `/etc/x/url` is `etc_x_url`: systemd takes no folders, and no colon. */
export function nameCredential(file: string): string {
  return file.replace(/^(?:\.?\/)+/, "").replace(/[^\w.@-]/g, "_");
}

function readFileKey(key: string, value: unknown): string[] {
  return key.endsWith("_file") && typeof value === "string" ? [value] : [];
}

function isTable(value: unknown): value is Table {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
