/** Exports: one file for each report and a link to the newest. Old ones are deleted only where the configuration says so. */
import { lstat, mkdir, readdir, rename, symlink, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "../errors.ts";
import type { Report } from "../report/schema.ts";
import { writeJson } from "../text/json.ts";
import { createFile, explainFailure, sweepTemporaryFiles, temporaryPath } from "./file.ts";

export type ExportOptions = {
  directory: string;
  /** Newest exports kept per CRM; null: nothing is deleted. */
  keep: number | null;
};

const LATEST = "latest";

/** What an export of the CRM replaces: the link to its newest. */
export function nameLatest(directory: string, crm: string): string {
  return join(directory, LATEST, `${crm}.json`);
}

/** `<crm>_automation_report_<YYYYMMDDTHHMMSSZ>.json`, with `latest/<crm>.json` pointing at it. Returns its path. */
export async function exportReport(report: Report, options: ExportOptions): Promise<string> {
  return await explainFailure(options.directory, async () => await writeExport(report, options));
}

async function writeExport(report: Report, { directory, keep }: ExportOptions): Promise<string> {
  await prepareLatest(join(directory, LATEST));
  await sweepTemporaryFiles(join(directory, LATEST));
  const { source, report_generated_at: generated } = report.metadata;
  const stamp = generated.replace(/\.\d+/, "").replace(/[-:]/g, "");
  const path = await createFile(join(directory, `${source}_automation_report_${stamp}.json`), writeJson(report));
  await pointLatest(directory, source, path);
  if (keep !== null) await deleteOldest(directory, source, keep, basename(path));
  return path;
}

/** Through a planted link, the newest export of a CRM would replace a file of the same name elsewhere. */
async function prepareLatest(path: string): Promise<void> {
  await explainFailure(path, async () => {
    await mkdir(path, { recursive: true, mode: 0o750 });
    if ((await lstat(path)).isSymbolicLink()) {
      throw new AppError("delivery", `${path} is a symbolic link: remove it, or choose another place`);
    }
  });
}

async function pointLatest(directory: string, source: string, path: string): Promise<void> {
  const temporary = temporaryPath(join(directory, LATEST));
  try {
    await symlink(join("..", basename(path)), temporary);
    await rename(temporary, nameLatest(directory, source));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw new AppError("delivery", `${nameLatest(directory, source)} could not be pointed at the new export`, {
      cause: error,
    });
  }
}

/** Keeps the export just written, even where a wrong clock gave it an old stamp, and the newest of the others. */
async function deleteOldest(directory: string, source: string, keep: number, written: string): Promise<void> {
  const pattern = new RegExp(`^${source}_automation_report_(\\d{8}T\\d{6}Z)(?:_(\\d+))?\\.json$`);
  const exports = (await readdir(directory))
    .flatMap((name) => {
      const [, stamp = "", number = "1"] = pattern.exec(name) ?? [];
      return stamp === "" || name === written ? [] : [{ name, stamp, number: Number(number) }];
    })
    .toSorted((a, b) => (a.stamp === b.stamp ? b.number - a.number : a.stamp < b.stamp ? 1 : -1));
  for (const { name } of exports.slice(keep - 1)) {
    await unlink(join(directory, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}
