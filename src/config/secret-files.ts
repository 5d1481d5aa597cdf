/** The files in which a configuration keeps its secrets, to be handed to a service. */
import { dirname, resolve } from "node:path";
import type * as v from "valibot";
import { AppError } from "../errors.ts";
import { isTable, listTables } from "../schema-keys.ts";
import type { ConfigDocument } from "./document.ts";
import { ConfigSchema } from "./schema.ts";

export type SecretFile = {
  /** As a credential of systemd. */
  name: string;
  path: string;
};

/** Every `…_file` that the schema knows, at any depth, once. Throws an `AppError` where two would be one credential. */
export function listSecretFiles(
  { path, raw }: Pick<ConfigDocument, "path" | "raw">,
  schema: v.GenericSchema = ConfigSchema,
): SecretFile[] {
  const files = new Map<string, SecretFile>();
  for (const file of listFileKeys(schema, raw)) {
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

function listFileKeys(schema: v.GenericSchema, raw: ConfigDocument["raw"]): string[] {
  return listTables(schema, raw).flatMap(({ keys, value: table }) => {
    if (keys === null || !isTable(table)) return [];
    return Object.keys(keys).flatMap((key) => {
      const file = key.endsWith("_file") && Object.hasOwn(table, key) ? table[key] : undefined;
      return typeof file === "string" ? [file] : [];
    });
  });
}
