/** Exports: one file for each report and a link to the newest. Old ones are deleted only where the configuration says so. */
import { lstat, mkdir, readdir, readlink, rename, symlink, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "../errors.ts";
import type { Report } from "../report/document/schema.ts";
import { formatInstant } from "../text/figures.ts";
import { writeJson } from "../text/json.ts";
import { createFile, explainFailure, sweepTemporaryFiles, temporaryPath } from "./file.ts";

export type ExportOptions = {
  directory: string;
  /** Newest exports kept per CRM; null: nothing is deleted. */
  keep: number | null;
};

const LATEST = "latest";
/** The clocks of two machines differ by less. */
const CLOCK_AHEAD_MS = 3_600_000;

/** What an export of the CRM replaces: the link to its newest. */
export function nameLatest(directory: string, crm: string): string {
  return join(directory, LATEST, `${crm}.json`);
}

/** `<crm>_automation_report_<YYYYMMDDTHHMMSSZ>.json`, with `latest/<crm>.json` pointing at it. Returns its path. */
export async function exportReport(report: Report, options: ExportOptions): Promise<string> {
  return await explainFailure(options.directory, async () => await writeExport(report, options));
}

/**
 * Several processes may export to one directory at once, without a lock. What is deleted is older than `keep` others, by an order
 * that all of them agree on, so that the newest stay whoever deletes. A name is not given again while a later one of it stands.
 */
async function writeExport(report: Report, { directory, keep }: ExportOptions): Promise<string> {
  await prepareLatest(join(directory, LATEST));
  await sweepTemporaryFiles(join(directory, LATEST));
  const { source, report_generated_at: generated } = report.metadata;
  const stamp = stampOf(generated);
  const sameTime = (await listExports(directory, source)).find((one) => one.stamp === stamp);
  const plain = join(directory, `${source}_automation_report_${stamp}.json`);
  const path = await createFile(plain, writeJson(report), (sameTime?.number ?? 0) + 1);
  await pointLatest(directory, source, basename(path));
  if (keep !== null) await deleteOldest(directory, report, keep, basename(path));
  await mendLatest(directory, source);
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

async function pointLatest(directory: string, source: string, name: string): Promise<void> {
  const temporary = temporaryPath(join(directory, LATEST));
  try {
    await symlink(join("..", name), temporary);
    await rename(temporary, nameLatest(directory, source));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw new AppError("delivery", `${nameLatest(directory, source)} could not be pointed at the new export`, {
      cause: error,
    });
  }
}

/** Another process may have deleted an export while the link to it was made: then the link is to the newest that is there. */
async function mendLatest(directory: string, source: string): Promise<void> {
  for (;;) {
    const target = await readTarget(directory, source);
    if (target !== null && (await lstat(join(directory, target)).catch(ignoreAbsent)) !== null) return;
    const [newest] = await listExports(directory, source);
    if (newest === undefined) return;
    await pointLatest(directory, source, newest.name);
  }
}

/** Such as `20260710T210000Z`. */
function stampOf(instant: string): string {
  return instant.replace(/\.\d+/, "").replace(/[-:]/g, "");
}

/**
 * Keeps the newest, the export just written, even where a wrong clock gave it an old stamp, and what the link points at. What a clock
 * that was ahead has stamped is counted apart: it takes the place of no other.
 */
async function deleteOldest(directory: string, { metadata }: Report, keep: number, written: string): Promise<void> {
  const { source, report_generated_at: generated } = metadata;
  const present = stampOf(formatInstant(Date.parse(generated) + CLOCK_AHEAD_MS));
  const exports = await listExports(directory, source);
  const [past, ahead] = [
    exports.filter(({ stamp }) => stamp <= present),
    exports.filter(({ stamp }) => stamp > present),
  ];
  for (const { name } of [...past.slice(keep), ...ahead.slice(keep)]) {
    if (name === written || name === (await readTarget(directory, source))) continue;
    await unlink(join(directory, name)).catch(ignoreAbsent);
  }
}

/** The exports of that CRM, newest first. `number`: of those of one second. */
async function listExports(
  directory: string,
  source: string,
): Promise<{ name: string; stamp: string; number: number }[]> {
  const pattern = new RegExp(`^${source}_automation_report_(\\d{8}T\\d{6}Z)(?:_(\\d+))?\\.json$`);
  return (await readdir(directory))
    .flatMap((name) => {
      const [, stamp = "", number = "1"] = pattern.exec(name) ?? [];
      return stamp === "" ? [] : [{ name, stamp, number: Number(number) }];
    })
    .toSorted((a, b) => (a.stamp === b.stamp ? b.number - a.number : a.stamp < b.stamp ? 1 : -1));
}

/** The name of the export that the link points at; null: there is no link. */
async function readTarget(directory: string, source: string): Promise<string | null> {
  const target = await readlink(nameLatest(directory, source)).catch(ignoreAbsent);
  return target === null ? null : basename(target);
}

function ignoreAbsent(error: NodeJS.ErrnoException): null {
  if (error.code !== "ENOENT") throw error;
  return null;
}
