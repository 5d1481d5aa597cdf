import { expect, test } from "bun:test";
import { userInfo } from "node:os";
import { describeTarget, parseTarget } from "../../src/database/target.ts";

const plain = {
  kind: "postgres",
  hosts: [{ host: "h", port: 5432, password: null }],
  user: "u",
  database: "d",
  passFile: null,
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
  { url: "host=h password=secret", says: "write postgresql://" },
  { url: "", says: "write postgresql://" },
  { url: "postgres://u:secret@h:99999/d", says: "the port is not between" },
  { url: "postgres://u:secret@h:1,g:99999/d", says: "the port is not between" },
  { url: "postgres://u:secret@h/d?port=0x10", says: "the port is not between" },
  { url: "postgres://u:secret@h/d?port=5e3", says: "the port is not between" },
  { url: "postgres://u:secret@[::1/d", says: "percent-encode" },
  { url: "postgres://u:sec\tret@h/d", says: "control character" },
  { url: "postgres://u%00:secret@h/d", says: "control character" },
  { url: "postgres://u:secret@h/d?connect_timeout=1e3", says: "connect_timeout" },
  { url: "postgres://u:secret@h,/d", says: "no host" },
  { url: "postgres://u:secret@/d?host=a,b,c&port=1,2", says: "not as many ports as hosts" },
  { url: "postgres://u:secret@h/d?target_session_attrs=secret", says: "target_session_attrs is not one of any, " },
  { url: "postgres://u:secret@h/d?channel_binding=require", says: "this value of channel_binding is not supported" },
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
  { url: "postgres://u@h/d?secret=1", says: "not supported" },
  { url: "sqlite:", says: "PATH" },
  { url: "sqlite::memory:", says: "PATH" },
])("$url is refused without being repeated", ({ url, says }) => {
  const result = parseTarget(url, "/etc") as { problem: string };
  expect(result.problem).toContain(says);
  expect(result.problem).not.toContain("secret");
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
