/** "Made" is not "well": a table that is gone, a source that waits for ever, a URL whose parameters are not read. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";

import { join } from "node:path";
import { ask, ENGINES, HOUR, makeWarehouse, repeat } from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { sharedServer } from "../making/warehouses.ts";

type Engine = (typeof ENGINES)[number];

/** A database without the wanted tables; on PostgreSQL one of that name is in another schema. */
async function withoutTables(engine: Engine): Promise<AsyncDisposable & { url: string }> {
  if (engine === "postgresql") {
    const { sql, url, close } = await (await sharedServer()).createDatabase();
    await sql.unsafe("CREATE SCHEMA etl; CREATE TABLE etl.automation_actions (id int)");
    return { url, [Symbol.asyncDispose]: close };
  }
  const path = join(directoryWith(""), "other.sqlite");
  using database = new Database(path);
  database.run("CREATE TABLE something (id INTEGER)");
  return { url: `sqlite:${path}`, [Symbol.asyncDispose]: async () => {} };
}

describe.each(ENGINES)("%s", (engine) => {
  test("table-gone-pings-success: the ping, the slot and its status say that nothing could be read", async () => {
    const pings: string[] = [];
    using peer = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: ({ url }) => {
        pings.push(new URL(url).pathname);
        return new Response("OK");
      },
    });
    await using warehouse = await withoutTables(engine);
    const cwd =
      directoryWith(`[store]\npath = "s.sqlite"\n[crm.hubspot]\nurl = "${warehouse.url}"\n[[schedule]]\nname = "x"
cron = "* * * * *"\nretries = 0\nping_url = "http://127.0.0.1:${peer.port}/slot"\n`);
    const ran = await runCli(["schedule", "run", "x"], { cwd });
    expect(ran.code).toBe(4);
    expect(pings).toEqual(["/slot/start", "/slot/4"]);
    const status = await runCli(["schedule", "status"], { cwd });
    expect(status.code).toBe(1);
    expect(status.stdout).toContain("could not be read: hubspot");
  });

  test("a table that is gone is critical, and the report is made and exported all the same", async () => {
    await using warehouse = await withoutTables(engine);
    const asked = { flags: ["--export-json", "--output-dir", "out"] };
    const { code, report, stderr } = await ask(warehouse, asked);
    expect(code).toBe(4);
    expect(report).toMatchObject({ verdict: "critical", metadata: { status: "fallback" } });
    expect(report.findings).toMatchObject([{ id: "tables-missing", severity: "critical" }]);
    if (engine === "postgresql") expect(stderr).toContain("etl.automation_actions");
    expect(stderr).toContain("exported to ");
  });

  test("the schedules are there, and the table of the runs is gone or misspelt", async () => {
    await using warehouse = await makeWarehouse(engine, {
      runs: repeat({ from: "07-10 00:00", to: "07-10 20:00", every: HOUR }),
    });
    const [runs, schedules] =
      engine === "sqlite"
        ? ["sync_history", "sync_schedule"]
        : ["orchestration.sync_history", "orchestration.sync_schedule"];
    const change = async (statement: string) => {
      if (warehouse.sql !== null) {
        await warehouse.sql.unsafe(statement);
        return;
      }
      using database = new Database(warehouse.url.replace("sqlite:", ""));
      database.run(statement);
    };
    const noteOf = async (settings: string) => (await ask(warehouse, { settings })).report.metadata.note;
    // SQLite takes a name in any case of letters.
    for (const table of engine === "sqlite" ? ["nosuch"] : ["Sync_History", "nosuch"])
      expect(await noteOf(`preset = "sync-history"\ntable = "${table}"`)).toEndWith(
        `; ${runs} is there: leave table out to read it`,
      );
    const schema = engine === "sqlite" ? "" : 'schema = "orchestration"\n';
    await change(`CREATE VIEW ${engine === "sqlite" ? "" : "orchestration."}my_runs AS SELECT * FROM ${runs}`);
    const cwd = directoryWith(
      `[crm.hubspot]\nurl = "${warehouse.url}"\npreset = "sync-history"\n${schema}table = "my_runs"\n`,
    );
    // A table of another name is there as well, and the one that is configured is read.
    expect((await runCli(["check"], { cwd })).stdout).not.toContain("has a name of the preset too");
    await change(`DROP VIEW ${engine === "sqlite" ? "" : "orchestration."}my_runs`);
    await change(`DROP TABLE ${runs}`);
    expect(await noteOf("")).toEndWith(`; ${schedules} is there, so only the table of the runs is missing`);
  });

  test("one CRM without its table is exit 3, and the other's report is whole", async () => {
    await using gone = await withoutTables(engine);
    await using there = await makeWarehouse(engine, {
      runs: repeat({ from: "07-09 00:00", to: "07-10 20:00", every: HOUR }),
    });
    const cwd = directoryWith(`[crm.genius]\nurl = "${gone.url}"\n[crm.hubspot]\nurl = "${there.url}"\n`);
    const { code, stdout } = await runCli(["generate", "--no-store", "--no-color", "--as-of", "2026-07-10T21:00:00Z"], {
      cwd,
    });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^✗ genius +no table  no table to read: looked for /m);
    expect(stdout).toMatch(/^✓ hubspot$/m);
    // Of each hour from 21:00 on, until the run that started at 20:00.
    expect(stdout).toMatch(/ · 24 runs, 0 failed[^]* · 1 of 2 CRMs read · /);
  });
});

