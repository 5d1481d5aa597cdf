/** What is wrong with the files of certificates and keys, said before anything of them is sent. */
import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { readIdentity, readTrust } from "../../src/database/certificates.ts";
import { DatabaseError } from "../../src/database/failure.ts";
import { createAuthority, encryptKey } from "../making/certificates.ts";

const authority = createAuthority("files");
const client = authority.issue("owner");
const other = authority.issue("owner");
const directory = mkdtempSync(join(tmpdir(), "automation-reports-certificates-"));
const NO_HOME = "/nonexistent";
const HOLDS_NONE = "holds no certificate in PEM form (BEGIN CERTIFICATE): ";

function write(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  chmodSync(path, 0o600);
  return path;
}

function der(path: string): Uint8Array {
  return Bun.spawnSync(["openssl", "x509", "-in", path, "-outform", "der"]).stdout;
}

test.each([
  { key: "/etc/passwd/key.pem", why: "below a file" },
  { key: `/tmp/${"k".repeat(300)}`, why: "with a name that is too long" },
  { key: "/nonexistent/key.pem", why: "that is not there" },
])("a key $why is a failure of one CRM, in words", ({ key }) => {
  const read = () => readIdentity({ sslCert: "/etc/passwd", sslKey: key, sslPassword: null } as never, NO_HOME);
  expect(read).toThrow(DatabaseError);
  expect(read).toThrow(`${key} cannot be read: check sslkey= and the file's permissions`);
});

const NO_CERTIFICATES = [
  { holds: "nothing", path: write("empty.pem", ""), advice: "check " },
  { holds: "one newline", path: write("newline.pem", "\n"), advice: "check " },
  { holds: "other words", path: write("words.pem", "this is no certificate\n"), advice: "check " },
  { holds: "a private key", path: client.key, advice: "check " },
  {
    holds: "a damaged certificate",
    path: write("damaged.pem", readFileSync(authority.path, "utf8").replace("\nMII", "\nMIX")),
    advice: "check ",
  },
  { holds: "DER", path: write("ca.der", der(authority.path)), advice: "it looks like DER, so convert it with openssl" },
];

test.each(NO_CERTIFICATES)("an authority's file with $holds trusts nobody", ({ path, advice }) => {
  for (const sslMode of ["prefer", "require", "verify-ca", "verify-full"]) {
    const read = () => readTrust({ sslMode, sslRootCert: path } as never, NO_HOME);
    expect(read).toThrow(DatabaseError);
    expect(read).toThrow(`${path} ${HOLDS_NONE}${advice}`);
  }
});

test.each(NO_CERTIFICATES)("a client's certificate with $holds is not left out", ({ path, advice }) => {
  const read = () => readIdentity({ sslCert: path, sslKey: client.key, sslPassword: null } as never, NO_HOME);
  expect(read).toThrow(DatabaseError);
  expect(read).toThrow(`${path} ${HOLDS_NONE}${advice}`);
});

test.each([
  { name: "text before the certificate", content: (pem: string) => `# our authority\n${pem}` },
  { name: "two authorities", content: (pem: string) => pem + pem },
  { name: "the key before it", content: (pem: string) => readFileSync(client.key, "utf8") + pem },
  { name: "lines of Windows", content: (pem: string) => pem.replaceAll("\n", "\r\n") },
])("an authority's file with $name is taken", ({ name, content }) => {
  const path = write(`${name}.pem`, content(readFileSync(authority.path, "utf8")));
  expect(readTrust({ sslMode: "verify-full", sslRootCert: path } as never, NO_HOME).kind).toBe("roots");
});

const encrypted = encryptKey(client.key, "canary right");
const traditional = `${client.key}.traditional`;
Bun.spawnSync([
  "openssl",
  "rsa",
  "-aes256",
  "-traditional",
  "-in",
  client.key,
  "-out",
  traditional,
  "-passout",
  "pass:canary right",
]);
const scrypt = `${client.key}.scrypt`;
Bun.spawnSync([
  "openssl",
  "pkcs8",
  "-topk8",
  "-scrypt",
  "-in",
  client.key,
  "-out",
  scrypt,
  "-passout",
  "pass:canary right",
]);
for (const path of [traditional, scrypt]) chmodSync(path, 0o600);

test.each([
  { name: "of another certificate", key: other.key, says: `the key ${other.key} does not belong to the certificate` },
  {
    name: "that is encrypted",
    key: encrypted,
    says: `the key ${encrypted} needs its passphrase: name it with sslpass`,
  },
  {
    name: "that is encrypted, with an empty passphrase",
    key: encrypted,
    password: "",
    says: `the key ${encrypted} needs its passphrase: name it with sslpassword=`,
  },
  {
    name: "that is encrypted in the older way",
    key: traditional,
    says: `the key ${traditional} needs its passphrase: name it with sslpassword=`,
  },
  {
    name: "with a wrong passphrase",
    key: encrypted,
    password: "canary wrong",
    says: `sslpassword= is not the passphrase of the key ${encrypted}`,
  },
  {
    name: "encrypted as we cannot read it",
    key: scrypt,
    password: "canary right",
    says: `the key ${scrypt} is encrypted in a way that is not supported: openssl pkcs8 -topk8 -v2 aes256 -in ${scrypt}`,
  },
  { name: "with nothing in it", key: write("empty.key", ""), says: "empty.key holds no private key in PEM form" },
  {
    name: "that is a certificate",
    key: write("a.key", readFileSync(client.certificate)),
    says: "holds no private key",
  },
])("a key $name is said so", ({ key, password = null, says }) => {
  const read = () =>
    readIdentity({ sslCert: client.certificate, sslKey: key, sslPassword: password } as never, NO_HOME);
  expect(read).toThrow(DatabaseError);
  expect(read).toThrow(says);
  expect(read).not.toThrow("canary");
});

test.each([
  { name: "in a file of its own", key: client.key, password: null },
  { name: "with its passphrase", key: encrypted, password: "canary right" },
  { name: "with its passphrase, in the older way", key: traditional, password: "canary right" },
  {
    name: "behind the certificate in one file",
    key: write("both.key", readFileSync(client.certificate, "utf8") + readFileSync(client.key, "utf8")),
    password: null,
  },
])("a key $name is taken", ({ key, password }) => {
  const read = { sslCert: client.certificate, sslKey: key, sslPassword: password };
  expect(readIdentity(read as never, NO_HOME).key).toBe(readFileSync(key, "utf8"));
});
