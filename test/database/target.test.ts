import { expect, test } from "bun:test";
import { userInfo } from "node:os";
import { describeStore, describeTarget, parseTarget } from "../../src/database/target.ts";

const plain = {
  kind: "postgres",
  hosts: [{ host: "h", port: 5432, password: null }],
  user: "u",
  database: "d",
  passFile: null,
  options: null,
  targetSession: "any",
  connectTimeoutMs: null,
  sslMode: "prefer",
  sslRootCert: null,
  sslCert: null,
  sslKey: null,
  sslPassword: null,
};

const at = (host: string, port = 5432, password: string | null = null) => ({ host, port, password });

test.each([
  { url: "postgresql://u@h/d", target: {} },
  {
    url: "postgres://u:p%40ss%2Fw%3Ard@h:6432/d%20b",
    target: { hosts: [at("h", 6432, "p@ss/w:rd")], database: "d b" },
  },
  { url: "postgres://u:p+q@h/d", target: { hosts: [at("h", 5432, "p+q")] } },
  { url: "postgres://u@[::1]:5433/d", target: { hosts: [at("::1", 5433)] } },
  { url: "postgres://u@%2Fvar%2Frun/d", target: { hosts: [at("/var/run")] } },
  { url: "postgres:///d?host=/tmp&user=u&port=5433", target: { hosts: [at("/tmp", 5433)] } },
  {
    url: "postgres://x@h/e?user=u&dbname=d&password=a%26b",
    target: { hosts: [at("h", 5432, "a&b")] },
  },
  { url: "postgresql://u@/d?host=/tmp", target: { hosts: [at("/tmp")] } },
  { url: "postgres://h/d", target: { user: userInfo().username } },
  { url: "postgres://u@h", target: { database: "u" } },
  {
    url: "postgres://u@h/d?sslmode=verify-full&sslrootcert=/ca.pem&application_name=x&channel_binding=prefer",
    target: { sslMode: "verify-full", sslRootCert: "/ca.pem" },
  },
  {
    url: "postgres://u@h/d?sslcert=c.pem&sslkey=/k.pem&sslpassword=a%20b&sslrootcert=../ca.pem&passfile=pw",
    target: {
      sslCert: "/etc/c.pem",
      sslKey: "/k.pem",
      sslPassword: "a b",
      sslRootCert: "/ca.pem",
      passFile: "/etc/pw",
    },
  },
  {
    url: "postgres://u:p@a:5433,[::1],c:5435/d",
    target: { hosts: [at("a", 5433, "p"), at("::1", 5432, "p"), at("c", 5435, "p")], targetSession: "prefer-standby" },
  },
  {
    url: "postgres://u@/d?host=a,b&port=5433&target_session_attrs=read-write",
    target: { hosts: [at("a", 5433), at("b", 5433)], targetSession: "read-write" },
  },
  {
    url: "postgres://u@/d?host=a,b&port=1,2&connect_timeout=1",
    target: { hosts: [at("a", 1), at("b", 2)], targetSession: "prefer-standby", connectTimeoutMs: 2000 },
  },
  { url: "postgres://u@h/a/../b", target: { database: "a/../b" } },
  { url: "postgres://u@h/d?user=", target: {} },
  { url: "postgres://u@h/d?target_session_attrs=standby", target: { targetSession: "standby" } },
  // As hosting companies print them.
  {
    url: "postgresql://u:p@h/d?sslmode=verify-full&channel_binding=require&sslrootcert=system",
    target: { hosts: [at("h", 5432, "p")], sslMode: "verify-full", sslRootCert: "system" },
  },
  {
    url: "postgresql://u@h/d?channel_binding=require&sslmode=verify-full",
    target: { sslMode: "verify-full" },
  },
  {
    url: "postgresql://u.ref:p@h:6543/d?pgbouncer=true&connection_limit=1",
    target: { user: "u.ref", hosts: [at("h", 6543, "p")] },
  },
  {
    url: "postgres://u@srv:p@h:5432/d?sslmode=require",
    target: { user: "u@srv", hosts: [at("h", 5432, "p")], sslMode: "require" },
  },
  { url: "postgres://h/d?user=u@srv", target: { user: "u@srv" } },
  {
    url: "postgres://u@h/d?keepalives=1&keepalives_idle=30&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=1000",
    target: {},
  },
  { url: "postgres://u@h/d?ssl=true", target: { sslMode: "require" } },
  { url: "postgres://u@h/d?ssl=true&sslmode=verify-full", target: { sslMode: "verify-full" } },
  { url: "postgres://u@h/d?sslmode=verify-full&ssl=true", target: { sslMode: "verify-full" } },
  { url: "postgres://u@h/d?gssencmode=disable&client_encoding=utf8&ssl_min_protocol_version=TLSv1.2", target: {} },
  {
    url: "postgres://u@h/d?options=endpoint%3Dep-1%20-c%20search_path%3Dx",
    target: { options: "endpoint=ep-1 -c search_path=x" },
  },
])("$url", ({ url, target }) => {
  expect(parseTarget(url, "/etc")).toEqual({ ...plain, ...target } as never);
});

