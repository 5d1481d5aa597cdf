/** Puts the units where systemd looks for them. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import { readPlainFile, SMALL_BYTES } from "../files/plain.ts";
import { explainFailure, replaceFile } from "../output/file.ts";
import { isUnitName, MARK, type UnitFile } from "./units.ts";

/** Units hold no secret, and every user may run `systemctl cat`. */
const UNIT_MODE = 0o644;

/**
 * Returns the paths of the written units, and the names of units that an earlier installation wrote and this one did not.
 * Throws before anything is written where another program's file is in the way, unless `force` is given.
 */
export async function installUnits(
  directory: string,
  units: UnitFile[],
  force: boolean,
): Promise<{ written: string[]; left: string[] }> {
  const paths = units.map(({ name }) => join(directory, name));
  for (const path of paths) {
    const owner = await explainFailure(path, async () => await Promise.resolve(ownerOf(path)));
    if (owner === "masked") throw new AppError("usage", `${path} is not a plain file (masked?): remove it first`);
    if (owner === "foreign" && !force) {
      throw new AppError("usage", `${path} is there and was not written by this program: --force replaces it`);
    }
  }
  for (const { name, text } of units) await replaceFile(join(directory, name), text, UNIT_MODE);
  const wanted = units.map(({ name }) => name);
  const left = readdirSync(directory).filter(
    (name) => isUnitName(name) && !wanted.includes(name) && ownerOf(join(directory, name)) === "ours",
  );
  return { written: paths, left: left.toSorted() };
}

function ownerOf(path: string): "absent" | "ours" | "foreign" | "masked" {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return "absent";
  if (!stats.isFile()) return "masked";
  // A larger one is none of ours.
  return stats.size <= SMALL_BYTES && readPlainFile(path, SMALL_BYTES).startsWith(MARK) ? "ours" : "foreign";
}
