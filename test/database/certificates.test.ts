/** The client's certificate and key, where they cannot be reached. */
import { expect, test } from "bun:test";
import { readIdentity } from "../../src/database/certificates.ts";
import { DatabaseError } from "../../src/database/failure.ts";

test.each([
  { key: "/etc/passwd/key.pem", why: "below a file" },
  { key: `/tmp/${"k".repeat(300)}`, why: "with a name that is too long" },
  { key: "/nonexistent/key.pem", why: "that is not there" },
])("a key $why is a failure of one CRM, in words", ({ key }) => {
  const read = () => readIdentity({ sslCert: "/etc/passwd", sslKey: key, sslPassword: null } as never, "/nonexistent");
  expect(read).toThrow(DatabaseError);
  expect(read).toThrow(`${key} cannot be read: check sslkey= and the file's permissions`);
});
