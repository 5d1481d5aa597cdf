/** A directory of files whose content is replaced as a whole. */
import { chmod, mkdir, readdir, readlink, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import { explainFailure, sweepTemporaryFiles, temporaryPath } from "./file.ts";

/** Its files are for others to look at. */
const PUBLIC_MODE = 0o755;
/** Until they are all there they are not. */
const PRIVATE_MODE = 0o700;
/** What is in no way, and stays: what another export is about to write, and what each ext4 file system has at its root. */
const STAYS = /^(?:\.automation-reports\..+\.tmp|lost\+found)$/;

/** `name`: with `/` between a folder and what is in it. */
export type WriteInto = (name: string, text: string) => Promise<void>;

/**
 * Fills a directory within `path`, then moves what is in it to its place. So neither the right to write beside `path` is
 * needed nor its own place given up: it may be a mount, or a symbolic link to a directory. What is there already is replaced
 * only where it is empty or holds `mark`, a file's name. Throws an `AppError` where it holds something else, or cannot be written.
 */
export async function replaceDirectory<T>(
  path: string,
  mark: string,
  fill: (write: WriteInto) => Promise<T>,
): Promise<T> {
  const names = await explainFailure(path, async () => await listReplaceable(path, mark));
  const temporary = temporaryPath(path);
  const [made, old] = [join(temporary, "new"), join(temporary, "old")];
  try {
    await explainFailure(path, async () => {
      await mkdir(path, { recursive: true });
      if (names === null) await chmod(path, PUBLIC_MODE);
      await sweepTemporaryFiles(path);
      await mkdir(temporary, { mode: PRIVATE_MODE });
      await mkdir(made);
      await mkdir(old);
    });
    const write: WriteInto = async (name, text) =>
      await explainFailure(path, async () => void (await Bun.write(join(made, name), text)));
    const result = await fill(write);
    await write(mark, "");
    await explainFailure(path, async () => await exchange({ made, path, old }, names ?? [], mark));
    return result;
  } finally {
    // What cannot be removed now is swept by a later export.
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    // One that was made for nothing is empty.
    if (names === null) await rmdir(path).catch(() => {});
  }
}

/** What is to be replaced; null where no directory is there. */
async function listReplaceable(path: string, mark: string): Promise<string[] | null> {
  const found = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOTDIR") throw new AppError("usage", `${path} is a file: name a directory`);
    if (error.code !== "ENOENT") throw error;
    return null;
  });
  if (found === null && (await readlink(path).catch(() => null)) !== null) {
    throw new AppError("usage", `${path} is a symbolic link to nothing: make the directory that it names`);
  }
  const names = found?.filter((name) => !STAYS.test(name)) ?? null;
  if (names === null || names.length === 0 || names.includes(mark)) return names;
  throw new AppError("usage", `${path} holds files that are not ours to replace: name an empty or a new directory`);
}

type Places = { made: string; path: string; old: string };

/** Each name is away for one step only. Where one cannot be moved, all are put back. */
async function exchange({ made, path, old }: Places, names: string[], mark: string): Promise<void> {
  const moved: { from: string; to: string }[] = [];
  const move = async (name: string, fromDirectory: string, toDirectory: string) => {
    const [from, to] = [join(fromDirectory, name), join(toDirectory, name)];
    await rename(from, to);
    moved.unshift({ from, to });
  };
  const files = (await readdir(made)).filter((name) => name !== mark);
  try {
    // It comes first and stays: whatever stops this process, a later export may go on here.
    if (!names.includes(mark)) await move(mark, made, path);
    for (const name of files) {
      if (names.includes(name)) await move(name, path, old);
      await move(name, made, path);
    }
    for (const name of names) if (name !== mark && !files.includes(name)) await move(name, path, old);
  } catch (error) {
    for (const { from, to } of moved) await rename(to, from);
    throw error;
  }
}