describe("pipes", () => {
  /** Ends what waits for a writer. */
  const within = ["timeout", "--signal", "KILL", "10"];

  function withPipe(config: string): string {
    const cwd = directoryWith(config);
    expect(Bun.spawnSync(["mkfifo", join(cwd, "pipe")]).exitCode).toBe(0);
    return cwd;
  }

  test("fifo-as-url-file: refused at once", async () => {
    const cwd = withPipe('[crm.hubspot]\nurl_file = "pipe"\n');
    const { code, stderr } = await runCli(["generate", "--no-store"], { cwd, within });
    expect(code).toBe(2);
    expect(stderr).toContain("it is a FIFO, not a file");
  });

  test("and as --config", async () => {
    const cwd = withPipe("");
    const { code, stderr } = await runCli(["generate", "--config", "pipe"], { cwd, within });
    expect(code).toBe(2);
    expect(stderr).toContain("it is a FIFO, not a file");
  });

  test("a device is refused as one", async () => {
    const { code, stderr } = await runCli(["config", "check", "--config", "/dev/zero"], { within });
    expect(code).toBe(2);
    expect(stderr).toContain("it is a device, not a file");
  });
});

describe("url-parameters", () => {
  const BASE = "postgres://u@127.0.0.1:5432/d";
  const REFUSED = [
    { name: "a parameter that nobody knows", url: `${BASE}?nonsense=1`, word: "nonsense" },
    {
      name: "Neon's channel_binding=require",
      url: `${BASE}?sslmode=require&channel_binding=require`,
      word: "channel_binding",
    },
    { name: "an unescaped ? in a password", url: "postgres://u:pa?ss@127.0.0.1:5432/d", word: "%3F" },
  ];
  for (const { name, url, word } of REFUSED) {
    test(`${name} is named`, async () => {
      const { code, stderr } = await runCli(["config", "check"], {
        cwd: directoryWith(`[crm.hubspot]\nurl = "${url}"\n`),
      });
      expect(code).toBe(2);
      expect(stderr).toContain(word);
      expect(stderr).not.toContain("pa?ss");
    });
  }

  const accepted = [
    "keepalives_idle=30",
    "tcp_user_timeout=1000",
    "options=-c%20search_path%3Dx",
    "pgbouncer=true",
    "ssl=true",
    "application_name=x",
    "channel_binding=prefer",
  ];
  for (const parameters of accepted) {
    test(`${parameters} is accepted`, async () => {
      const cwd = directoryWith(`[crm.hubspot]\nurl = "${BASE}?${parameters}"\n`);
      expect(await runCli(["config", "check"], { cwd })).toMatchObject({ code: 0, stderr: "" });
    });
  }
});
