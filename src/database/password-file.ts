/** libpq's password file (PostgreSQL documentation, section 34.16): `host:port:database:user:password` a line. */
import { readFileSync, statSync, type Stats } from "node:fs";
import { join } from "node:path";
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
  const isNamed = target.passFile !== null || Boolean(pgPassFile);
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

/** As libpq, of the default file nothing is said that cannot be reached, such as one in another user's home. */
function readPrivateFile(path: string, isNamed: boolean): { text: string } | { warning: string | null } {
  const stats = statFile(path);
  if (stats === "unreachable" && isNamed)
    return { warning: `the password file ${path} cannot be reached by this user, and was not read` };
  if (stats === "unreachable" || stats === null) return { warning: null };
  if (!stats.isFile()) return { warning: `the password file ${path} is not a file and was not read` };
  if ((stats.mode & OTHERS) !== 0) {
    return { warning: `the password file ${path} was not read, because others may: chmod 600 ${path}` };
  }
  try {
    return { text: readFileSync(path, "utf8") };
  } catch {
    return { warning: `the password file ${path} cannot be read by this user` };
  }
}

/** Null where it is not there. */
function statFile(path: string): Stats | "unreachable" | null {
  try {
    return statSync(path);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? null : "unreachable";
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
