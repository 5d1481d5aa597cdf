/** The connection that a table names by `url` or `url_file`. */
import { dirname } from "node:path";
import { fillPasswords } from "../database/password-file.ts";
import { parseTarget, type Target } from "../database/target.ts";
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
    if (url !== undefined) return readTarget("url", url, say, reading);
    say("url", 'no connection: set url = "postgresql://…" or "sqlite:PATH", or url_file');
    return null;
  }
  const secret = readSecret(file, reading);
  if ("text" in secret) return readTarget("url_file", secret.text, say, reading);
  say("url_file", `url_file ${secret.problem}`);
  return null;
}

function readTarget(
  key: keyof Written,
  url: string,
  say: Say,
  { path, variables, secrets, warnings }: Reading,
): Target | null {
  const target = parseTarget(url, dirname(path));
  if ("problem" in target) {
    secrets.push(url);
    say(key, target.problem);
    return null;
  }
  if (target.kind === "sqlite") return target;
  const filled = fillPasswords(target, variables["PGPASSFILE"]);
  if (filled.warning !== null) warnings.push(filled.warning);
  const { hosts, sslPassword } = filled.target;
  secrets.push(url, ...hosts.flatMap(({ password }) => password ?? []), ...(sslPassword === null ? [] : [sslPassword]));
  return filled.target;
}