test.each([
  { url: "sqlite:w.sqlite", path: "/etc/w.sqlite" },
  { url: "sqlite:../w.sqlite", path: "/w.sqlite" },
  { url: "sqlite:/srv/w.sqlite", path: "/srv/w.sqlite" },
  { url: "sqlite:///srv/w.sqlite", path: "/srv/w.sqlite" },
])("$url", ({ url, path }) => {
  expect(parseTarget(url, "/etc")).toEqual({ kind: "sqlite", path });
});

test.each([
  { url: "http://u:secret@h/d", says: "write postgresql://" },
  { url: "host=h password=secret", says: "this is no URL" },
  { url: "", says: "write postgresql://" },
  { url: "postgres://u:secret@h:99999/d", says: "the port is not between" },
  {
    url: "postgres://u:secret@[fe80::1%25eth0]:5432/d",
    says: "an IPv6 address with a zone, behind %, is not supported",
  },
  { url: "postgres://u:secret@[fe80::1%eth0],h/d", says: "an IPv6 address with a zone, behind %, is not supported" },
  { url: "postgres://u:secret@::1:5432/d", says: "an IPv6 address stands in brackets" },
  { url: "postgres://u:secret@h,fe80::1/d", says: "an IPv6 address stands in brackets" },
  { url: "postgres://u:secret@h:1,g:99999/d", says: "the port is not between" },
  { url: "postgres://u:secret@h/d?port=0x10", says: "the port is not between" },
  { url: "postgres://u:secret@h/d?port=5e3", says: "the port is not between" },
  { url: "postgres://u:secret@h:port/d", says: "the port is not a number" },
  { url: "postgres://u:secret@h:${PORT}/d", says: "the port is not a number" },
  { url: "postgres://u@h:1,g:one/d", says: "the port is not a number" },
  { url: "postgres://u:secret@[::1]:x/d", says: "the port is not a number" },
  { url: "postgres://u:port/d", says: "percent-encode" },
  { url: "postgres://u:secret@[::1/d", says: "percent-encode" },
  { url: "postgres://u:sec\tret@h/d", says: "control character" },
  { url: "postgres://u%00:secret@h/d", says: "control character" },
  { url: "postgres://u:secret@h/d?connect_timeout=1e3", says: "connect_timeout" },
  { url: "postgres://u:secret@h,/d", says: "no host" },
  { url: "postgres://u:secret@/d?host=a,b,c&port=1,2", says: "not as many ports as hosts" },
  {
    url: `postgres://u@/d?host=/${"a".repeat(93)}`,
    says: "the path of the Unix socket has more than 107 bytes",
  },
  { url: "postgres://u:secret@h/d?target_session_attrs=secret", says: "target_session_attrs is not one of any, " },
  {
    url: "postgres://u:secret@h/d?sslmode=require&channel_binding=require",
    says: "this value of the URL's parameter channel_binding is not supported: use sslmode=verify-full",
  },
  { url: "postgres://u:secret@h/d?ssl=false", says: "parameter ssl is not supported: use sslmode" },
  { url: "postgres://u:secret@h/d?gssencmode=require", says: "parameter gssencmode is not supported: use sslmode" },
  { url: "postgres://u:secret@h/d?sslcrl=x", says: "parameter sslcrl is not supported: revoked certificates" },
  { url: "postgres://u:secret@h/d?schema=public", says: "parameter schema is not supported: use the key schema" },
  { url: "postgres://u:secret@h/d?hostaddr=10.0.0.1", says: "parameter hostaddr is not supported: write the address" },
  {
    url: "postgres://u:secret@h/d?color=1",
    says: "sslpassword, application_name, fallback_application_name, keepalives, keepalives_idle",
  },
  { url: "postgres://u:secret@h/d?colour=1", says: "parameter colour is not supported; supported: host, port" },
  {
    url: "postgres://u@h/d?password=a&secret=1",
    says: "last parameters are not supported; in a password & is written %26",
  },
  { url: "postgres://u@h/d?sec-ret=secret", says: "last parameters are not supported; supported" },
  { url: "postgres://u:se?cret@h/d", says: "? is %3F" },
  // The rest of a password whose ? is not encoded, in place of a parameter's name.
  { url: "postgres://u:ab?secret=1@h/d", says: "? is %3F" },
  { url: "postgres://u:ab?secret=@h/d", says: "? is %3F" },
  { url: "postgres://u:ab?secret=&host=h@h", says: "? is %3F" },
  { url: "postgres://u:ab?secret=&host=h%40h", says: "? is %3F" },
  { url: "postgres://u:ab?secret=1", says: "? is %3F" },
  { url: "postgres://u:ab?color=secret", says: "? is %3F" },
  { url: "postgres://u:1?secret=9@h:5432/d?sslmode=require", says: "? is %3F" },
  { url: "postgres://u:a/b?secret=1@h/d", says: "? is %3F" },
  { url: "postgres://u:a@b?secret=1@h/d", says: "? is %3F" },
  { url: "postgres://u:1?host=secret@h", says: "? is %3F" },
  { url: "postgres://u:1/b?port=5432&host=secret@h", says: "? is %3F" },
  { url: "postgres://h:5432,g/d?colour=1", says: "parameter colour is not supported; supported: host, port" },
  { url: "psql 'postgresql://u:secret@h/d'", says: "leave out psql" },
  { url: "'postgresql://u:secret@h/d'", says: "leave out the quotation marks" },
  { url: "“postgresql://u:secret@h/d”", says: "leave out the quotation marks" },
  { url: "postgresql://u:secret@h/d\n", says: "a blank or a line break stands before or behind the URL" },
  { url: " sqlite:secret", says: "a blank or a line break stands before or behind the URL" },
  { url: "jdbc:postgresql://h/d?password=secret", says: "leave out jdbc:" },
  { url: "postgresql+psycopg2://u:secret@h/d", says: "leave out the driver's name" },
  { url: "Server=h;Password=secret", says: "this is no URL" },
  { url: "postgres://u:secret@h/d?connect_timeout=secret", says: "connect_timeout" },
  { url: "postgres://u:sec/ret@h/d", says: "percent-encode" },
  { url: "postgres://u:%zz@h/d", says: "percent-encode" },
  { url: "postgres://u:12/secret@h/d", says: "percent-encode" },
  { url: "postgres://u@/d", says: "no host" },
  { url: "postgres://u:sec#ret@h/d", says: "percent-encode" },
  { url: "postgres://", says: "no host" },
  { url: "postgres://u@h/d?port=0", says: "port" },
  {
    url: "postgres://u@h/d?sslmode=always",
    says: "sslmode is not one of disable, allow, prefer, require, verify-ca, verify-full",
  },
  { url: "postgres://u@h/d?sslrootcert=system", says: "verify-full" },
  { url: "sqlite:", says: "PATH" },
  { url: "sqlite::memory:", says: "PATH" },
  { url: "sqlite:postgres://u:canary@h/d", says: "what follows sqlite: must be a path" },
  { url: "sqlite:kept/u:canary@h", says: "looks like a connection URL" },
  { url: "postgres://u@h/d?passfile=postgres://u:canary@h/d", says: "parameter passfile must be a path" },
  { url: "postgres://u@h/d?sslkey=postgres%3A%2F%2Fu%3Acanary%40h%2Fd", says: "parameter sslkey must be a path" },
  { url: "postgres://u@h/d?sslcert=u:canary@h", says: "parameter sslcert must be a path" },
  { url: "postgres://u@h/d?sslrootcert=mysql://u:canary@h", says: "parameter sslrootcert must be a path" },
  { url: "postgres://u@h/d?host=postgres://u:canary@h/d", says: "not a connection URL" },
])("$url is refused without being repeated", ({ url, says }) => {
  const result = parseTarget(url, "/etc") as { problem: string };
  expect(result.problem).toContain(says);
  expect(result.problem).not.toMatch(/secret|canary/);
});

test("a place names host and port, never user or password", () => {
  const urls = [
    "postgres://u:p@[::1]:5433/d",
    "postgres://u:p@%2Frun/d",
    "postgres://u:p@h/d",
    "postgres://u:p@a,b:1/d",
  ];
  const places = urls.map((url) => {
    const target = parseTarget(url, "/");
    return "problem" in target ? target.problem : describeTarget(target);
  });
  expect(places).toEqual(["[::1]:5433", "/run/.s.PGSQL.5432", "h:5432", "a:5432, b:1"]);
});

test("a store is known by its database too", () => {
  const places = [
    "postgresql://u@[::1]:5433/d",
    "postgresql:///kept?host=/run&user=u",
    "postgresql://u@a,b:1/d",
    "sqlite:x",
  ].map((url) => {
    const target = parseTarget(url, "/etc");
    return "problem" in target ? target.problem : describeStore(target);
  });
  expect(places).toEqual(["[::1]:5433/d", "/run/.s.PGSQL.5432/kept", "a:5432/d, b:1/d", "/etc/x"]);
});
