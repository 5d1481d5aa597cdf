/** Files that a person named: read whole, or why not, in words. */
import { readFileSync, statSync } from "node:fs";

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
  ENOTSUP: "it is a pipe, a device or a socket, and must be a file",
};

export function describeReadFailure(error: unknown): string {
  const { code = "unknown reason" } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? `it cannot be read (${code})`;
}

/** Reading a pipe or a device could wait for ever. */
export function readWhole(path: string): string {
  const stat = statSync(path);
  if (!stat.isFile() && !stat.isDirectory()) throw Object.assign(new Error("no regular file"), { code: "ENOTSUP" });
  return readFileSync(path, "utf8");
}
