/** The rules of PostgreSQL's documentation, section 34.16; the server's side is in hosts.test.ts. */
import { expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillPasswords } from "../../src/database/password-file.ts";
import { describeFailure } from "../../src/database/failure.ts";
import { parseTarget } from "../../src/database/target.ts";

const directory = mkdtempSync(join(tmpdir(), "automation-reports-pgpass-"));
let files = 0;

function passwordsFor(url: string, text: string): (string | null)[] {
  const path = join(directory, String((files += 1)));
  writeFileSync(path, text, { mode: 0o600 });
  const target = parseTarget(url, "/");
  if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
  return fillPasswords(target, path, "/").target.hosts.map(({ password }) => password);
}

test.each([
  { name: "a line that fits", text: "h:5432:d:u:secret", found: ["secret"] },
  { name: "wildcards", text: "*:*:*:*:any", found: ["any"] },
  { name: "the first that fits", text: "h:5432:d:u:first\n*:*:*:*:second\n", found: ["first"] },
  { name: "another host, port, database, user", text: "g:*:*:*:1\n*:1:*:*:2\n*:*:e:*:3\n*:*:*:v:4", found: [null] },
  {
    name: "comments, empty and short lines",
    text: "# h:5432:d:u:no\n\nh:5432:d:u\nh:5432:d:u:\nh:5432:d:u:yes",
    found: ["yes"],
  },
  { name: "escaped colons and backslashes", text: "h:5432:d:u:a\\:b\\\\c", found: ["a:b\\c"] },
  { name: "Windows line ends", text: "h:5432:d:u:secret\r\n", found: ["secret"] },
])("$name", ({ text, found }) => {
  expect(passwordsFor("postgres://u@h/d", text)).toEqual([...found]);
});

test.each([
  { url: "postgres://u:own@h/d", found: ["own"], name: "the URL's own password wins" },
  { url: "postgres://u@h,g:5433/d", found: ["h's", "g's"], name: "each of several hosts has its own" },
  { url: "postgres://u@[::1]/d", found: ["six"], name: "an IPv6 address" },
  { url: "postgres://u@%2Fvar%2Frun%2Fpostgresql/d", found: ["local"], name: "the usual socket is localhost" },
  { url: "postgres://u@%2Fsomewhere/d", found: [null], name: "another socket is not" },
])("$name", ({ url, found }) => {
  const text = "h:5432:*:*:h's\ng:5433:*:*:g's\n\\:\\:1:*:*:*:six\nlocalhost:*:*:*:local\n";
  expect(passwordsFor(url, text)).toEqual([...found]);
});

test("no file is nothing to say", () => {
  const target = parseTarget("postgres://u@h/d", "/");
  expect("kind" in target && target.kind === "postgres" && fillPasswords(target, "/nowhere", "/").warning).toBeNull();
});

test("no file that the URL names is said, and so is it where the server asks for a password", () => {
  const target = parseTarget("postgres://u@h/d?passfile=/etc/none/pass%0Awords", "/srv");
  if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
  const filled = fillPasswords(target, undefined, "/srv");
  expect(filled.warning).toBe("the password file /etc/none/pass\\u{a}words was not read: there is no such file");
  const refusal = Object.assign(new Error("no password supplied"), { code: "28P01" });
  expect(describeFailure(refusal, filled.target)).toEndWith(
    "or to a password file of mode 0600 (/etc/none/pass\\u{a}words: there is no such file)",
  );
});

test.each([
  { name: "no line for the host", text: "g:5432:d:u:secret", says: ": no line fits" },
  {
    name: "letters of another encoding",
    text: Buffer.from("h:5432:d:u:\n\xe9", "latin1"),
    says: ": it is not UTF-8 (line 2): save it as UTF-8",
  },
])("where a password was looked for in vain is known: $name", ({ text, says }) => {
  const path = join(directory, String((files += 1)));
  writeFileSync(path, text, { mode: 0o600 });
  const target = parseTarget("postgres://u@h/d", "/");
  if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
  expect(fillPasswords(target, path, "/").target.noPassword).toBe(`${path}${says}`);
});

test.each([
  { name: "a directory that is a file, named", named: "/etc/passwd/x", says: "was not read: there is no such file" },
  { name: "a name that is too long, named", named: `/${"x".repeat(5000)}`, says: "was not read: its name is too long" },
])("$name: said, and no password", ({ named, says }) => {
  const target = parseTarget("postgres://u@h/d", "/");
  if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
  const filled = fillPasswords(target, named, "/");
  expect([filled.warning, filled.target.hosts[0]?.password]).toEqual([expect.stringContaining(says), null]);
});

test.each([
  { name: "as passfile of the URL", url: "postgres://u@h/d?passfile=S3CRETpass", variable: undefined },
  { name: "in $PGPASSFILE", url: "postgres://u@h/d", variable: "postgres://u:S3CRETpass@h/d" },
])("a password where its file should be named is not repeated: $name", ({ url, variable }) => {
  const target = parseTarget(url, "/etc/none");
  if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
  const filled = fillPasswords(target, variable, "/etc/none");
  const said = `${filled.warning} ${filled.target.noPassword}`;
  expect([said.includes("S3CRET"), said.includes("is not repeated")]).toEqual([false, true]);
});
