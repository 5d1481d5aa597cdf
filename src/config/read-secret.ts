/** Secrets that stand in files of their own. */
import { dirname, isAbsolute, join, resolve } from "node:path";
import { describeReadFailure, isMissing, readPlainFile, SMALL_BYTES } from "../files/plain.ts";
import { showText } from "../text/terminal.ts";
import type { Reading } from "./reading.ts";
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
      const text = readPlainFile(candidate, SMALL_BYTES).trim();
      const lines = text.split("\n").length;
      if (text !== "" && lines === 1) return { text, path: candidate };
      const problem = text === "" ? "the file is empty" : `${lines} lines stand in it, and it must hold one`;
      problems.push(`${showText(candidate)}: ${problem}`);
    } catch (error) {
      // A relative path where nothing is may be the secret itself.
      const isDoubtful = isMissing(error) && !isAbsolute(file);
      problems.push(isDoubtful ? `is no file ${place}` : `${showText(candidate)}: ${describeReadFailure(error)}`);
    }
  }
  return { problem: problems.join("; ") };
}
