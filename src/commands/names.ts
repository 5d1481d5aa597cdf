import { findConfig } from "../config/find.ts";
import { findStoreFile, listConfiguredNames } from "../config/names.ts";
import { EXIT } from "../errors.ts";
import type { NameKind } from "../help/commands.ts";
import { emit } from "../output/stdout.ts";
import { defineCommand } from "./flags/command.ts";
import { CONFIG_FLAG } from "./flags/flags.ts";
import { LATEST } from "./flags/reports.ts";
import type { Runtime } from "./flags/runtime.ts";

const KINDS: NameKind[] = ["crm", "schedule", "report"];

/** For completion scripts: one name a line. Where nothing can be read there is nothing to complete, and no error. */
export default defineCommand(
  {
    kind: { type: "positional", required: true, valueHint: "KIND", description: KINDS.join(", ") },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime }) => {
    const kind = KINDS.find((known) => known === args.kind);
    const names = kind === undefined ? [] : await listNames(kind, args.config, runtime).catch(() => []);
    await emit(names.map((name) => `${name}\n`).join(""));
    return EXIT.ok;
  },
);

async function listNames(kind: NameKind, flag: string | undefined, { environment }: Runtime): Promise<string[]> {
  const path = findConfig(flag, environment.variables);
  if (kind !== "report") return listConfiguredNames(path)[kind];
  const store = findStoreFile(path, environment.variables);
  if (store === null) return [];
  const { listReportIds } = await import("../store/report-ids.ts");
  const ids = listReportIds(store);
  return ids.length === 0 ? [] : [LATEST, ...listConfiguredNames(path).crm, ...ids];
}
