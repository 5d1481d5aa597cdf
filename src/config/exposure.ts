/** Files that decide what this program does, or hold what nobody else may know, and that others can reach. */
import { statSync } from "node:fs";

const WRITABLE_BY_ALL = 0o002;
const READABLE_BY_ALL = 0o004;

/** `secret`: whether a password stands in the file. A group may well share it: who is in it is the operator's to know. */
export function findExposure(path: string, secret: boolean): string[] {
  const mode = readMode(path);
  if (mode === null) return [];
  const mayWrite = (mode & WRITABLE_BY_ALL) !== 0;
  const mayRead = secret && (mode & READABLE_BY_ALL) !== 0;
  if (!mayWrite && !mayRead) return [];
  const what = [
    mayRead ? "holds a password and every user may read it" : "",
    mayWrite ? "every user may write it" : "",
  ];
  return [`${path}: ${what.filter((part) => part !== "").join(", and ")}: chmod o-${mayRead ? "rwx" : "w"} ${path}`];
}

/** Null where the file is gone, or is not a file. */
function readMode(path: string): number | null {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.mode : null;
  } catch {
    return null;
  }
}
