/** What is said of a fault names its cause, and no other one that gives the same code. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directoryWith, freshDirectory, runCli } from "../../making/cli.ts";
import { startFakeServer, type Script } from "../../making/fake-server.ts";
import { GENERATE, makeVictim } from "../../making/faults.ts";
import { numbered } from "../../making/numbers.ts";
import { freePort, type TestDatabase } from "../../making/postgres-server.ts";
import { authentication, failure, message, SESSION } from "../../making/server-messages.ts";
import { sharedServer } from "../../making/warehouses.ts";

let victim: TestDatabase;

beforeAll(async () => {
  victim = await makeVictim(await sharedServer());
});
afterAll(async () => await victim.close());

/** What the binary says of one CRM that it cannot read. */
async function reasonOf(url: string, { settings = "", code = 4 } = {}): Promise<string> {
  const cwd = directoryWith(`[crm.a]\nurl = "${url}"\n${settings}`);
  const ended = await runCli(GENERATE, { cwd });
  expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(/^[^\n]+\n$/)]);
  return ended.stderr;
}

function makeSqlite(): string {
  const path = join(freshDirectory(), "w.sqlite");
  using database = new Database(path);
  database.run("CREATE TABLE automation_actions (id INTEGER PRIMARY KEY, error TEXT)");
  database.run(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO automation_actions (error) SELECT hex(zeroblob(500)) FROM n`);
  return path;
}

test("O1 a hot journal of a killed writer → exit 4: left by a writer that was killed, and nothing of WAL", async () => {
  const path = makeSqlite();
  const left = `${path}.left`;
  using writer = new Database(path);
  writer.run("PRAGMA cache_size = 5");
  writer.run("BEGIN");
  writer.run("UPDATE automation_actions SET error = 'x' || id");
  copyFileSync(path, left);
  copyFileSync(`${path}-journal`, `${left}-journal`);
  writer.run("ROLLBACK");
  const reason = await reasonOf(`sqlite:${left}`);
  expect(reason).toContain(`${left} was left by a writer that was killed`);
  expect(reason).toContain("open it once as a user who may write it");
  expect(reason).not.toContain("WAL");
});

test.each(
  numbered("O2", [
    { beside: "-wal", kind: "FIFO", make: (path: string) => Bun.spawnSync(["mkfifo", path]) },
    { beside: "-journal", kind: "directory", make: (path: string) => mkdirSync(path) },
    { beside: "-shm", kind: "FIFO", make: (path: string) => Bun.spawnSync(["mkfifo", path]) },
  ]),
)("$no a $beside that is a $kind → exit 4: it is the one that is named", async ({ beside, kind, make }) => {
  const path = makeSqlite();
  make(`${path}${beside}`);
  expect(await reasonOf(`sqlite:${path}`)).toContain(`${path}: w.sqlite${beside} beside it: it is a ${kind}`);
});

describe("a function behind the table", () => {
  test.each(
    numbered("O3", [
      { code: "40P01", wrong: "standby", says: "raises an error of its own (40P01)" },
      { code: "40001", wrong: "standby", says: "raises an error of its own (40001)" },
      { code: "28P01", wrong: "password", says: "raises an error of its own (28P01)" },
    ]),
  )("$no $code from a function of a primary → exit 4: nothing of a $wrong", async ({ no, code, wrong, says }) => {
    const schema = no.toLowerCase().replace(".", "_");
    await victim.sql.unsafe(`CREATE SCHEMA ${schema};
      CREATE FUNCTION ${schema}.r(text) RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING errcode = '${code}', message = 'boo'; END $$;
      CREATE VIEW ${schema}.sync_history AS SELECT id, crm_source, ${schema}.r(sync_type::text) AS sync_type, start_time, end_time,
        status, records_processed, records_created, records_updated, records_failed, error_message, configuration
        FROM orchestration.sync_history`);
    const settings = `crm_source = "dead"\nschema = "${schema}"\npreset = "sync-history"\ntimeout = "3s"`;
    const url = new URL(victim.url);
    const reason = await reasonOf(victim.url, { settings });
    expect(reason.replaceAll(url.host, "")).toContain(says);
    expect(reason).not.toContain(wrong);
  });
});

test("O4 three silent hosts → exit 4: no session was opened, nothing of the server's load", async () => {
  using mute = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const host = `127.0.0.1:${mute.port}`;
  // The time is over before the third is given up.
  const settings = 'timeout = "1s"';
  const reason = await reasonOf(`postgresql://u@${host},${host},${host}/d?connect_timeout=2`, { settings });
  expect(reason).toContain("no complete answer within 1 s: no session was opened: check hosts, ports");
  expect(reason).not.toContain("load");
});

