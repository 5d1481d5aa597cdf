/** Secrets that stand in files of their own. */
import { dirname, isAbsolute, join, resolve } from "node:path";
import { describeReadFailure, isMissing, readPlainFile, SMALL_BYTES } from "../files/plain.ts";
import { showText } from "../text/terminal.ts";
import type { Reading } from "./reading.ts";
import { nameCredential } from "./secret-files.ts";

/** A connection URL, or a user with a password, on the wrong key: it is never repeated. */
const NO_PATH = /^\w+:|:[^/]*@/;

/** A file's whole content, and where it was found. */
export type SecretText = { text: string; path: string };

/** As `readSecretText`, of a file that holds one line. */
export function readSecret(
  file: string,
  reading: Pick<Reading, "path" | "variables">,
): SecretText | { problem: string } {
  return readSecretText(file, reading, (text) => {
    const lines = text.split("\n").length;
    return lines === 1 ? null : `${lines} lines stand in it, and it must hold one`;
  });
}

/**
 * Looked for in `$CREDENTIALS_DIRECTORY` (systemd's LoadCredential) first, whose files the service alone may read.
 * The problem names each path where something is: what stands for a path where nothing is may be the secret itself.
 * `judge` says what is wrong with a content.
 */
export function readSecretText(
  file: string,
  { path, variables }: Pick<Reading, "path" | "variables">,
  judge: (text: string) => string | null,
): SecretText | { problem: string } {
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
      const problem = text === "" ? "the file is empty" : judge(text);
      if (problem === null) return { text, path: candidate };
      problems.push(`${showText(candidate)}: ${problem}`);
    } catch (error) {
      // A relative path where nothing is may be the secret itself.
      const isDoubtful = isMissing(error) && !isAbsolute(file);
      problems.push(isDoubtful ? `is no file ${place}` : `${showText(candidate)}: ${describeReadFailure(error)}`);
    }
  }
  return { problem: problems.join("; ") };
}
