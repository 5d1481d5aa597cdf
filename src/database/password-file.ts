/** libpq's password file (PostgreSQL documentation, section 34.16): `host:port:database:user:password` a line. */
import { statSync, type Stats } from "node:fs";
import { join } from "node:path";
import { describeReadFailure, readPlainFile, SMALL_BYTES } from "../files/plain.ts";
import { findHome, NO_HOME } from "./home.ts";
import type { PostgresTarget } from "./target.ts";

const OTHERS = 0o077;

/** `passfile` of the URL, `$PGPASSFILE`, else `~/.pgpass`. A file that others may read is left alone, with a warning. */
export function fillPasswords(
  target: PostgresTarget,
  pgPassFile: string | undefined,
): { target: PostgresTarget; warning: string | null } {
  if (target.hosts.every(({ password }) => password !== null)) return { target, warning: null };
  const path = target.passFile ?? (pgPassFile || join(findHome() ?? NO_HOME, ".pgpass"));
  const isNamed = target.passFile !== null || (pgPassFile ?? "") !== "";
  const file = readPrivateFile(path, isNamed);
  if ("warning" in file) return { target, warning: file.warning };
  const entries = file.text.split(/\r?\n/).flatMap((line) => parseLine(line) ?? []);
  const hosts = target.hosts.map((host) => ({
    ...host,
    password: host.password ?? findPassword(entries, target, host),
  }));
  return { target: { ...target, hosts }, warning: null };
}

type Entry = { host: string; port: string; database: string; user: string; password: string };

/** The default file may be in a home of another user: as in libpq that is no reason for a warning. */
function readPrivateFile(path: string, isNamed: boolean): { text: string } | { warning: string | null } {
  const stats = lookFor(path);
  if (stats === null)
    return { warning: isNamed ? `the password file ${path} cannot be looked for by this user` : null };
  if (stats === undefined) return { warning: null };
  if (stats.isFile() && (stats.mode & OTHERS) !== 0) {
    return { warning: `the password file ${path} was not read, because others may: chmod 600 ${path}` };
  }
  try {
    return { text: readPlainFile(path, SMALL_BYTES) };
  } catch (error) {
    return { warning: `the password file ${path} was not read: ${describeReadFailure(error)}` };
  }
}

/** Undefined: there is none. Null: a directory before it may not be entered, or is none. */
function lookFor(path: string): Stats | undefined | null {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return null;
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
