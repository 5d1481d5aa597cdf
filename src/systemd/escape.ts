/** Text from outside, as systemd reads it back from a unit file. */
import { AppError } from "../errors.ts";
import { quoteText } from "../text/terminal.ts";

/** The program of a command line (systemd.service(5), command lines), in which no variable is looked for. */
export function quotePath(path: string): string {
  const escaped = escapePath(path);
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, "\\$&")}"`;
}

/** Any other word of a command line: `$` would begin a variable. */
export function quoteWord(word: string): string {
  return quotePath(word).replaceAll("$", "$$$$");
}

/** A path that has its line to itself: `%` would begin a specifier. */
export function escapePath(path: string): string {
  if (/\p{Cc}|^\s|\s$/u.test(path)) {
    throw new AppError("usage", `${quoteText(path)}: no unit file can hold this path; rename it`);
  }
  return path.replaceAll("%", "%%");
}