test("O5 a Unix socket of too long a path → exit 2: in words, and the path is not repeated", async () => {
  const reason = await reasonOf(`postgresql://u@/d?host=/${"long/".repeat(25)}`, { code: 2 });
  expect(reason).toContain("the path of the Unix socket has more than 107 bytes");
  expect(reason).not.toContain("long/long");
});

test("O6 large notices without end → exit 4: look for notices, nothing of rules", async () => {
  const notice = message("N", `SNOTICE\0C00000\0M${"x".repeat(500_000)}\0\0`);
  await using server = await startFakeServer(async (client) => {
    await client.startup();
    await client.send(SESSION);
    await client.turn();
    while (!client.hasGone()) await client.send(notice);
  });
  const reason = await reasonOf(`postgresql://u@127.0.0.1:${server.port}/d?sslmode=disable`);
  expect(reason).toContain("answers with more than 32 MiB: look for notices in its log");
});

test.each(
  numbered("O7", [
    { how: "in capitals", said: "GEHEIM7" },
    { how: "backwards", said: "7mieheg" },
  ]),
)("$no refused, the password $how in the words → exit 4: it is hidden", async ({ said }) => {
  const refuses: Script = async (client) => {
    await client.startup();
    await client.send(failure({ S: "FATAL", V: "FATAL", C: "XX000", M: `it is ${said}!` }));
  };
  await using server = await startFakeServer(refuses);
  const reason = await reasonOf(`postgresql://u:geheim7@127.0.0.1:${server.port}/d?sslmode=disable`);
  expect(reason).toContain("it is ***! (XX000)");
});

/** Opens a session and hears the first question in it. */
const openSession: Script = async (client) => {
  await client.startup();
  await client.send(SESSION);
  await client.turn();
};

test("O8 a session that the server ends with its reason → exit 4: it is told, and nothing of the log", async () => {
  await using server = await startFakeServer(async (client) => {
    await openSession(client);
    await client.send(
      failure({ S: "FATAL", V: "FATAL", C: "25P04", M: "terminating connection due to transaction timeout" }),
    );
    client.hangUp("end");
  });
  const reason = await reasonOf(`postgresql://u@127.0.0.1:${server.port}/d?sslmode=disable`);
  expect(reason).toContain("terminating connection due to transaction timeout: raise that limit for the role");
  expect(reason).toContain("SET transaction_timeout");
  expect(reason).not.toContain("log");
});

test("O9 a session in which nothing is answered, as of a paused pooler → exit 4: nothing of network and firewalls", async () => {
  await using server = await startFakeServer(async (client) => {
    await openSession(client);
    await client.silence();
  });
  const url = `postgresql://u@127.0.0.1:${server.port}/d?sslmode=disable`;
  const reason = await reasonOf(url, { settings: 'timeout = "1s"' });
  expect(reason).toContain("a session was opened, and nothing is answered in it: is a pooler there paused");
  expect(reason).not.toContain("firewall");
});

test("O10 a store whose server is away → exit 5: the question has its own mark, and no full stop behind it", async () => {
  const url = `postgresql://u@127.0.0.1:${freePort()}/d`;
  const cwd = directoryWith(`[crm.a]\nurl = "${victim.url}"\ncrm_source = "dead"\n[store]\nurl = "${url}"\n`);
  const { code, stderr } = await runCli(GENERATE, { cwd });
  expect([code, stderr]).toEqual([
    5,
    expect.stringMatching(/reachable from here\? The reports were made, but are not kept\n$/),
  ]);
});

