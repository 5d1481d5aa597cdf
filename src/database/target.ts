/** Connection strings: where a warehouse is, read offline, with libpq's meaning. */
import { resolve } from "node:path";
import { listNames } from "../text/figures.ts";
import { isNoPath, LOOKS_LIKE_URL } from "../text/typed-path.ts";
import { findUser } from "./home.ts";
import { readParameters } from "./parameters.ts";

const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

const TARGET_SESSIONS = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] as const;
/** libpq's `target_session_attrs`: which of several servers will do. */
export type TargetSession = (typeof TARGET_SESSIONS)[number];

export type PostgresHost = {
  /** A host name, an IP address, or the directory of a Unix socket. */
  host: string;
  port: number;
  /** Of the URL, else of the password file. */
  password: string | null;
};

export type PostgresTarget = {
  kind: "postgres";
  /** At least one; tried in this order. */
  hosts: PostgresHost[];
  user: string;
  database: string;
  /** Where passwords are looked up that the URL does not give; null: libpq's default file. */
  passFile: string | null;
  /** The password file that was looked into, and why it has no password; absent where none was. */
  noPassword?: string;
  /** Command-line options for the server's session. */
  options: string | null;
  targetSession: TargetSession;
  /** For each host; null: the deadline alone. */
  connectTimeoutMs: number | null;
  sslMode: SslMode;
  /** Path of the trusted roots, `system`, or null for libpq's default file. */
  sslRootCert: string | null;
  /** Paths of the client's certificate and key; null for libpq's default files. */
  sslCert: string | null;
  sslKey: string | null;
  /** The passphrase of the key. */
  sslPassword: string | null;
};

type SqliteTarget = { kind: "sqlite"; path: string };
export type Target = PostgresTarget | SqliteTarget;

const NO_HOST = "no-host.invalid";
const NOT_A_URL =
  "not a connection URL: percent-encode special characters in user and password (@ is %40, / is %2F, ? is %3F, # is %23)";
