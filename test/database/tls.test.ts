/** The six sslmodes against every kind of certificate: our verdict is psql's, or a stricter one that is listed here. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTarget } from "../../src/database/target.ts";
import { describeFailure } from "../../src/database/failure.ts";
import { readTrust } from "../../src/database/certificates.ts";
import { openSnapshot } from "../../src/warehouse/postgres/snapshot.ts";
import { createAuthority, encryptKey } from "../making/certificates.ts";
import { listInstallations, PASSWORD, startPostgres, type PostgresServer } from "../making/postgres-server.ts";

const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
const HOW = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

const authority = createAuthority("test-authority");
const other = createAuthority("other-authority");
const psql = listInstallations()
  .map(({ bin }) => join(bin, "psql"))
  .find((path) => Bun.spawnSync(["test", "-x", path]).success);
const home = mkdtempSync(join(tmpdir(), "automation-reports-home-"));

let servers: Record<
  "named" | "by address" | "common name only" | "other name" | "expired" | "plain" | "TLS only",
  PostgresServer
>;

beforeAll(async () => {
  const secure = async (subject: string, options: { names?: string; expired?: boolean }) => {
    const { certificate, key } = authority.issue(subject, { ...options, server: true });
    return await startPostgres(undefined, { ssl: "on", ssl_cert_file: certificate, ssl_key_file: key });
  };
  const [named, address, common, otherName, expired, plain, tlsOnly] = await Promise.all([
    secure("ignored", { names: "DNS:localhost" }),
    secure("ignored", { names: "IP:127.0.0.1" }),
    secure("localhost", {}),
    secure("elsewhere.test", { names: "DNS:elsewhere.test" }),
    secure("localhost", { names: "DNS:localhost", expired: true }),
    startPostgres(),
    secure("localhost", { names: "DNS:localhost" }),
  ]);
  await putRuleFirst(tlsOnly, "hostnossl all all 127.0.0.1/32 reject");
  servers = {
    named,
    "by address": address,
    "common name only": common,
    "other name": otherName,
    expired,
    plain,
    "TLS only": tlsOnly,
  };
});

afterAll(async () => {
  await Promise.all(Object.values(servers).map(async (server) => await server.stop()));
});

/** Of all rules of pg_hba.conf the first that fits decides. */
async function putRuleFirst(server: PostgresServer, rule: string): Promise<void> {
  const path = join(server.dataDirectory, "pg_hba.conf");
  writeFileSync(path, `${rule}\n${readFileSync(path, "utf8")}`);
  await server.reload();
}

type Verdict = "TLS" | "plain" | "refused";

/** The verdict is the server's own; `encrypted` and `verified` are what the connection tells of itself. */
async function ours(url: string): Promise<{ verdict: Verdict; reason: string; encrypted: boolean; verified: string }> {
  const target = parseTarget(url, "/");
  if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
  const limits = { timeoutMs: 10_000, statementTimeoutMs: null, lockTimeoutMs: 1000, timezone: null };
  try {
    await using connection = await openSnapshot(target, limits, AbortSignal.timeout(10_000));
    const [row] = await connection.ask<{ ssl: boolean }>(HOW);
    const { protocol, verified } = connection.protection;
    return { verdict: row?.ssl === true ? "TLS" : "plain", reason: "", encrypted: protocol !== null, verified };
  } catch (error) {
    return { verdict: "refused", reason: describeFailure(error, target), encrypted: false, verified: "" };
  }
}

