/** Traps in the working directory and odd surroundings: the same bytes as anywhere else. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, directoryWith, freshDirectory, runCli } from "../../making/cli.ts";
import {
  AS_OF,
  expectNothingLeft,
  expectNoSecret,
  figuresOf,
  GENERATE,
  launch,
  makeTrio,
  reportOnDead,
  runsOf,
  type Trio,
} from "../../making/faults.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import { fillSyncHistory, listEngines, run, sharedServer } from "../../making/warehouses.ts";
import { numbered } from "../../making/numbers.ts";

let trio: Trio;

beforeAll(async () => {
  trio = await makeTrio();
});

afterAll(async () => await trio.healthy.close());

describe("traps in the working directory", () => {
  const TRAP = `require("node:fs").writeFileSync("sprung", ""); process.env.NO_COLOR = "1"; process.exit(99);`;

  function setTraps(cwd: string): void {
    const variables = `WAREHOUSE_URL=postgres://trap:canary@127.0.0.1:1/d\nNO_COLOR=1\nTZ=Asia/Kolkata\nAUTOMATION_REPORTS_CONFIG=/nowhere/trap.toml\nBUN_BE_BUN=1\nPGPASSWORD=canary\n`;
    for (const name of [".env", ".env.local", ".env.production", ".env.development"])
      writeFileSync(join(cwd, name), variables);
    writeFileSync(join(cwd, "trap.ts"), TRAP);
    writeFileSync(
      join(cwd, "bunfig.toml"),
      `preload = ["./trap.ts"]\nlogLevel = "debug"\n[run]\npreload = ["./trap.ts"]\n`,
    );
    writeFileSync(join(cwd, "package.json"), `{ "name": "trap", "imports": { "#*": "./trap.ts" }, "main": "trap.ts" }`);
    writeFileSync(join(cwd, "tsconfig.json"), `{ "compilerOptions": { "paths": { "*": ["./trap.ts"] } } }`);
    for (const module of ["postgres", "consola", "valibot", "citty"]) {
      mkdirSync(join(cwd, "node_modules", module), { recursive: true });
      writeFileSync(join(cwd, "node_modules", module, "index.js"), TRAP);
    }
  }

  test("W1 traps in the working directory (.env, bunfig, package.json, modules) → the documents are equal, none is run", async () => {
    const cwd = trio.healthyOnly();
    setTraps(cwd);
    const { code, stdout, stderr } = await launch(GENERATE, { cwd }).trial;
    expect([code, stderr, figuresOf(stdout)]).toEqual([0, "", trio.expected]);
    expect(existsSync(join(cwd, "sprung"))).toBe(false);
  });

  test("W2 a .env with the configuration's variable → exit 2, it is not set", async () => {
    const cwd = directoryWith('[defaults]\nurl = "${WAREHOUSE_URL}"\n[crm.first]\n');
    setTraps(cwd);
    const ended = await launch(GENERATE, { cwd }).trial;
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toContain("the environment variable WAREHOUSE_URL is not set");
    expect(ended.stderr).not.toContain("canary");
    expect(existsSync(join(cwd, "sprung"))).toBe(false);
  });

  test("W3 a .env with NO_COLOR → a terminal keeps its colours", () => {
    const cwd = trio.healthyOnly();
    setTraps(cwd);
    const typescript = join(freshDirectory(), "typescript");
    Bun.spawnSync(["script", "-qec", [BINARY, "generate", ...AS_OF].join(" "), typescript], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm" },
      stdin: "ignore",
      stdout: "ignore",
    });
    expect(readFileSync(typescript, "utf8")).toContain("\u001b[");
    expect(existsSync(join(cwd, "sprung"))).toBe(false);
  });
});

describe("time zones change no byte", () => {
  const ENGINES = listEngines().filter(({ name }) => /^(packaged|sqlite)/.test(name));
  const ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia"];
  const times = [
    // Around midnight of each zone, and an hour that the spring change leaves out in New York.
    { start: "2026-03-08T07:30:00Z", end: "2026-03-08T07:31:00Z" },
    { start: "2026-03-08T05:00:00Z", end: "2026-03-08T05:00:01Z" },
    { start: "2026-03-07T18:30:00Z", end: "2026-03-07T18:30:02Z", status: "failed", error: "HTTP 429" },
    { start: "2026-03-08T11:00:00Z", end: "2026-03-08T12:00:00Z" },
  ];
  const asOf = ["--as-of", "2026-03-08T15:00:00Z", "--detailed"];

  test.each(numbered("W4", ENGINES))("$no time zones of the process, on $name → no byte differs", async ({ make }) => {
    const warehouse = await make(
      times.map((row) => run({ crm: "hubspot", ...row })),
      [],
    );
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
    const said = await Promise.all(
      ZONES.map(async (zone) => {
        const env = { TZ: zone, PGTZ: zone };
        const table = await launch(["generate", ...asOf], { cwd, env }).trial;
        const json = await launch(["generate", ...asOf, "--format", "json"], { cwd, env }).trial;
        for (const ended of [table, json]) expectNoSecret(ended);
        return { codes: [table.code, json.code], table: withoutPass(table.stdout), json: withoutPass(json.stdout) };
      }),
    );
    const [first] = said;
    expect(first?.codes).toEqual([0, 0]);
    expect(first?.table).toContain("to 8 Mar 2026 15:00 UTC");
    expect(first?.json).toContain('"last_success_at": "2026-03-08T12:00:00Z"');
    for (const other of said) expect(other).toEqual(first!);
    await warehouse.close();
  });

  test("W5 time zone, date style and float digits of a database → the documents are equal", async () => {
    await trio.healthy.sql.unsafe(`ALTER DATABASE ${trio.healthy.name} SET timezone = 'Pacific/Apia'`);
    await trio.healthy.sql.unsafe(`ALTER DATABASE ${trio.healthy.name} SET datestyle = 'SQL, DMY'`);
    await trio.healthy.sql.unsafe(`ALTER DATABASE ${trio.healthy.name} SET extra_float_digits = 0`);
    const ended = await launch(GENERATE, { cwd: trio.healthyOnly() }).trial;
    await trio.healthy.sql.unsafe(`ALTER DATABASE ${trio.healthy.name} RESET ALL`);
    expect([ended.code, figuresOf(ended.stdout)]).toEqual([0, trio.expected]);
    await expectNothingLeft(ended, [trio.healthy]);
  });
});

describe("what the reader's role is set to", () => {
  const SETTINGS = [
    "standard_conforming_strings = off",
    "quote_all_identifiers = on",
    "backslash_quote = off",
    "transform_null_equals = on",
    "array_nulls = off",
    "xmloption = document",
    "client_encoding = 'LATIN1'",
    "default_transaction_isolation = 'serializable'",
    "default_transaction_read_only = on",
    "statement_timeout = 1",
    "idle_in_transaction_session_timeout = 1",
    "client_min_messages = debug5",
    "enable_seqscan = off",
    "plan_cache_mode = force_generic_plan",
    "client_min_messages = log; debug_print_plan = on",
  ];
  let database: TestDatabase;
  let role: string;
  let expected: unknown;

  const read = async () => {
    const url = database.url.replace(/\/\/[^@]*@/, `//${role}:canary@`);
    const ended = await launch(GENERATE, { cwd: trio.withDead(url) }).trial;
    expect([ended.code, ended.stderr]).toEqual([0, ""]);
    expectNoSecret(ended);
    return figuresOf([reportOnDead(ended.stdout, trio)]);
  };

  beforeAll(async () => {
    database = await (await sharedServer()).createDatabase();
    role = `settings_${database.name}`;
    // Messages with digits, a backslash and no S, of which a pattern without its backslash makes something else.
    const odd = ["too 1 late", "too 2 late", String.raw`C:\new\1`].map((error, index) =>
      run({
        crm: "dead",
        start: `2026-07-10T0${index + 3}:00:00Z`,
        end: `2026-07-10T0${index + 3}:00:09Z`,
        status: index === 2 ? "success" : "failed",
        error,
      }),
    );
    await fillSyncHistory("M")(
      database.sql,
      [...runsOf("dead"), ...odd],
      [{ crm: "dead", name: "contacts", enabled: true }],
    );
    await database.sql
      .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'; GRANT USAGE ON SCHEMA orchestration TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${role}`);
    expected = await read();
    expect(expected).toMatchObject([{ performance_metrics: { total_actions: 5, failed_actions: 3 } }]);
  });
  afterAll(async () => await database.close());

  test.each(
    numbered(
      "W6",
      SETTINGS.map((setting) => ({ setting })),
    ),
  )("$no a role with $setting → exit 0, the documents are equal", async ({ setting }) => {
    for (const one of setting.split("; ")) await database.sql.unsafe(`ALTER ROLE ${role} SET ${one}`);
    const seen = await read();
    await database.sql.unsafe(`ALTER ROLE ${role} RESET ALL`);
    expect(seen).toEqual(expected as unknown[]);
  });

  test("W7 a database of the store with both of the first → exit 0, made, listed and checked", async () => {
    const store = await (await sharedServer()).createDatabase();
    for (const setting of SETTINGS.slice(0, 2)) await store.sql.unsafe(`ALTER DATABASE ${store.name} SET ${setting}`);
    const cwd = directoryWith(`[store]\nurl = "${store.url}"\n[crm.first]\nurl = "${trio.healthyUrl}"\n`);
    expect(await runCli([...GENERATE], { cwd })).toMatchObject({ code: 0, stderr: "" });
    const listed = await runCli(["history", "list", "--format", "json"], { cwd });
    expect([listed.code, (JSON.parse(listed.stdout) as unknown[]).length]).toEqual([0, 1]);
    const checked = await runCli(["store", "check", "--quiet"], { cwd });
    expect([checked.code, checked.stderr, checked.stdout]).toEqual([0, "", expect.stringContaining("is in order")]);
    await store.close();
  });
});

/** Without the lines and figures that differ from pass to pass. */
function withoutPass(text: string): string {
  return text
    .replace(/"(pass_id|report_generated_at|query_seconds)": .*/g, "")
    .replace(/made in \d+\.\d\d s/, "")
    .replace(/"started_at": "20[^"]+Z",\n  "window"/, '"started_at": "T",\n  "window"')
    .replaceAll(/"seconds": [\d.]+/g, '"seconds": 0');
}
