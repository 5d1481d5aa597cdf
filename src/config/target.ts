/** Connection strings: where a warehouse is, read offline, with libpq's meaning. */
import { userInfo } from "node:os";
import { resolve } from "node:path";

const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

export type PostgresTarget = {
  kind: "postgres";
  /** A host name, an IP address, or the directory of a Unix socket. */
  host: string;
  port: number;
  user: string;
  password: string | null;
  database: string;
  sslMode: SslMode;
  /** Path of the trusted roots, `system`, or null for libpq's default file. */
  sslRootCert: string | null;
};

type SqliteTarget = { kind: "sqlite"; path: string };
export type Target = PostgresTarget | SqliteTarget;

const NO_HOST = "no-host.invalid";
const PARAMETERS = ["host", "port", "user", "password", "dbname", "sslmode", "sslrootcert"];
/** Accepted because people copy their URLs, and set by ourselves. */
const IGNORED = ["application_name", "connect_timeout", "fallback_application_name"];

/**
 * libpq's connection URIs (PostgreSQL documentation, section 34.1.1.2) and `sqlite:PATH`. Returns a problem that says
 * what is wrong without repeating any part of the URL.
 */
export function parseTarget(url: string, baseDirectory: string): Target | { problem: string } {
  if (url.startsWith("sqlite:")) return parseSqlite(url.slice("sqlite:".length), baseDirectory);
  if (!/^postgres(?:ql)?:\/\//.test(url)) {
    return { problem: "write postgresql://user@host:5432/database or sqlite:PATH" };
  }
  const parsed = parseUrl(url.replace(/^([a-z]+:\/\/)([^/@]*)@(?=\/)/, withoutHost));
  if (parsed === null) {
    return {
      problem: "not a connection URL: percent-encode special characters in user and password (@ is %40, / is %2F)",
    };
  }
  const parameters = readParameters(parsed);
  return "problem" in parameters ? parameters : readTarget(parsed, parameters);
}

/** Host and port as an operator knows them; never user or password. */
export function describeTarget(target: Target): string {
  if (target.kind === "sqlite") return target.path;
  if (target.host.startsWith("/")) return `${target.host}/.s.PGSQL.${target.port}`;
  return target.host.includes(":") ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
}

function parseSqlite(path: string, baseDirectory: string): Target | { problem: string } {
  const file = path.replace(/^\/\/(?=\/)/, "");
  if (file === "" || file.startsWith("//") || file.startsWith(":")) {
    return { problem: "write sqlite:PATH, where PATH is a file, absolute or relative to the configuration" };
  }
  return { kind: "sqlite", path: resolve(baseDirectory, file) };
}

/** `user@/database?host=/directory`: WHATWG URLs know no user without a host, libpq does. */
function withoutHost(_: string, scheme: string, userinfo: string): string {
  return `${scheme}${userinfo}@${NO_HOST}`;
}

function parseUrl(url: string): URL | null {
  const parsed = URL.parse(url);
  if (parsed === null) return null;
  const parts = [parsed.username, parsed.password, parsed.hostname, parsed.pathname, parsed.search];
  return parts.every((part) => decode(part) !== null) && parsed.hash === "" && !parsed.pathname.includes("@")
    ? parsed
    : null;
}

/** Query parameters without the form encoding of `+`, which libpq does not know. */
function readParameters(parsed: URL): Map<string, string> | { problem: string } {
  const parameters = new Map<string, string>();
  for (const pair of parsed.search.slice(1).split("&").filter(Boolean)) {
    const [name = "", ...rest] = pair.split("=");
    if (!PARAMETERS.includes(name) && !IGNORED.includes(name)) {
      return { problem: `the URL has a parameter that is not supported; supported: ${PARAMETERS.join(", ")}` };
    }
    parameters.set(name, decode(rest.join("=")) ?? "");
  }
  return parameters;
}

function readTarget(parsed: URL, parameters: Map<string, string>): Target | { problem: string } {
  const host = parameters.get("host") ?? nameHost(parsed.hostname);
  const port = Number(parameters.get("port") ?? (parsed.port || "5432"));
  const user = parameters.get("user") ?? (decode(parsed.username) || userInfo().username);
  const password = parameters.get("password") ?? (decode(parsed.password) || null);
  const sslMode = parameters.get("sslmode") ?? "prefer";
  const sslRootCert = parameters.get("sslrootcert") ?? null;
  if (host === "") return { problem: "the URL names no host: add one, or ?host=/directory for a Unix socket" };
  if (host.includes(",")) return { problem: "the URL names several hosts; name one" };
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return { problem: "the port is not between 1 and 65535" };
  if (!isSslMode(sslMode)) return { problem: `sslmode is not one of ${SSL_MODES.join(", ")}` };
  if (sslRootCert === "system" && sslMode !== "verify-full") {
    return { problem: "sslrootcert=system needs sslmode=verify-full" };
  }
  const database = parameters.get("dbname") ?? (decode(parsed.pathname.slice(1)) || user);
  return { kind: "postgres", host, port, user, password, database, sslMode, sslRootCert };
}

function nameHost(hostname: string): string {
  return hostname === NO_HOST ? "" : (decode(hostname.replace(/^\[|\]$/g, "")) ?? "");
}

function isSslMode(text: string): text is SslMode {
  return (SSL_MODES as readonly string[]).includes(text);
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
