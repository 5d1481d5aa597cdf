/** Secrets that stand in files of their own. */
import { dirname, join, resolve } from "node:path";
import { describeReadFailure, readPlainFile, SMALL_BYTES } from "../files/plain.ts";
import { showText } from "../text/terminal.ts";
import type { Reading } from "./reading.ts";
import { nameCredential } from "./secret-files.ts";

/** A connection URL, or a user with a password, on the wrong key: it is never repeated. */
const NO_PATH = /^\w+:|:[^/]*@/;

/**
 * Looked for in `$CREDENTIALS_DIRECTORY` (systemd's LoadCredential) first, whose files the service alone may read.
 * The problem names each path that was tried.
 */
export function readSecret(
  file: string,
  { path, variables }: Pick<Reading, "path" | "variables">,
): { text: string } | { problem: string } {
  if (NO_PATH.test(file)) return { problem: "must be the path of a file: what stands here looks like its content" };
  const credentials = variables["CREDENTIALS_DIRECTORY"];
  const candidates = [
    ...(credentials === undefined ? [] : [join(credentials, nameCredential(file))]),
    resolve(dirname(path), file),
  ];
  const problems: string[] = [];
  for (const candidate of candidates) {
    try {
      const text = readPlainFile(candidate, SMALL_BYTES).trim();
      if (text !== "") return { text };
      problems.push(`${showText(candidate)}: the file is empty`);
    } catch (error) {
      problems.push(`${showText(candidate)}: ${describeReadFailure(error)}`);
    }
  }
  return { problem: problems.join("; ") };
}
