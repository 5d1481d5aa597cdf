/** Files that an operator names, and anybody may have put something else there: what is no file is not opened, none is read without end. */
import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync, type Stats } from "node:fs";

const MEGABYTE = 1_000_000;
/** A configuration of thousands of CRMs, a password file, a unit, a key: below this. */
export const SMALL_BYTES = MEGABYTE;
/** Every certificate authority there is. */
export const LARGE_BYTES = 4 * MEGABYTE;

export const TOO_MANY_OPEN = "too many files are open: raise the limit (ulimit -n)";

const CHUNK_BYTES = 65_536;
const OF_NO_DISK = "it is no file of a disk";
const ANY_FILE = "/dev/null";
const REASONS = new Map([
  ["ENOENT", "there is no such file"],
  ["ENOTDIR", "there is no such file"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EISDIR", "it is a directory"],
  ["ELOOP", "its symbolic links lead in a circle"],
  ["ENAMETOOLONG", "its name is too long"],
  ["EAGAIN", OF_NO_DISK],
  ["EMFILE", TOO_MANY_OPEN],
  ["ENFILE", "too many files are open on this machine"],
]);

/** What stands at a path is not what was asked for. The message begins with `it is`, or names what is beside it. */
export class NotPlain extends Error {}

/** A text in another encoding; `line` and `column` count from 1, null where it is none from the first byte on. */
export class NotUtf8 extends NotPlain {
  readonly place: { line: number; column: number } | null;

  constructor(place: NotUtf8["place"]) {
    const where = place === null ? "it is UTF-16, or no text" : `it is not UTF-8 (line ${place.line})`;
    super(`${where}: save it as UTF-8`);
    this.place = place;
  }
}

/** Why a file cannot be read, in words. */
export function describeReadFailure(error: unknown): string {
  if (error instanceof NotPlain) return error.message;
  const { code = "unknown reason" } = error as NodeJS.ErrnoException;
  return REASONS.get(code) ?? `it cannot be read (${code})`;
}

/** Whether nothing is at the path. */
export function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/** Whether this process may open no more: Bun tells of a socket or a database that it was refused, or is not known. */
export function isOutOfFiles(): boolean {
  try {
    closeSync(openSync(ANY_FILE, "r"));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EMFILE";
  }
}

/** As `readPlainFile`, where a wrong letter would be a wrong name or password. Throws a `NotUtf8` too. */
export function readPlainText(path: string, mostBytes: number): string {
  const bytes = readPlainBytes(path, mostBytes);
  // A file that a terminal or Windows wrote as UTF-16 may be valid UTF-8 with zeros in it.
  if (bytes.includes(0) || !isUtf8(bytes)) throw new NotUtf8(bytes.includes(0) ? null : findWrongByte(bytes));
  // Editors on Windows begin a file with a byte order mark.
  return bytes.toString("utf8").replace(/^\ufeff/, "");
}

/** The text of a file. Throws what `describeReadFailure` describes, also where the file has more than so many bytes. */
export function readPlainFile(path: string, mostBytes: number): string {
  return readPlainBytes(path, mostBytes).toString("utf8");
}

function readPlainBytes(path: string, mostBytes: number): Buffer {
  refuseOther(statSync(path));
  // What has come to stand there since is not waited for either.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    refuseOther(stats);
    if (stats.size <= mostBytes) {
      const bytes = readAtMost(file, stats.size, mostBytes);
      if (bytes !== null) return bytes;
    }
    throw new NotPlain(`it is larger than ${mostBytes / MEGABYTE} MB`);
  } finally {
    closeSync(file);
  }
}

/**
 * Throws what `describeReadFailure` describes where SQLite would open something that is no file: the database and what is
 * beside it. Nothing at all is fine.
 */
export function refuseOtherThanDatabase(path: string): void {
  for (const beside of ["", "-wal", "-shm", "-journal"]) {
    const file = `${path}${beside}`;
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    const name = beside === "" ? "it" : `${path.slice(path.lastIndexOf("/") + 1)}${beside} beside it: it`;
    refuseOther(stats, name);
    if (stats.size === 0 && isWaitedFor(file)) throw new NotPlain(OF_NO_DISK.replace(/^it/, () => name));
  }
}

/**
 * Whether what seems to be an empty file, as the kernel's own do, makes its reader wait: SQLite would wait without end, deaf to
 * signals. A file that holds something is not opened here: to close it again would take SQLite's locks on it away.
 */
function isWaitedFor(path: string): boolean {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      // What gives bytes and has no size waits for more when these are read.
      return readSync(file, Buffer.alloc(1), 0, 1, null) > 0 && fstatSync(file).size === 0;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EAGAIN";
  }
}

/** Null: nothing is there, or it may not be looked for. */
export function lookAt(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

const SQLITE_MARK = "SQLite format 3\0";
/** What SQLite keeps beside a database: to replace one destroys the database. */
const BESIDE_DATABASE = /-(?:wal|shm|journal)$/;

/** The SQLite database that is at the path, or that what is named so would belong to; null: none. */
export function findSqliteFile(path: string): string | null {
  const candidates = BESIDE_DATABASE.test(path) ? [path.replace(BESIDE_DATABASE, ""), path] : [path];
  return candidates.find((file) => readHead(file, SQLITE_MARK.length).toString("latin1") === SQLITE_MARK) ?? null;
}

/** What of the path, from its end to its beginning, is a symbolic link to nothing; null: nothing is. */
export function findDeadLink(path: string): string | null {
  if (isLink(path) && lookAt(path) === null) return path;
  const above = path.slice(0, path.lastIndexOf("/"));
  return above === "" || above === path ? null : findDeadLink(above);
}

/** Whether symbolic links lead from the path back to themselves. */
export function isCircle(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ELOOP";
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** Whether both paths lead to one file; false where one leads to nothing. */
export function isSameFile(one: string, other: string): boolean {
  const [first, second] = [lookAt(one), lookAt(other)];
  return first !== null && second !== null && first.dev === second.dev && first.ino === second.ino;
}

/** The first bytes of a file; none where there is no file, or it cannot be read. */
export function readHead(path: string, bytes: number): Buffer {
  const head = Buffer.alloc(bytes);
  try {
    if (lookAt(path)?.isFile() !== true) return Buffer.alloc(0);
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return head.subarray(0, readSync(file, head, 0, bytes, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return Buffer.alloc(0);
  }
}

function findWrongByte(bytes: Buffer): NotUtf8["place"] {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const next = bytes.indexOf("\n", start);
    const part = bytes.subarray(start, next === -1 ? bytes.length : next);
    if (!isUtf8(part)) return { line, column: part.toString("utf8").indexOf("\ufffd") + 1 };
    if (next === -1) return { line, column: 1 };
    start = next + 1;
  }
}

/** Null where there is more. Some files tell no size, and some grow meanwhile. */
function readAtMost(file: number, expected: number, mostBytes: number): Buffer | null {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= mostBytes;) {
    const chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, expected + 1 - total));
    const read = readSync(file, chunk);
    if (read === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, read));
    total += read;
  }
  return null;
}

function refuseOther(stats: Stats, name = "it"): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new NotPlain(`${name} is a directory`);
  const kind = stats.isFIFO() ? "a FIFO" : stats.isSocket() ? "a socket" : "a device";
  throw new NotPlain(`${name} is ${kind}, not a file`);
}