async function psqls(url: string): Promise<Verdict> {
  const child = Bun.spawn([psql ?? "", "-XqAt", "-c", HOW, url], {
    env: { HOME: home },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [answer, code] = await Promise.all([child.stdout.text(), child.exited]);
  return code === 0 ? (answer.trim() === "t" ? "TLS" : "plain") : "refused";
}

const CASES = [
  { name: "the right authority", server: "named", host: "localhost", root: authority.path },
  { name: "a wrong authority", server: "named", host: "localhost", root: other.path },
  { name: "no authority", server: "named", host: "localhost", root: null },
  { name: "a wrong name", server: "other name", host: "localhost", root: authority.path },
  { name: "only a common name", server: "common name only", host: "localhost", root: authority.path },
  { name: "an IP address in the certificate", server: "by address", host: "127.0.0.1", root: authority.path },
  { name: "an IP address not in the certificate", server: "named", host: "127.0.0.1", root: authority.path },
  { name: "an expired certificate", server: "expired", host: "localhost", root: authority.path },
  { name: "a server that says no", server: "plain", host: "localhost", root: authority.path },
  { name: "a server that turns away who comes without TLS", server: "TLS only", host: "localhost", root: null },
] as const;

const table = CASES.flatMap((row) => MODES.map((mode) => ({ ...row, mode })));

describe.skipIf(psql === undefined)("our verdict is psql's (needs psql)", () => {
  test.concurrent.each(table)("$mode, $name", async ({ server, host, root, mode }) => {
    const roots = root === null ? "" : `&sslrootcert=${root}`;
    const url = servers[server].url("postgres", `?sslmode=${mode}${roots}`).replace("127.0.0.1", host);
    const [{ verdict, reason, encrypted }, theirs] = await Promise.all([ours(url), psqls(url)]);
    expect(verdict, reason).toBe(theirs);
    expect(encrypted).toBe(theirs === "TLS");
  });
});

describe("what was verified is told", () => {
  test.each([
    { mode: "require", root: null, verified: "nothing" },
    { mode: "prefer", root: authority.path, verified: "authority" },
    { mode: "verify-ca", root: authority.path, verified: "authority" },
    { mode: "verify-full", root: authority.path, verified: "authority and name" },
  ])("$mode: $verified", async ({ mode, root, verified }) => {
    const roots = root === null ? "" : `&sslrootcert=${root}`;
    const url = servers.named.url("postgres", `?sslmode=${mode}${roots}`).replace("127.0.0.1", "localhost");
    expect(await ours(url)).toEqual({ verdict: "TLS", reason: "", encrypted: true, verified });
  });
});

describe("refusals say why", () => {
  test.each([
    { server: "plain", parameters: "sslmode=require", says: "offers no TLS, and sslmode=require wants it" },
    { server: "named", parameters: "sslmode=verify-full", says: "root.crt cannot be read: name it with sslrootcert=" },
    {
      server: "named",
      parameters: "sslmode=verify-full&sslrootcert=system",
      says: "certificate is not accepted",
    },
    { server: "named", parameters: `sslmode=verify-ca&sslrootcert=${other.path}`, says: "certificate is not accepted" },
    {
      server: "other name",
      parameters: `sslmode=verify-full&sslrootcert=${authority.path}`,
      says: "certificate is not accepted: it is for elsewhere.test: write the host so in the URL",
    },
    {
      server: "by address",
      parameters: `sslmode=verify-full&sslrootcert=${authority.path}`,
      says: "certificate is not accepted: it is for 127.0.0.1: write the host so in the URL",
    },
    {
      server: "expired",
      parameters: `sslmode=verify-ca&sslrootcert=${authority.path}`,
      says: "certificate is not accepted: it, or that of its authority, has expired: renew it on the server",
    },
  ] as const)("$server, $parameters", async ({ server, parameters, says }) => {
    const { reason } = await ours(servers[server].url("postgres", `?${parameters}`).replace("127.0.0.1", "localhost"));
    expect(reason).toContain(says);
  });
});

describe("a client's certificate", () => {
  const client = authority.issue("owner");
  const stranger = other.issue("owner");
  const expired = authority.issue("owner", { expired: true });
  let server: PostgresServer;
  const as = (parameters: string) =>
    server.url("postgres", `?sslmode=require&${parameters}`).replace(encodeURIComponent(PASSWORD), "unused");

  beforeAll(async () => {
    const { certificate, key } = authority.issue("ignored", { names: "DNS:localhost", server: true });
    const tls = { ssl: "on", ssl_cert_file: certificate, ssl_key_file: key, ssl_ca_file: authority.path };
    server = await startPostgres(undefined, tls);
    await putRuleFirst(server, "hostssl all all 127.0.0.1/32 cert");
  });

  afterAll(async () => await server.stop());

  test.each([
    {
      name: "is asked for and given",
      parameters: () => `sslcert=${client.certificate}&sslkey=${client.key}`,
      says: "",
    },
    {
      name: "with an encrypted key",
      parameters: () => `sslcert=${client.certificate}&sslkey=${encryptKey(client.key, "canary")}&sslpassword=canary`,
      says: "",
    },
    { name: "is missing", parameters: () => "", says: "refuses this user" },
    {
      name: "is of another authority",
      parameters: () => `sslcert=${stranger.certificate}&sslkey=${stranger.key}`,
      says: `refuses the client certificate ${stranger.certificate}: its authority is not known there`,
    },
    {
      name: "has expired",
      parameters: () => `sslcert=${expired.certificate}&sslkey=${expired.key}`,
      says: `refuses the client certificate ${expired.certificate}: it has expired`,
    },
    {
      name: "has the key of another",
      parameters: () => `sslcert=${client.certificate}&sslkey=${expired.key}`,
      says: `the key ${expired.key} does not belong to the certificate ${client.certificate}`,
    },
    {
      name: "names a file that is not there",
      parameters: () => `sslcert=/nowhere.crt&sslkey=${client.key}`,
      says: "/nowhere.crt cannot be read: check sslcert=",
    },
    {
      name: "has a key with a wrong passphrase",
      parameters: () => `sslcert=${client.certificate}&sslkey=${encryptKey(client.key, "right")}&sslpassword=canary`,
      says: `sslpassword= is not the passphrase of the key ${client.key}.encrypted`,
    },
  ])("$name", async ({ parameters, says }) => {
    const { verdict, reason } = await ours(as(parameters()));
    expect(verdict, reason).toBe(says === "" ? "TLS" : "refused");
    expect(reason).toContain(says);
    expect(reason).not.toContain("canary");
  });

  test("a key that others may read is refused, as psql refuses it", async () => {
    const open = authority.issue("owner");
    chmodSync(open.key, 0o644);
    const { reason } = await ours(as(`sslcert=${open.certificate}&sslkey=${open.key}`));
    expect(reason).toContain(`the key ${open.key} may be read by others: chmod 600`);
  });

  describe.skipIf(process.getuid?.() !== 0)("a key that its group may read (needs root)", () => {
    test.each([
      { name: "is used where root owns it", owner: 0, mode: 0o640, verdict: "TLS" },
      { name: "is refused where its group may write it", owner: 0, mode: 0o660, verdict: "refused" },
      { name: "is refused where another user owns it", owner: 65_534, mode: 0o640, verdict: "refused" },
    ] as const)("$name", async ({ owner, mode, verdict }) => {
      const { certificate, key } = authority.issue("owner");
      chownSync(key, owner, 0);
      chmodSync(key, mode);
      const { verdict: given, reason } = await ours(as(`sslcert=${certificate}&sslkey=${key}`));
      expect(given, reason).toBe(verdict);
    });
  });

  test("stricter than psql: a list of revoked certificates, which cannot be checked here, is not passed over", () => {
    mkdirSync(join(home, ".postgresql"));
    const target = parseTarget(`postgres://u@h/d?sslmode=verify-ca&sslrootcert=${authority.path}`, "/");
    if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
    expect(readTrust(target, home).kind).toBe("roots");
    writeFileSync(join(home, ".postgresql", "root.crl"), "");
    expect(() => readTrust(target, home)).toThrow("root.crl lists revoked certificates, which cannot be checked");
  });
});