test.each(
  numbered("O11", [
    { name: "the store", path: "kept", dead: "kept" },
    { name: "its directory", path: "kept/r.sqlite", dead: "kept" },
    { name: "a directory above it", path: "kept/here/r.sqlite", dead: "kept" },
  ]),
)("$no $name is a symbolic link to nothing → exit 5: the link is named", async ({ path, dead }) => {
  const cwd = directoryWith(`[crm.a]\nurl = "${victim.url}"\ncrm_source = "dead"\n[store]\npath = "${path}"\n`);
  symlinkSync("/nowhere/at/all", join(cwd, dead));
  for (const args of [GENERATE, ["schedule", "status"], ["history", "list"]]) {
    const { code, stderr } = await runCli(args, { cwd });
    expect([code, stderr]).toEqual([
      5,
      expect.stringContaining(`${join(cwd, dead)} is a symbolic link to nothing: make what it names, or name another`),
    ]);
  }
});

test("O13 $STATE_DIRECTORY is a symbolic link to nothing, for schedule status → exit 5: the link is named", async () => {
  const cwd = directoryWith(`[crm.a]\nurl = "${victim.url}"\ncrm_source = "dead"\n`);
  const link = join(cwd, "state");
  symlinkSync("/nowhere/at/all", link);
  const { code, stderr } = await runCli(["schedule", "status"], { cwd, env: { STATE_DIRECTORY: link } });
  expect([code, stderr]).toEqual([5, expect.stringContaining(`${link} is a symbolic link to nothing: make what it`)]);
});

const DEAD_LINK = "odd is a symbolic link to nothing: make what it names, or choose another place\n";
const NO_DIRECTORY = "a part of its path is not a directory: choose another place\n";
const CIRCLE = "its symbolic links lead in a circle: choose another place\n";
const PLACES_OF_FILES = [
  { flag: "--output-dir", args: [...GENERATE, "--no-store", "--export-json", "--output-dir", "odd"], code: 5 },
  { flag: "--dir", args: ["demo", "--dir", "odd"], code: 2 },
];
const ODD = [
  { what: "a link to nothing", make: (path: string) => symlinkSync("/nowhere/at/all", path), says: DEAD_LINK },
  { what: "a circle of links", make: (path: string) => symlinkSync("odd", path), says: CIRCLE },
  { what: "a file", make: (path: string) => writeFileSync(path, ""), says: NO_DIRECTORY },
  { what: "a FIFO", make: (path: string) => Bun.spawnSync(["mkfifo", path]), says: NO_DIRECTORY },
];
test.each(
  numbered(
    "O14",
    PLACES_OF_FILES.flatMap((place) => ODD.map((odd) => ({ ...place, ...odd }))),
  ),
)("$no $flag is $what → exit $code, and the reason is told", async ({ args, code, make, says }) => {
  const cwd = directoryWith(`[crm.a]\nurl = "${victim.url}"\ncrm_source = "dead"\n`);
  make(join(cwd, "odd"));
  const ended = await runCli(args, { cwd });
  expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(says)]);
});

test.each(
  numbered("O12", [
    { by: "SCRAM", asks: authentication(10, "SCRAM-SHA-256\0\0") },
    { by: "MD5", asks: authentication(5, "salt") },
    { by: "clear text", asks: authentication(3) },
  ]),
)(
  "$no a password asked for by $by, then silence → exit 4: its authentication, and nothing of firewalls",
  async ({ asks }) => {
    await using server = await startFakeServer(async (client) => {
      await client.startup();
      await client.send(asks);
      await client.turn();
      await client.silence();
    });
    const host = `127.0.0.1:${server.port}`;
    const settings = 'timeout = "1s"';
    for (const hosts of [host, `${host},${host}`]) {
      const reason = await reasonOf(`postgresql://u:canary@${hosts}/d?sslmode=disable&connect_timeout=2`, { settings });
      expect(reason).toContain(
        "within 1 s: the server asked for the password, and has not said yet whether it accepts",
      );
      expect(reason).not.toContain("firewall");
    }
    const each = await reasonOf(`postgresql://u:canary@${host},${host}/d?sslmode=disable`, { settings });
    expect(each).toContain(`${host} asks for the password, and does not say whether it accepts it: look at its`);
  },
);
