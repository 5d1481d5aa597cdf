import { expect, test } from "bun:test";
import { userInfo } from "node:os";
import { describeTarget, parseTarget } from "../../src/config/target.ts";

const plain = {
  kind: "postgres",
  host: "h",
  port: 5432,
  user: "u",
  password: null,
  database: "d",
  sslMode: "prefer",
  sslRootCert: null,
};

test.each([
  { url: "postgresql://u@h/d", target: {} },
  { url: "postgres://u:p%40ss%2Fw%3Ard@h:6432/d%20b", target: { password: "p@ss/w:rd", port: 6432, database: "d b" } },
  { url: "postgres://u:p+q@h/d", target: { password: "p+q" } },
  { url: "postgres://u@[::1]:5433/d", target: { host: "::1", port: 5433 } },
  { url: "postgres://u@%2Fvar%2Frun/d", target: { host: "/var/run" } },
  { url: "postgres:///d?host=/tmp&user=u&port=5433", target: { host: "/tmp", port: 5433 } },
  { url: "postgres://x@h/e?user=u&dbname=d&password=a%26b", target: { password: "a&b" } },
  { url: "postgresql://u@/d?host=/tmp", target: { host: "/tmp" } },
  { url: "postgres://h/d", target: { user: userInfo().username } },
  { url: "postgres://u@h", target: { database: "u" } },
  {
    url: "postgres://u@h/d?sslmode=verify-full&sslrootcert=/ca.pem&application_name=x",
    target: { sslMode: "verify-full", sslRootCert: "/ca.pem" },
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
  { url: "host=h password=secret", says: "write postgresql://" },
  { url: "", says: "write postgresql://" },
  { url: "postgres://u:secret@h:99999/d", says: "percent-encode" },
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
  const places = ["postgres://u:p@[::1]:5433/d", "postgres://u:p@%2Frun/d", "postgres://u:p@h/d"].map((url) => {
    const target = parseTarget(url, "/");
    return "problem" in target ? target.problem : describeTarget(target);
  });
  expect(places).toEqual(["[::1]:5433", "/run/.s.PGSQL.5432", "h:5432"]);
});
