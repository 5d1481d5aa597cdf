/** The parameters of a PostgreSQL URL: which count, which change nothing here, and what to write instead of the others. */

/** Those that mean what they mean to libpq (PostgreSQL documentation, section 34.1.2). */
const SUPPORTED = [
  "host",
  "port",
  "user",
  "password",
  "passfile",
  "dbname",
  "options",
  "target_session_attrs",
  "connect_timeout",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "sslpassword",
] as const;

const ANY = /(?:)/;
/** Operators copy their URLs. With these values such a parameter changes nothing that a report could show. */
const HARMLESS: Record<string, RegExp> = {
  application_name: ANY,
  fallback_application_name: ANY,
  keepalives: ANY,
  keepalives_idle: ANY,
  keepalives_interval: ANY,
  keepalives_count: ANY,
  tcp_user_timeout: ANY,
  client_encoding: /^(?:auto|utf-?8)$/i,
  gssencmode: /^(?:disable|prefer)$/,
  gssdelegation: /^0$/,
  channel_binding: /^(?:disable|prefer)$/,
  sslnegotiation: /^postgres$/,
  sslcompression: /^0$/,
  sslsni: /^1$/,
  sslcertmode: /^allow$/,
  ssl_min_protocol_version: /^(?:TLSv1(?:\.[12])?)?$/,
  ssl_max_protocol_version: /^(?:TLSv1\.3)?$/,
  load_balance_hosts: /^disable$/,
  // Of poolers and drivers, in the URLs that hosting companies print.
  pgbouncer: ANY,
  supa: ANY,
  connection_limit: ANY,
  pool_timeout: ANY,
};

/** What to write instead. */
const INSTEAD: Record<string, string> = {
  channel_binding: "use sslmode=verify-full, which proves too that the server is the right one",
  client_encoding: "leave it out: texts are read as UTF-8",
  gssencmode: "use sslmode=verify-full",
  schema: "use the key schema of the CRM",
  currentSchema: "use the key schema of the CRM",
  ssl: "use sslmode",
  sslcrl: "revoked certificates cannot be checked",
  sslcrldir: "revoked certificates cannot be checked",
  sslnegotiation: "leave it out",
  hostaddr: "write the address in place of the host",
  service: "write host, user and database into the URL",
  servicefile: "write host, user and database into the URL",
  require_auth: "leave it out",
  load_balance_hosts: "leave it out: hosts are tried in their order",
};

/** After these an unknown name may be the rest of a secret whose `&` was not encoded. */
const SECRET = ["password", "sslpassword"];
const NAME = /^\w{1,40}$/;

/**
 * Reads `?name=value&…`, without the form encoding of `+`, which libpq does not know. A problem names the parameter, never
 * its value. `search` is decodable.
 */
export function readParameters(search: string): Map<string, string> | { problem: string } {
  const pairs = search.slice(1).split("&").filter(Boolean).map(readPair);
  const written = new Map(pairs);
  const parameters = new Map<string, string>();
  for (const [name, value] of pairs) {
    // As libpq does for the URLs of JDBC.
    if (name === "ssl" && value === "true") parameters.set("sslmode", written.get("sslmode") ?? "require");
    else if ((SUPPORTED as readonly string[]).includes(name)) parameters.set(name, value);
    else if (!isHarmless(name, value, written)) {
      return {
        problem: refuse(
          name,
          SECRET.some((secret) => parameters.has(secret)),
        ),
      };
    }
  }
  return parameters;
}

function readPair(pair: string): [name: string, value: string] {
  const [name = "", ...rest] = pair.split("=");
  return [name, decodeURIComponent(rest.join("="))];
}

/** Whether it changes nothing, or another parameter gives what it asks for. */
function isHarmless(name: string, value: string, written: Map<string, string>): boolean {
  if (name === "channel_binding" && value === "require") return written.get("sslmode") === "verify-full";
  return Object.hasOwn(HARMLESS, name) && HARMLESS[name]?.test(value) === true;
}

function refuse(name: string, mayBeSecret: boolean): string {
  const instead = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined;
  if (Object.hasOwn(HARMLESS, name)) {
    return `this value of the URL's parameter ${name} is not supported: ${instead ?? "leave it out"}`;
  }
  if (instead !== undefined) return `the URL's parameter ${name} is not supported: ${instead}`;
  const what = NAME.test(name) && !mayBeSecret ? `parameter ${name}` : "last parameters";
  const advice = mayBeSecret ? "; in a password & is written %26" : "";
  return `the URL's ${what} ${what.endsWith("s") ? "are" : "is"} not supported${advice}; supported: ${[...SUPPORTED, ...Object.keys(HARMLESS)].join(", ")}`;
}
