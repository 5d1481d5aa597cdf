/** The rules of PostgreSQL's documentation, section 34.16; the server's side is in hosts.test.ts. */
import { expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillPasswords } from "../../src/database/password-file.ts";
import { parseTarget } from "../../src/database/target.ts";

const directory = mkdtempSync(join(tmpdir(), "automation-reports-pgpass-"));
let files = 0;

function passwordsFor(url: string, text: string): (string | null)[] {
  const path = join(directory, String((files += 1)));
  writeFileSync(path, text, { mode: 0o600 });
  const target = parseTarget(url, "/");
  if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
  return fillPasswords(target, path).target.hosts.map(({ password }) => password);
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
  expect("kind" in target && target.kind === "postgres" && fillPasswords(target, "/nowhere").warning).toBeNull();
});

test.each([
  { name: "a directory that is a file, named", named: "/etc/passwd/x", says: "cannot be looked for" },
  { name: "a name that is too long, named", named: `/${"x".repeat(5000)}`, says: "cannot be looked for" },
])("$name: said, and no password", ({ named, says }) => {
  const target = parseTarget("postgres://u@h/d", "/");
  if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
  const filled = fillPasswords(target, named);
  expect([filled.warning, filled.target.hosts[0]?.password]).toEqual([expect.stringContaining(says), null]);
});
