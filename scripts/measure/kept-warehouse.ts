/** Warehouses of many rows that are loaded once and kept between runs, on a PostgreSQL of the bench's own. */
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { join, resolve } from "node:path";
import postgres from "postgres";
import { listInstallations, startKeptPostgres, type PostgresServer } from "../../test/making/postgres-server.ts";
import { historyDdl } from "../../test/making/warehouses.ts";

/** All windows end here, and so do the rows. */
export const END = "2026-07-10T21:00:00Z";
/** Those that are reported on, of the ten that are there. */
export const CRMS = ["crm1", "crm2", "crm3"];

export type Warehouse = { rows: number; url: string; sql: postgres.Sql };
export type Warehouses = { server: PostgresServer; version: string; open: (rows: number) => Promise<Warehouse> };

const SECONDS_BETWEEN_ROWS = 3.2; // 27,000 rows a day
const BYTES_PER_ROW = 700;
const SETTINGS = {
  shared_buffers: "512MB",
  maintenance_work_mem: "512MB",
  max_wal_size: "4GB",
  fsync: "on",
  // A vacuum that starts in one mode's turn and not in another's would be taken for the mode's cost.
  autovacuum: "off",
};

/** Starts that PostgreSQL on its files in `directory`; they are made anew if they are those of another version, or none. */
export async function startWarehouses(directory: string, postgresName?: string): Promise<Warehouses> {
  const installation = chooseInstallation(postgresName);
  const kept = resolve(directory, installation.name);
  const version = Bun.spawnSync([join(installation.bin, "postgres"), "--version"])
    .stdout.toString()
    .trim();
  const versionFile = join(kept, "data", "PG_VERSION");
  if (existsSync(versionFile) && !version.includes(` ${readFileSync(versionFile, "utf8").trim()}.`)) {
    rmSync(kept, { recursive: true });
  }
  const server = await startKeptPostgres(installation, kept, SETTINGS).catch((error: unknown) => {
    throw new Error(`no server in ${kept}; another place, which everybody may enter: --data DIR`, { cause: error });
  });
  return { server, version, open: async (rows) => await openWarehouse(server, kept, rows) };
}

/** Debian's unless another is named: it is built as a server is, and the npm package for size (-Os). */
function chooseInstallation(name: string | undefined): ReturnType<typeof listInstallations>[number] {
  const installations = listInstallations();
  const chosen = installations.findLast((installation) => installation.name === (name ?? installation.name));
  if (chosen !== undefined) return chosen;
  throw new Error(`--postgres ${name}: there is ${installations.map((installation) => installation.name).join(", ")}`);
}

/** The database's comment is what it was loaded with; it is written last, so that a load that broke off is not reused. */
async function openWarehouse(server: PostgresServer, directory: string, rows: number): Promise<Warehouse> {
  const name = `rows_${rows}`;
  const load = describeLoad(rows);
  const stamp = new Bun.CryptoHasher("sha256").update(Object.values(load).flat().join(";")).digest("hex");
  const admin = connect(server.url());
  try {
    const [found] = await admin<{ stamp: string | null }[]>`
      SELECT shobj_description(oid, 'pg_database') AS stamp FROM pg_database WHERE datname = ${name}`;
    if (found?.stamp === stamp) return { rows, url: server.url(name), sql: connect(server.url(name)) };
    requireRoom(directory, rows);
    await admin`DROP DATABASE IF EXISTS ${admin(name)}`;
    await admin`CREATE DATABASE ${admin(name)}`;
    const sql = connect(server.url(name));
    await sql.begin(async (tx) => await tx.unsafe(load.rows.join(";")));
    for (const statement of load.rest) await sql.unsafe(statement);
    await admin.unsafe(`COMMENT ON DATABASE ${name} IS '${stamp}'`);
    return { rows, url: server.url(name), sql };
  } finally {
    await admin.end();
  }
}

/** Rows first, indexes after: three times as fast. */
function describeLoad(rows: number): { rows: string[]; rest: string[] } {
  const [table = "", ...indexes] = historyDdl("M").split("; ");
  const insert = `INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status,
      records_processed, records_created, records_updated, records_failed, error_message, configuration,
      performance_metrics, created_at)
    SELECT 'crm' || i % 10, 'type' || i / 10 % 30, t, t + (1 + i::bigint * 7919 % 300) * interval '1 second',
      CASE WHEN i % 37 = 0 THEN 'failed' WHEN i % 61 = 0 THEN 'partial' ELSE 'success' END, 100 + i % 50, i % 10, 90, 0,
      CASE WHEN i % 37 = 0 THEN 'HTTP 429 Too Many Requests' END, '{}', '{}', t
    FROM (SELECT i, timestamptz '${END}' - i * interval '${SECONDS_BETWEEN_ROWS} seconds' AS t
      FROM generate_series(${rows}, 1, -1) i) x`;
  return {
    rows: ["CREATE SCHEMA orchestration", table, insert],
    rest: [...indexes, "VACUUM (FREEZE, ANALYZE) orchestration.sync_history", "CHECKPOINT"],
  };
}

function requireRoom(directory: string, rows: number): void {
  mkdirSync(directory, { recursive: true });
  const { bavail, bsize } = statfsSync(directory);
  const [needed, free] = [rows * BYTES_PER_ROW, bavail * bsize].map((bytes) => Math.ceil(bytes / 1e9));
  if (rows * BYTES_PER_ROW > bavail * bsize) {
    throw new Error(
      `${rows} rows need ${needed} GB in ${directory}, where ${free} GB are free: --data DIR, or --quick`,
    );
  }
}

function connect(url: string): postgres.Sql {
  return postgres(url, { max: 2, onnotice: () => {}, connection: { application_name: "bench" } });
}
