/** Secrets that stand in files of their own. */
import { dirname, join, resolve } from "node:path";
import { describeReadFailure, isMissing, readPlainText, SMALL_BYTES } from "../files/plain.ts";
import { showText } from "../text/terminal.ts";
import { isNoPath, nameTried } from "../text/typed-path.ts";
import type { Reading } from "./reading.ts";
import { nameCredential } from "./secret-files.ts";

/** A content with a word and a colon before it, such as sqlite:PATH. */
const WORD_FIRST = /^\w+:/;

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
 * The problem names each path that was tried, and why it would not do. A token that stands where its file should be named is not repeated.
 * `judge` says what is wrong with a content.
 */
export function readSecretText(
  file: string,
  { path, variables }: Pick<Reading, "path" | "variables">,
  judge: (text: string) => string | null,
): SecretText | { problem: string } {
  if (isNoPath(file) || WORD_FIRST.test(file))
    return { problem: "must be the path of a file: what stands here looks like its content" };
  const credentials = variables["CREDENTIALS_DIRECTORY"];
  const candidates = [
    ...(credentials === undefined ? [] : [{ folder: credentials, candidate: join(credentials, nameCredential(file)) }]),
    { folder: dirname(path), candidate: resolve(dirname(path), file) },
  ];
  const problems: string[] = [];
  for (const { folder, candidate } of candidates) {
    try {
      const text = readPlainText(candidate, SMALL_BYTES).trim();
      const problem = text === "" ? "the file is empty" : judge(text);
      if (problem === null) return { text, path: candidate };
      problems.push(`${showText(candidate)}: ${problem}`);
    } catch (error) {
      const tried = isMissing(error) ? nameTried(file, folder, candidate) : showText(candidate);
      problems.push(`${tried}: ${describeReadFailure(error)}`);
    }
  }
  return { problem: problems.join("; ") };
}
