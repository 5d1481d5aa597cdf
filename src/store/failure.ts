/** Why a store could not be used, in words with advice. */
import * as v from "valibot";
import { describeStore, type Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import { CHECK_TABLE, codeOf, describeFailure, describeOtherSession, lookUp, NO_REPORT } from "../database/failure.ts";
import { findDeadLink, isOutOfFiles, NotPlain, TOO_MANY_OPEN } from "../files/plain.ts";
import type { Access } from "./engine.ts";

const ELSEWHERE = "name another store with [store] path or url";
const NOT_ALLOWED = `only its owner may open it: use sudo, make this user its owner (chown), set [store] group for those who only read, or ${ELSEWHERE}`;

const CHANGED = `its tables are not as this program made them: see automation-reports store check, restore a backup, or ${ELSEWHERE}`;

const TAKEN = `a name that its tables need, automation_reports_…, is taken by something else in the same schema: drop or rename that, or ${ELSEWHERE}`;

/** By SQLSTATE, by SQLite's code up to its second word, or by the system's error code. */
const REASONS: Record<string, string> = {
  "25006": "it is read-only: name the primary server in [store] url",
  "0A000": "it is a standby, which cannot be written: name the primary server in [store] url",
  "3F000": "the role's search path names no schema: create one, or ALTER ROLE … SET search_path",
  "42501":
    "the role may not write there: GRANT CREATE, USAGE ON SCHEMA, and make it the owner of the tables automation_reports_*",
  "42703": CHANGED,
  "42P01": CHANGED,
  "42P10": CHANGED,
  "23502": CHANGED,
  "23505": CHANGED,
  "23514": CHANGED,
  "42P07": TAKEN,
  "42710": TAKEN,
  P0001: CHANGED,
  "53100": `the server's disk is full: make room, or ${ELSEWHERE}`,
  "57014": "it did not answer in time: look for locks and load there",
  "55P03": "another session holds a lock on a table: look for a long ALTER, VACUUM FULL or LOCK",
  SQLITE_FULL: `the disk is full: make room, or ${ELSEWHERE}`,
  SQLITE_IOERR: `the disk failed, or is full: look into the system's log, or ${ELSEWHERE}`,
  SQLITE_READONLY: `it may not be written: give this user write access to the file and its directory, or ${ELSEWHERE}`,
  SQLITE_CANTOPEN: `it cannot be opened: give this user write access to the file and its directory, or ${ELSEWHERE}`,
  SQLITE_PERM: `it cannot be opened: give this user write access to the file and its directory, or ${ELSEWHERE}`,
  SQLITE_NOTADB: `it is not an SQLite database: move the file away, or ${ELSEWHERE}`,
  SQLITE_CORRUPT: "it is damaged: restore a backup, or move the file away to begin anew",
  SQLITE_ERROR: CHANGED,
  SQLITE_CONSTRAINT: CHANGED,
  SQLITE_BUSY: "another process has been writing to it for too long: try again",
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: `the file system is read-only: ${ELSEWHERE}`,
  ENOSPC: `the disk is full, or has no inode left (df -i): make room, or ${ELSEWHERE}`,
  EDQUOT: `the quota is used up: make room, or ${ELSEWHERE}`,
  ENOTDIR: `a part of its path is not a directory: ${ELSEWHERE}`,
  EISDIR: `it is a directory: ${ELSEWHERE}`,
  EEXIST: `a part of its path is not a directory: ${ELSEWHERE}`,
  ELOOP: `its symbolic links lead in a circle: ${ELSEWHERE}`,
  ENAMETOOLONG: `its name is too long: ${ELSEWHERE}`,
  EMFILE: TOO_MANY_OPEN,
  ENOENT: `its directory cannot be made: ${ELSEWHERE}`,
};

const ONLY_OWNER = "only its owner may read it: use sudo, or let a group read it with [store] group";

/** Where nothing was to be written. */
const REASONS_TO_LOOK: Record<string, string> = {
  "42501": "the role may not read there: GRANT USAGE ON SCHEMA, and SELECT ON the tables automation_reports_*",
  SQLITE_READONLY: "it cannot be read without writing beside it: give this user write access to its directory",
  SQLITE_CANTOPEN: ONLY_OWNER,
  SQLITE_PERM: ONLY_OWNER,
  EACCES: ONLY_OWNER,
  EPERM: ONLY_OWNER,
};

/** Nobody wrote that parameter into the URL of a store: it was added for several hosts. */
const NOT_PRIMARY = describeOtherSession("read-write");
const CANNOT_WRITE = "is a standby or read-only, and a store is written: add the primary server to [store] url";

/** Explains errors of databases, of their rows and of the system. Any other error is a bug, and is returned unchanged. */
export function explainStoreFailure(error: unknown, target: Target, access: Access = "write"): Error {
  if (error instanceof AppError) return error;
  if (v.isValiError(error)) {
    const place = v.getDotPath(error.issues[0]) ?? "its root";
    const message = `store ${describeStore(target)}: a row is not as this program writes it, at ${place}: another program changed it`;
    return new AppError("delivery", message, { cause: error });
  }
  if (error instanceof NotPlain) {
    const message = `store ${describeStore(target)}: ${error.message}: ${ELSEWHERE}`;
    return new AppError("delivery", message, { cause: error });
  }
  const told = codeOf(error).replace(/^(SQLITE_[A-Z]+)_.*/, "$1");
  const code = told === "SQLITE_CANTOPEN" && isOutOfFiles() ? "EMFILE" : told;
  // A directory is not made through it.
  const dead = target.kind === "sqlite" && /^E(?:NOENT|EXIST)$/.test(code) ? findDeadLink(target.path) : null;
  if (dead !== null) {
    const message = `store ${describeStore(target)}: ${dead} is a symbolic link to nothing: make what it names, or ${ELSEWHERE}`;
    return new AppError("delivery", message, { cause: error });
  }
  const reason = (access === "look" ? lookUp(REASONS_TO_LOOK, code) : undefined) ?? lookUp(REASONS, code);
  const options = { cause: error };
  if (reason !== undefined) return new AppError("delivery", `store ${describeStore(target)}: ${reason}`, options);
  if (target.kind === "postgres" || code !== "") {
    const said = describeFailure(error, target)
      .replaceAll(NOT_PRIMARY, CANNOT_WRITE)
      .replaceAll(NO_REPORT, "its answer cannot be used")
      .replaceAll(CHECK_TABLE, "check [store] url, and what stands between");
    return new AppError("delivery", `store: ${said}`, options);
  }
  return error instanceof Error ? error : new Error(String(error));
}
