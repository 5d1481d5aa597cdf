/** A directory of files that appears whole or not at all. */
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AppError } from "../errors.ts";

/** Its files are for others to look at. */
const PUBLIC_MODE = 0o755;

/** `name`: with `/` between a folder and what is in it. */
export type WriteInto = (name: string, text: string) => Promise<void>;

/**
 * Fills a new directory, then moves it to `path`. What is there already is replaced only where it is empty or holds `mark`, a
 * file's name. Throws an `AppError` where it holds something else, or cannot be written.
 */
export async function replaceDirectory<T>(
  path: string,
  mark: string,
  fill: (write: WriteInto) => Promise<T>,
): Promise<T> {
  await refuseForeign(path, mark);
  try {
    await mkdir(dirname(path), { recursive: true });
    const made = await mkdtemp(join(dirname(path), `.${basename(path)}-`));
    try {
      const result = await fill(async (name, text) => {
        await Bun.write(join(made, name), text);
      });
      await Bun.write(join(made, mark), "");
      await chmod(made, PUBLIC_MODE);
      await swap(made, path);
      return result;
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof AppError) throw error;
    throw new AppError("delivery", `${path} was not written: ${REASONS[code] ?? code}`, { cause: error });
  }
}

const REASONS: Record<string, string> = {
  EACCES: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is a file",
  ENOENT: "the directory above it cannot be made",
};

async function refuseForeign(path: string, mark: string): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOTDIR") throw new AppError("usage", `${path} is a file: name a directory`);
    return [];
  });
  if (names.length === 0 || names.includes(mark)) return;
  throw new AppError("usage", `${path} holds files that are not ours to replace: name an empty or a new directory`);
}

async function swap(made: string, path: string): Promise<void> {
  const old = `${made}-old`;
  const wasThere = await rename(path, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  await rename(made, path);
  if (wasThere) await rm(old, { recursive: true, force: true });
}
