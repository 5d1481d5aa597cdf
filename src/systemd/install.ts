/** Puts the units where systemd looks for them. */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import { explainFailure, replaceFile } from "../output/file.ts";
import { isUnitName, MARK, type UnitFile } from "./units.ts";

/** systemd has nothing to hide in its units, and `systemctl cat` is for everybody. */
const UNIT_MODE = 0o644;

/**
 * Returns the paths of the units it wrote, and the names of units that an earlier installation wrote and this one would not.
 * A file that is not ours stops it before anything is written, unless `force` is given.
 */
export async function installUnits(
  directory: string,
  units: UnitFile[],
  force: boolean,
): Promise<{ written: string[]; left: string[] }> {
  const paths = units.map(({ name }) => join(directory, name));
  for (const path of paths) {
    const owner = await explainFailure(path, async () => await Promise.resolve(whose(path)));
    if (owner === "masked") throw new AppError("usage", `${path} is not a plain file (masked?): remove it first`);
    if (owner === "another's" && !force) {
      throw new AppError("usage", `${path} is there and was not written by this program: --force replaces it`);
    }
  }
  for (const { name, text } of units) await replaceFile(join(directory, name), text, UNIT_MODE);
  const wanted = units.map(({ name }) => name);
  const left = readdirSync(directory).filter(
    (name) => isUnitName(name) && !wanted.includes(name) && whose(join(directory, name)) === "ours",
  );
  return { written: paths, left: left.toSorted() };
}

function whose(path: string): "nobody's" | "ours" | "another's" | "masked" {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return "nobody's";
  if (!stats.isFile()) return "masked";
  return readFileSync(path, "utf8").startsWith(MARK) ? "ours" : "another's";
}
