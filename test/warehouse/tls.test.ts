/** The six sslmodes against a server with a certificate of its own authority, and one that offers no TLS. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres, type PostgresServer } from "../making/postgres-server.ts";
import { reportOn } from "../making/reports.ts";
import { sharedServer } from "../making/warehouses.ts";

const directory = mkdtempSync(join(tmpdir(), "automation-reports-tls-"));
let secure: PostgresServer;
let plain: PostgresServer;

beforeAll(async () => {
  chmodSync(directory, 0o755);
  openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.pem -subj /CN=test-authority");
  openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -keyout other.key -out other.pem -subj /CN=other-authority");
  openssl(
    "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost -addext subjectAltName=DNS:localhost",
  );
  openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 2 -out server.pem -copy_extensions copy");
  for (const file of ["server.key", "server.pem"]) {
    copyFileSync(join(directory, file), join(directory, `pg-${file}`));
    if (process.getuid?.() === 0) chownSync(join(directory, `pg-${file}`), 65_534, 65_534);
    chmodSync(join(directory, `pg-${file}`), 0o600);
  }
  secure = await startPostgres(undefined, {
    ssl: "on",
    ssl_cert_file: join(directory, "pg-server.pem"),
    ssl_key_file: join(directory, "pg-server.key"),
  });
  plain = await sharedServer();
});

afterAll(async () => await secure.stop());

function openssl(arguments_: string): void {
  const made = Bun.spawnSync(["openssl", ...arguments_.split(" ")], {
    cwd: directory,
    stderr: "pipe",
    stdout: "ignore",
  });
  if (!made.success) throw new Error(made.stderr.toString());
}

/** `read`, `no TLS`, `not accepted`, or the whole reason where it is another. */
async function verdictOf(server: PostgresServer, host: string, parameters: string): Promise<string> {
  const result = await reportOn(server.url("postgres", parameters).replace("127.0.0.1", host));
  if (typeof result !== "string") return "read";
  if (result.includes("offers no TLS")) return "no TLS";
  return result.includes("certificate is not accepted") ? "not accepted" : result;
}

const right = `sslrootcert=${join(directory, "ca.pem")}`;
const wrong = `sslrootcert=${join(directory, "other.pem")}`;

describe("against a server with TLS", () => {
  test.each([
    { parameters: "?sslmode=disable", verdict: "read" },
    { parameters: "?sslmode=allow", verdict: "read" },
    { parameters: "?sslmode=prefer", verdict: "read" },
    { parameters: "?sslmode=require", verdict: "read" },
    { parameters: `?sslmode=require&${wrong}`, verdict: "not accepted" },
    { parameters: `?sslmode=verify-ca&${right}`, verdict: "read" },
    { parameters: `?sslmode=verify-ca&${wrong}`, verdict: "not accepted" },
    { parameters: `?sslmode=verify-full&${right}`, verdict: "read" },
    { parameters: `?sslmode=verify-full&${wrong}`, verdict: "not accepted" },
    { parameters: "?sslmode=verify-full&sslrootcert=system", verdict: "not accepted" },
  ])("$parameters: $verdict", async ({ parameters, verdict }) => {
    expect(await verdictOf(secure, "localhost", parameters)).toBe(verdict);
  });

  test.each([
    { mode: "verify-ca", verdict: "read" },
    { mode: "verify-full", verdict: "not accepted" },
  ])("by another name, $mode: $verdict", async ({ mode, verdict }) => {
    expect(await verdictOf(secure, "127.0.0.1", `?sslmode=${mode}&${right}`)).toBe(verdict);
  });

  test("the connection is really encrypted", async () => {
    const sql = await secure.createDatabase();
    await sql.sql
      .unsafe(`CREATE TABLE seen (ssl boolean); CREATE SCHEMA orchestration; CREATE FUNCTION note() RETURNS boolean LANGUAGE sql VOLATILE AS
      'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'`);
    await sql.sql
      .unsafe(`CREATE VIEW orchestration.sync_history AS SELECT 'hubspot' AS crm_source, CASE WHEN note() THEN 'encrypted' ELSE 'plain' END AS sync_type,
      timestamptz '2026-07-10 01:00Z' AS start_time, timestamptz '2026-07-10 01:00:01Z' AS end_time, 'success' AS status, 1 AS records_processed,
      1 AS records_created, 1 AS records_updated, 1 AS records_failed, NULL::text AS error_message, '{}'::jsonb AS configuration`);
    for (const [mode, rule] of [
      ["disable", "plain"],
      ["allow", "plain"],
      ["prefer", "encrypted"],
      ["require", "encrypted"],
    ]) {
      const report = await reportOn(`${sql.url}?sslmode=${mode}`);
      expect(typeof report === "string" ? report : report.execution_frequency.most_active_rule).toBe(rule as string);
    }
    await sql.close();
  });
});

describe("against a server without TLS", () => {
  test.each([
    { mode: "disable", verdict: "read" },
    { mode: "allow", verdict: "read" },
    { mode: "prefer", verdict: "read" },
    { mode: "require", verdict: "no TLS" },
    { mode: "verify-ca", verdict: "no TLS" },
    { mode: "verify-full", verdict: "no TLS" },
  ])("$mode: $verdict", async ({ mode, verdict }) => {
    expect(await verdictOf(plain, "localhost", `?sslmode=${mode}&${right}`)).toBe(verdict);
  });
});
