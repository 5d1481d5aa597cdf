/** The connection that a table names by `url` or `url_file`. */
import { dirname } from "node:path";
import { fillPasswords } from "../database/password-file.ts";
import { parseTarget, type Target } from "../database/target.ts";
import { findExposure } from "./exposure.ts";
import { readSecret } from "./read-secret.ts";
import type { Reading, Say } from "./reading.ts";

type Written = { url?: string | undefined; url_file?: string | undefined };

/** With the passwords of the password file. Null where a problem was said. */
export function readConnection({ url, url_file: file }: Written, say: Say, reading: Reading): Target | null {
  if (url !== undefined && file !== undefined) {
    say("url_file", "url and url_file are both given: keep one");
    return null;
  }
  if (file === undefined) {
    if (url !== undefined) return readWritten(url, say, reading);
    say("url", 'no connection: set url = "postgresql://…" or "sqlite:PATH", or url_file');
    return null;
  }
  const secret = readSecret(file, reading);
  if ("problem" in secret) {
    say("url_file", `url_file ${secret.problem}`);
    return null;
  }
  const found = readTarget("url_file", secret.text, say, reading);
  const holdsPassword = found !== null && found.ownPasswords.length > 0;
  reading.warnings.push(...findExposure(secret.path, holdsPassword));
  return found?.target ?? null;
}

function readWritten(url: string, say: Say, reading: Reading): Target | null {
  const found = readTarget("url", url, say, reading);
  if (found === null) return null;
  const spellings = found.ownPasswords.flatMap((password) => [password, encodeURIComponent(password)]);
  const isWritten = spellings.some((password) => reading.text.includes(password));
  reading.isPasswordWritten ||= isWritten || (found.ownPasswords.length > 0 && reading.text.includes(url));
  return found.target;
}

/** `ownPasswords`: those that the URL itself gives. */
type FoundTarget = { target: Target; ownPasswords: string[] };

function readTarget(
  key: keyof Written,
  url: string,
  say: Say,
  { path, variables, secrets, warnings }: Reading,
): FoundTarget | null {
  const target = parseTarget(url, dirname(path));
  if ("problem" in target) {
    secrets.push(url);
    say(key, target.problem);
    return null;
  }
  if (target.kind === "sqlite") return { target, ownPasswords: [] };
  const ownPasswords = [...target.hosts.map(({ password }) => password), target.sslPassword].filter(
    (each) => each !== null,
  );
  const filled = fillPasswords(target, variables["PGPASSFILE"], dirname(path));
  if (filled.warning !== null) warnings.push(filled.warning);
  const { hosts, sslPassword } = filled.target;
  secrets.push(url, ...hosts.flatMap(({ password }) => password ?? []), ...(sslPassword === null ? [] : [sslPassword]));
  return { target: filled.target, ownPasswords };
}
