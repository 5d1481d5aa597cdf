/** Files appear whole or not at all. They are written beside their place under another name, then moved there. */
import { constants } from "node:fs";
import { access, link, lstat, open, readdir, realpath, rename, rm, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { AppError } from "../errors.ts";
import { findDeadLink, findSqliteFile, isCircle } from "../files/plain.ts";
import { describeHolder, judgeHolder } from "../processes.ts";

const PRIVATE = 0o600;
const REPORT_MODE = 0o640;
const PUBLIC_MODE = 0o644;
/** That other users may write a file is not kept. */
const KEPT_MODE = 0o664;
const MARK = ".automation-reports";
const HOST = Bun.hash(hostname()).toString(36);
/** SQLite keeps what it is writing in files of its own beside the database. */
const TEMPORARY = /\.tmp(?:-journal|-wal|-shm)?$/;
/** What was not touched for so long is no longer being written, on whatever machine. */
const ABANDONED_MS = 24 * 3_600_000;

/** What a file is to hold, or a function that fills the empty private file at the path it is given. */
type Content = string | Uint8Array | ((temporary: string) => void);

/** Replaces an existing file in one step. Refuses to replace anything but a file. */
export async function replaceFile(path: string, content: Content, mode = REPORT_MODE): Promise<void> {
  await explainFailure(path, async () => {
    await refuseOther(path, "choose another place");
    await writeThen(path, content, mode, async (temporary) => {
      await rename(temporary, path);
    });
  });
}

/** For `--output`: as `replaceFile`. Who could read a file of ours before can do so afterwards; a new public one is for every user. */
export async function replaceOutput(path: string, text: string, { isPublic }: { isPublic: boolean }): Promise<void> {
  const there = await lstat(path).catch(() => null);
  const isOwn = there !== null && there.isFile() && there.uid === process.geteuid?.();
  const mode = isOwn ? (there.mode & KEPT_MODE) | PRIVATE : isPublic ? PUBLIC_MODE : REPORT_MODE;
  await replaceFile(path, text, mode);
}

/** For `--output`: throws, as far as it can be known before there is anything to write, what `replaceFile` would throw. */
export async function checkReplaceable(path: string): Promise<void> {
  await explainFailure(path, async () => {
    await refuseOther(path, "leave --output out to write to stdout");
    const database = findSqliteFile(path);
    if (database !== null) {
      const what = database === path ? "is an SQLite database" : `belongs to the SQLite database ${database}`;
      throw new AppError("delivery", `${path} ${what}, which a report would destroy: choose another place`);
    }
    await access(`${dirname(path)}/`, constants.W_OK | constants.X_OK);
  });
}

/**
 * Creates `path`, or `path` with `_2`, `_3`, … before its extension if that is taken. Returns the name it got. `first`: the least
 * number that it may get; 1 is `path` itself.
 */
export async function createFile(path: string, text: string, first = 1): Promise<string> {
  return await explainFailure(path, async () => {
    const nameBy = (number: number) =>
      number === 1 ? path : join(dirname(path), `${basename(path, extname(path))}_${number}${extname(path)}`);
    let created = nameBy(first);
    await writeThen(path, text, REPORT_MODE, async (temporary) => {
      for (let number = first + 1; !(await linkNew(temporary, created)); number += 1) created = nameBy(number);
      await unlink(temporary);
    });
    return created;
  });
}

/** Creates a file that every user may read. False, and nothing is changed, where something has that name. */
export async function createPublicFile(path: string, text: string): Promise<boolean> {
  return await explainFailure(path, async () => {
    let created = false;
    await writeThen(path, text, PUBLIC_MODE, async (temporary) => {
      created = await linkNew(temporary, path);
      await unlink(temporary);
    });
    return created;
  });
}

/** A name that a later `sweepTemporaryFiles` recognises. */
export function temporaryPath(directory: string): string {
  const [, ...ours] = describeHolder().split("/");
  return join(directory, `${[MARK, HOST, ...ours, crypto.randomUUID()].join(".")}.tmp`);
}

/**
 * Removes what killed processes left in the directory, where it may be listed: of this machine at once, of those that cannot be seen
 * from here after a day.
 */
export async function sweepTemporaryFiles(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    if (!name.startsWith(`${MARK}.`) || !TEMPORARY.test(name)) continue;
    const path = join(directory, name);
    if (await isAbandoned(name, path)) await rm(path, { recursive: true }).catch(() => {});
  }
}

