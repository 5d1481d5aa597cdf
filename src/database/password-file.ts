/** libpq's password file (PostgreSQL documentation, section 34.16): `host:port:database:user:password` a line. */
import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { describeReadFailure, readPlainText, SMALL_BYTES } from "../files/plain.ts";
import { quoteWord, showText } from "../text/terminal.ts";
import { nameTried } from "../text/typed-path.ts";
import { findHome, NO_HOME } from "./home.ts";
import type { PostgresTarget } from "./target.ts";

const OTHERS = 0o077;

/**
 * `passfile` of the URL, `$PGPASSFILE`, else `~/.pgpass`. A file that others may read is left alone, with a warning.
 * `folder`: where a relative `passfile` begins.
 */
export function fillPasswords(
  target: PostgresTarget,
  pgPassFile: string | undefined,
  folder: string,
): { target: PostgresTarget; warning: string | null } {
  if (target.hosts.every(({ password }) => password !== null)) return { target, warning: null };
  const path = namePasswordFile(target, pgPassFile);
  const isNamed = target.passFile !== null || (pgPassFile ?? "") !== "";
  const file = readPrivateFile(path);
  if ("why" in file) {
    const shown = file.fault === "unfit" ? showText(path) : nameUnread(target, path, folder);
    // As in libpq the default file may be missing, or in a home of another user, and that of the variable may be missing.
    const isTold = file.fault === "unfit" || (file.fault === "out of reach" ? isNamed : target.passFile !== null);
    const lacking = { ...target, noPassword: `${shown}: ${file.why}` };
    return { target: lacking, warning: isTold ? `the password file ${shown} was not read: ${file.why}` : null };
  }
  const entries = file.text.split(/\r?\n/).flatMap((line) => parseLine(line) ?? []);
  const hosts = target.hosts.map((host) => ({
    ...host,
    password: host.password ?? findPassword(entries, target, host),
  }));
  return { target: { ...target, hosts, noPassword: `${showText(path)}: no line fits` }, warning: null };
}

/** The file in which passwords are looked up that the URL does not give. */
export function namePasswordFile({ passFile }: PostgresTarget, pgPassFile: string | undefined): string {
  return passFile ?? (pgPassFile || join(findHome() ?? NO_HOME, ".pgpass"));
}

/** A password that stands where its file should be named is not repeated. */
function nameUnread({ passFile }: PostgresTarget, path: string, folder: string): string {
  if (passFile === null) return nameTried(path, ".", path);
  const typed = relative(folder, path);
  return nameTried(typed.startsWith("..") ? path : typed, folder, path);
}

type Entry = { host: string; port: string; database: string; user: string; password: string };

type Unread = { fault: "missing" | "out of reach" | "unfit"; why: string };

function readPrivateFile(path: string): { text: string } | Unread {
  try {
    const stats = statSync(path);
    if (stats.isFile() && (stats.mode & OTHERS) !== 0)
      return { why: `others may read it: chmod 600 ${quoteWord(path)}`, fault: "unfit" };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { why: describeReadFailure(error), fault: isMissing ? "missing" : "out of reach" };
  }
  try {
    return { text: readPlainText(path, SMALL_BYTES) };
  } catch (error) {
    return { why: describeReadFailure(error), fault: "unfit" };
  }
}

/** A colon or backslash inside a field has a backslash before it. */
function parseLine(line: string): Entry | null {
  if (line.startsWith("#")) return null;
  const fields = line
    .match(/(?:\\.|[^:\\])*(?::|$)/gs)
    ?.map((field) => field.replace(/:$/, "").replace(/\\(.)/gs, "$1"));
  const [host, port, database, user, password] = fields ?? [];
  if (host === undefined || port === undefined || database === undefined || user === undefined) return null;
  return password === undefined || password === "" ? null : { host, port, database, user, password };
}

/** The first line that fits; a socket in libpq's usual directory is called localhost there. */
function findPassword(
  entries: Entry[],
  { database, user }: PostgresTarget,
  { host, port }: { host: string; port: number },
): string | null {
  const fits = (pattern: string, value: string) => pattern === "*" || pattern === value;
  const entry = entries.find(
    (line) =>
      (fits(line.host, host) || (/^\/(?:tmp|var\/run\/postgresql)$/.test(host) && line.host === "localhost")) &&
      fits(line.port, String(port)) &&
      fits(line.database, database) &&
      fits(line.user, user),
  );
  return entry?.password ?? null;
}