/** How connections are written elsewhere, and how to write them here. */
const OTHER_FORMS: [RegExp, string][] = [
  [/^psql\s/, "leave out psql and the quotation marks: write postgresql://user@host:5432/database"],
  [/^["'\u2018-\u201F\u00AB\u00BB]/, "leave out the quotation marks inside the URL"],
  [/^jdbc:/i, "leave out jdbc: and write postgresql://user@host:5432/database"],
  [/^postgres(?:ql)?\+\w+:/, "leave out the driver's name after the +: write postgresql://user@host:5432/database"],
  [/^[\w ]+=/, "this is no URL: write its parts as postgresql://user@host:5432/database"],
];
/** sockaddr_un holds 108 bytes, the zero at the end included. */
const MOST_SOCKET_BYTES = 107;
const TOO_LONG_SOCKET = `the path of the Unix socket has more than ${MOST_SOCKET_BYTES} bytes, which no system can open: name a shorter directory, such as a link to it`;
/** The parameters that name files. */
const PATHS = ["passfile", "sslrootcert", "sslcert", "sslkey"] as const;
const IPV6_ZONE =
  "an IPv6 address with a zone, behind %, is not supported: name the host, or an address without a zone";
const BARE_IPV6 = "an IPv6 address stands in brackets, such as [::1]:5432";
const NO_PORT = "the port is not a number: write host:5432, or leave it out";
const BAD_PORT = "the port is not between 1 and 65535";
/** Seconds that libpq itself takes for the least useful limit. */
const SHORTEST_CONNECT_SECONDS = 2;

/**
 * libpq's connection URIs (PostgreSQL documentation, section 34.1.1.2) and `sqlite:PATH`. Returns a problem that says
 * what is wrong without repeating any part of the URL.
 */
export function parseTarget(url: string, baseDirectory: string): Target | { problem: string } {
  if (url !== url.trim()) return { problem: "a blank or a line break stands before or behind the URL: leave it out" };
  if (url.startsWith("sqlite:")) return parseSqlite(url.slice("sqlite:".length), baseDirectory);
  const parts = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#]*)(?:\/([^?]*))?(.*)$/s.exec(url);
  if (parts === null) {
    const problem = OTHER_FORMS.find(([form]) => form.test(url))?.[1];
    return { problem: problem ?? "write postgresql://user@host:5432/database or sqlite:PATH" };
  }
  if (/\p{Cc}|%00/u.test(url)) return { problem: "a control character or %00 stands in the URL" };
  const [, userinfo = "", hosts = "", database = "", search = ""] = parts;
  const parsed = parseUrl(`postgres://${userinfo}${userinfo === "" ? "" : "@"}${NO_HOST}/${search}`);
  if (parsed === null || decode(database) === null || database.includes("@")) return { problem: NOT_A_URL };
  // Without user and password before it, this is a password with a ? of its own.
  if (userinfo === "" && /^[^/?#]*:[^/?#]*\?[^/=]*@/.test(url.slice(url.indexOf("//") + 2)))
    return { problem: NOT_A_URL };
  const parameters = readParameters(parsed.search);
  if ("problem" in parameters) return mayHoldPassword(userinfo, hosts, search) ? { problem: NOT_A_URL } : parameters;
  const wrong = PATHS.find((name) => isNoPath(parameters.get(name) ?? ""));
  if (wrong !== undefined) return { problem: `the URL's parameter ${wrong} ${LOOKS_LIKE_URL}` };
  const addresses = readHosts(hosts, parameters, userinfo !== "");
  return "problem" in addresses
    ? addresses
    : composeTarget(parsed, decode(database) ?? "", addresses, parameters, baseDirectory);
}

/**
 * Whether what is behind the first `?` may be the rest of a password that holds one: the names of parameters, too, are not to
 * be told then.
 */
function mayHoldPassword(userinfo: string, hosts: string, search: string): boolean {
  return search.includes("@") || (userinfo === "" && splitHosts(hosts).includes(null));
}

/** Hosts and ports as an operator knows them; never user or password. */
export function describeTarget(target: Target): string {
  return target.kind === "sqlite" ? target.path : listNames(target.hosts.map(describeHost));
}

/** As `describeTarget`, with the database: a server may hold several stores. */
export function describeStore(target: Target): string {
  if (target.kind === "sqlite") return target.path;
  return listNames(target.hosts.map((host) => `${describeHost(host)}/${target.database}`));
}

/** A server is known by the file of its socket where it is reached through one. */
function describeHost({ host, port }: PostgresHost): string {
  if (host.startsWith("/")) return `${host}/.s.PGSQL.${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseSqlite(path: string, baseDirectory: string): Target | { problem: string } {
  const file = path.replace(/^\/\/(?=\/)/, "");
  if (isNoPath(file)) return { problem: `what follows sqlite: ${LOOKS_LIKE_URL}` };
  if (file === "" || file.startsWith("//") || file.startsWith(":")) {
    return { problem: "write sqlite:PATH, where PATH is a file, absolute or relative to the configuration" };
  }
  return { kind: "sqlite", path: resolve(baseDirectory, file) };
}

function parseUrl(url: string): URL | null {
  const parsed = URL.parse(url);
  if (parsed === null) return null;
  const parts = [parsed.username, parsed.password, parsed.search];
  return parts.every((part) => decode(part) !== null) && parsed.hash === "" ? parsed : null;
}

type Address = { host: string; port: number };

/** `a:5432,b:5433`, or the parameters `host=a,b` and `port=5432,5433`; one port holds for all. `hasUser`: a user stands before the hosts. */
function readHosts(
  authority: string,
  parameters: Map<string, string>,
  hasUser: boolean,
): Address[] | { problem: string } {
  const written = splitHosts(authority);
  if (written.includes(null)) {
    const texts = authority.split(",");
    if (texts.some((text) => /^\[[^\]]*%/.test(text))) return { problem: IPV6_ZONE };
    if (texts.some((text) => /^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i.test(text))) return { problem: BARE_IPV6 };
    const hasPort = (text: string) => /^(?:[^:,]*|\[[^\]]*\]):\d+$/.test(text);
    // Without a user before it, it may be a password that is cut at its own slash.
    const mayBeHost = (text: string) => /^(?:[\w.-]+|\[[\da-f:.]+\])(?::[^:@[\]]*)?$/i.test(text);
    const isWord = (text: string) => text.replace(/^\[[^\]]*\]/, "").includes(":") && !hasPort(text);
    if (hasUser && texts.every(mayBeHost) && texts.some(isWord)) return { problem: NO_PORT };
    return { problem: texts.some(hasPort) ? BAD_PORT : NOT_A_URL };
  }
  const hosts = parameters.get("host")?.split(",") ?? written.map((url) => nameHost(url?.hostname ?? ""));
  const ports = parameters.get("port")?.split(",") ?? written.map((url) => url?.port ?? "");
  // A URL within the URL, or the rest of one whose password holds a ?, would be told as a host, with its password.
  if (hosts.some((host) => isNoPath(host) || /^[^/]*@/.test(host))) return { problem: NOT_A_URL };
  if (hosts.includes("")) {
    return { problem: "the URL names no host: add one, or ?host=/directory for a Unix socket" };
  }
  if (ports.length !== 1 && ports.length !== hosts.length) return { problem: "there are not as many ports as hosts" };
  const addresses = hosts.map((host, index) => ({
    host,
    port: readWhole((ports.length === 1 ? ports[0] : ports[index]) || "5432"),
  }));
  if (addresses.some(isTooLongSocket)) return { problem: TOO_LONG_SOCKET };
  const valid = addresses.every(({ port }) => port >= 1 && port <= 65_535);
  return valid ? addresses : { problem: BAD_PORT };
}

/** Null for what is no host with its port. */
function splitHosts(authority: string): (URL | null)[] {
  return authority.split(",").map((text) => URL.parse(`postgres://${text === "" ? NO_HOST : text}`));
}

function isTooLongSocket({ host, port }: Address): boolean {
  return host.startsWith("/") && Buffer.byteLength(describeHost({ host, port, password: null })) > MOST_SOCKET_BYTES;
}

function composeTarget(
  parsed: URL,
  database: string,
  addresses: Address[],
  parameters: Map<string, string>,
  baseDirectory: string,
): Target | { problem: string } {
  const user = parameters.get("user") || decode(parsed.username) || findUser();
  if (user === null) return { problem: "the URL names no user, and this process's user has no name: add one" };
  const password = parameters.get("password") ?? (decode(parsed.password) || null);
  const sslMode = parameters.get("sslmode") ?? "prefer";
  const sslRootCert = parameters.get("sslrootcert") ?? null;
  // Reports only read: of several servers a standby is the one that they disturb least.
  const targetSession = parameters.get("target_session_attrs") ?? (addresses.length > 1 ? "prefer-standby" : "any");
  const connectSeconds = readWhole(parameters.get("connect_timeout") ?? "0");
  if (!isOneOf(SSL_MODES, sslMode)) return { problem: `sslmode is not one of ${SSL_MODES.join(", ")}` };
  if (sslRootCert === "system" && sslMode !== "verify-full") {
    return { problem: "sslrootcert=system needs sslmode=verify-full" };
  }
  if (!isOneOf(TARGET_SESSIONS, targetSession)) {
    return { problem: `target_session_attrs is not one of ${TARGET_SESSIONS.join(", ")}` };
  }
  if (Number.isNaN(connectSeconds)) return { problem: "connect_timeout is not a whole number of seconds" };
  const pathOf = (name: (typeof PATHS)[number]) => {
    const path = parameters.get(name);
    return path === undefined || path === "" ? null : resolve(baseDirectory, path);
  };
  return {
    kind: "postgres",
    hosts: addresses.map((address) => ({ ...address, password })),
    user,
    database: parameters.get("dbname") ?? (database || user),
    passFile: pathOf("passfile"),
    options: parameters.get("options") || null,
    targetSession,
    connectTimeoutMs: connectSeconds > 0 ? Math.max(SHORTEST_CONNECT_SECONDS, connectSeconds) * 1000 : null,
    sslMode,
    sslRootCert: sslRootCert === "system" ? sslRootCert : pathOf("sslrootcert"),
    sslCert: pathOf("sslcert"),
    sslKey: pathOf("sslkey"),
    sslPassword: parameters.get("sslpassword") ?? null,
  };
}

/** Digits alone: no sign, no exponent, no other base. */
function readWhole(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function nameHost(hostname: string): string {
  return hostname === NO_HOST ? "" : (decode(hostname.replace(/^\[|\]$/g, "")) ?? "");
}

function isOneOf<const T extends readonly string[]>(options: T, text: string): text is T[number] {
  return options.includes(text);
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