async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [host, ...process] = name
    .slice(MARK.length + 1)
    .split(".")
    .slice(0, -2);
  const writer =
    host === HOST ? judgeHolder([encodeURIComponent(hostname()), ...process.slice(0, 4)].join("/")) : "unknown";
  if (writer !== "unknown") return writer === "dead";
  const there = await lstat(path).catch(() => null);
  return there !== null && Date.now() - there.mtimeMs > ABANDONED_MS;
}

/** What is there belongs to the system: `/dev/stdout` is a link, to which a file may be bound. */
const OF_SYSTEM = /^\/(?:proc|sys|dev(?!\/shm\/))\//;

async function refuseOther(path: string, advice: string): Promise<void> {
  const there = await stat(path).catch(() => null);
  const directory = await realpath(dirname(path)).catch(() => dirname(path));
  if ((there !== null && !there.isFile()) || OF_SYSTEM.test(join(directory, basename(path)))) {
    throw new AppError("delivery", `${path} is not a file: ${advice}`);
  }
}

async function writeThen(
  path: string,
  content: Content,
  mode: number,
  publish: (temporary: string) => Promise<void>,
): Promise<void> {
  const directory = dirname(path);
  await sweepTemporaryFiles(directory);
  const temporary = temporaryPath(directory);
  const file = await open(temporary, "wx", PRIVATE);
  try {
    if (typeof content === "function") {
      content(temporary);
    } else {
      await file.writeFile(content);
      await file.chmod(mode);
    }
    await file.sync();
    await file.close();
    await publish(temporary);
    await syncDirectory(directory);
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** False where the name is taken. A hard link replaces no file and follows no symbolic link. */
async function linkNew(existing: string, created: string): Promise<boolean> {
  try {
    await link(existing, created);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const REASONS = new Map([
  ["ENOSPC", "the disk is full, or has no inode left (df -i): make room, or choose another place"],
  ["EDQUOT", "the quota is used up: make room, or choose another place"],
  ["EROFS", "the file system is read-only: choose another place"],
  ["EACCES", "this user may not write there: change its permissions, or choose another place"],
  ["EPERM", "this user may not write there: change its permissions, or choose another place"],
  ["ENOENT", "its directory is not there: make it, or choose another place"],
  ["ENOTDIR", "a part of its path is not a directory: choose another place"],
  ["EEXIST", "a part of its path is not a directory: choose another place"],
  ["EISDIR", "it is a directory: choose another place"],
  ["ELOOP", "its symbolic links lead in a circle: choose another place"],
  ["ENAMETOOLONG", "its name is too long: choose another place"],
  ["EFBIG", "it would be larger than this process may write: raise the limit (ulimit -f)"],
  ["EIO", "the disk failed: look into the system's log"],
  ["EMFILE", "too many files are open: raise the limit (ulimit -n)"],
]);

/** Turns an error of the file system into a delivery error in words. */
export async function explainFailure<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("delivery", `${path} could not be written: ${describeWriteFailure(error, path)}`, {
      cause: error,
    });
  }
}

/** Why a file or directory cannot be made or written there, in words with advice. */
export function describeWriteFailure(error: unknown, path: string): string {
  const told = (error as NodeJS.ErrnoException).code ?? "unknown reason";
  // Where directories are made, what is in their way is told otherwise.
  const code = isCircle(path) ? "ELOOP" : told;
  const dead = /^E(?:NOENT|EXIST|NOTDIR)$/.test(code) ? findDeadLink(path) : null;
  if (dead !== null) return `${dead} is a symbolic link to nothing: make what it names, or choose another place`;
  return REASONS.get(code) ?? code;
}
