/** Secrets that stand in files of their own. */
import { dirname, isAbsolute, join, resolve } from "node:path";
import { showText } from "../text/terminal.ts";
import type { Reading } from "./reading.ts";
import { describeReadFailure, isMissing, readPlainFile } from "./read-failure.ts";
import { nameCredential } from "./secret-files.ts";

/** A connection URL, or a user with a password, on the wrong key: it is never repeated. */
const NO_PATH = /^\w+:|:[^/]*@/;

/**
 * Looked for in `$CREDENTIALS_DIRECTORY` (systemd's LoadCredential) first, whose files the service alone may read.
 * The problem names each path where something is: what stands for a path where nothing is may be the secret itself.
 */
export function readSecret(
  file: string,
  { path, variables }: Pick<Reading, "path" | "variables">,
): { text: string; path: string } | { problem: string } {
  if (NO_PATH.test(file)) return { problem: "must be the path of a file: what stands here looks like its content" };
  const credentials = variables["CREDENTIALS_DIRECTORY"];
  const candidates = [
    ...(credentials === undefined
      ? []
      : [{ candidate: join(credentials, nameCredential(file)), place: "in $CREDENTIALS_DIRECTORY" }]),
    { candidate: resolve(dirname(path), file), place: isAbsolute(file) ? "at that path" : "beside the configuration" },
  ];
  const problems: string[] = [];
  for (const { candidate, place } of candidates) {
    try {
      const text = readPlainFile(candidate).trim();
      if (text !== "") return { text, path: candidate };
      problems.push(`${showText(candidate)}: the file is empty`);
    } catch (error) {
      problems.push(isMissing(error) ? `is no file ${place}` : `${showText(candidate)}: ${describeReadFailure(error)}`);
    }
  }
  return { problem: problems.join("; ") };
}
