/** Columns of other types than the usual ones, on PostgreSQL: read, or named with column and type. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  ask,
  at,
  cron,
  type CaseWarehouse,
  ENGINES,
  HOUR,
  makeWarehouse,
  repeat,
  type Rows,
  ruleOf,
} from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { reportsIn } from "../making/passes.ts";
import { run } from "../making/warehouses.ts";

const HISTORY = "orchestration.sync_history";
const SCHEDULE = "orchestration.sync_schedule";

/** 24 runs in the window, two of them failed, and their schedule. */
const HOURLY: Rows = {
  runs: repeat({ from: "07-08 00:00", to: "07-10 20:00", every: HOUR }, (start) =>
    /T0[34]/.test(start) && start > at("07-10 00:00") ? { status: "failed", error: "HTTP 500" } : {},
  ),
  schedules: [cron("0 * * * *", "contacts")],
};

/** `HOURLY` behind changed columns. */
async function changed(sql: string): Promise<CaseWarehouse> {
  const warehouse = await makeWarehouse("postgresql", HOURLY);
  await warehouse.sql?.unsafe(sql);
  return warehouse;
}

const STATUS = `ALTER TABLE ${HISTORY} ALTER status DROP DEFAULT`;

type Change = { name: string; sql: string };
const READ: Change[] = [
  {
    name: "enum-status: an enum of its own words",
    sql: `CREATE TYPE words AS ENUM ('success', 'failed', 'running', 'partial'); ${STATUS}, ALTER status TYPE words USING status::words`,
  },
  {
    name: "typed-differently: counts as text",
    sql: `ALTER TABLE ${HISTORY} ALTER records_processed DROP DEFAULT, ALTER records_processed TYPE text`,
  },
  {
    name: "typed-differently: the error as jsonb",
    sql: `ALTER TABLE ${HISTORY} ALTER error_message TYPE jsonb USING to_jsonb(error_message)`,
  },
  {
    name: "typed-differently: enabled as integer",
    sql: `ALTER TABLE ${SCHEDULE} ALTER enabled TYPE int USING enabled::int`,
  },
  { name: "a domain", sql: `CREATE DOMAIN word AS text CHECK (value <> ''); ${STATUS}, ALTER status TYPE word` },
  {
    name: "a domain of a domain of an enum, and one of a time",
    sql: `CREATE TYPE words AS ENUM ('success', 'failed'); CREATE DOMAIN outcome AS words; CREATE DOMAIN own_outcome AS outcome;
      CREATE DOMAIN instant AS timestamptz; CREATE DOMAIN own_instant AS instant;
      ${STATUS}, ALTER status TYPE own_outcome USING status::words, ALTER start_time TYPE own_instant`,
  },
  {
    name: "capitals of a language in which a small I has no dot",
    sql: `${STATUS}, ALTER status TYPE text COLLATE "tr-x-icu"; UPDATE ${HISTORY} SET status = replace(upper(status), 'İ', 'I');
      ALTER TABLE ${SCHEDULE} ALTER recurrence_type TYPE text COLLATE "tr-x-icu", ALTER crm_source TYPE text COLLATE "tr-x-icu";
      UPDATE ${SCHEDULE} SET recurrence_type = 'INTERVAL', every = 1, period = 'HOURS'`,
  },
  {
    name: "padded characters",
    sql: `${STATUS}, ALTER status TYPE char(20); ALTER TABLE ${HISTORY} ALTER crm_source TYPE char(20)`,
  },
  {
    name: "a start in seconds since 1970",
    sql: `ALTER TABLE ${HISTORY} ALTER start_time TYPE bigint USING extract(epoch FROM start_time)::bigint`,
  },
  {
    name: "columns of any type that are not read, with the names of some that are read elsewhere",
    sql: `ALTER TABLE ${HISTORY} ADD priority int[], ADD hour tsrange, ADD rule point, ADD dry_run interval;
      ALTER TABLE ${SCHEDULE} ADD records_processed interval, ADD start_time int[], ADD status tsrange`,
  },
  {
    name: "a schedule that was changed at infinity, and says in words when it was made",
    sql: `ALTER TABLE ${SCHEDULE} ALTER created_at DROP DEFAULT, ALTER created_at TYPE text USING 'long ago';
      UPDATE ${SCHEDULE} SET updated_at = 'infinity'`,
  },
  {
    name: "a schedule that begins on a date",
    sql: `ALTER TABLE ${SCHEDULE} ALTER start_at TYPE date; UPDATE ${SCHEDULE} SET start_at = '2026-01-01'`,
  },
  {
    name: "a schedule's times of other types",
    sql: `ALTER TABLE ${SCHEDULE} ALTER created_at DROP DEFAULT, ALTER created_at TYPE interval USING interval '1 day',
      DROP updated_at`,
  },
  {
    name: "schedules of which none ever begins or ends",
    sql: `ALTER TABLE ${SCHEDULE} DROP start_at, DROP end_at`,
  },
  {
    name: "counts as jsonb",
    sql: `ALTER TABLE ${HISTORY} ALTER records_processed DROP DEFAULT, ALTER records_processed TYPE jsonb USING to_jsonb(records_processed)`,
  },
  {
    name: "the errors in an array",
    sql: `ALTER TABLE ${HISTORY} ALTER error_message TYPE text[] USING CASE WHEN error_message IS NULL THEN '{}' ELSE ARRAY[error_message] END`,
  },
  {
    name: "the error as xml",
    sql: `ALTER TABLE ${HISTORY} ALTER error_message TYPE xml USING xmlparse(CONTENT error_message)`,
  },
  {
    name: "status, rule, CRM and error as json, the error of a domain",
    sql: `CREATE DOMAIN note AS json; ${STATUS}; DO $$ DECLARE index text; BEGIN
        FOR index IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = '${HISTORY}'::regclass AND NOT indisprimary
        LOOP EXECUTE 'DROP INDEX ' || index; END LOOP; END $$;
      ALTER TABLE ${HISTORY} ALTER status TYPE json USING to_json(status), ALTER sync_type TYPE json USING to_json(sync_type),
      ALTER crm_source TYPE json USING to_json(crm_source), ALTER error_message TYPE note USING to_json(error_message)`,
  },
  ...["json", "jsonb"].map((type) => ({
    name: `counts as strings of ${type}, and a null of it`,
    sql: `ALTER TABLE ${HISTORY} ALTER records_processed DROP DEFAULT, ALTER records_failed DROP DEFAULT,
      ALTER records_processed TYPE ${type} USING to_json(records_processed::text)::${type}, ALTER records_failed TYPE ${type} USING 'null'`,
  })),
  {
    name: "large and exact numbers",
    sql: `ALTER TABLE ${HISTORY} ALTER records_processed TYPE bigint, ALTER records_failed TYPE numeric(20, 0)`,
  },
];

describe("read", () => {
  for (const { name, sql } of READ) {
    test(name, async () => {
      await using warehouse = await changed(sql);
      const { code, report } = await ask(warehouse);
      expect(code).toBe(0);
      expect(report.performance_metrics).toMatchObject({ total_actions: 24, successful_actions: 22 });
      expect(ruleOf(report, "contacts")).toMatchObject({ total: 24, expected: 24, missed: 0 });
      expect(report.error_groups).toMatchObject([{ count: 2, example: "HTTP 500" }]);
      expect(report.performance_metrics.records.processed).toBe(2400);
    });
  }
});

test.each(["json", "jsonb"])("causes in a column of type %s are told apart, as a text's are", async (type) => {
  const errors = [
    "Period is closed.",
    "Please enter value(s) for: Subsidiary.",
    'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: caf\u00e9 \ud83d\ude00 \\u0000 closed',
  ];
  const runs = errors.map((error, index) =>
    run({ start: at(`07-10 0${index}:00`), end: at(`07-10 0${index}:01`), status: "failed", error }),
  );
  await using warehouse = await makeWarehouse("postgresql", { runs });
  await warehouse.sql?.unsafe(`ALTER TABLE ${HISTORY} ALTER error_message TYPE ${type} USING to_json(error_message)`);
  const { report } = await ask(warehouse);
  expect(new Set(report.error_groups.map(({ example }) => example))).toEqual(
    new Set([
      "Period is closed.",
      "Please enter value(s) for: Subsidiary.",
      "ValueError: caf\u00e9 \ud83d\ude00 \\u0000 closed",
    ]),
  );
});

describe("columns of several collations, whatever leads to the older rows", () => {
  const indexes = {
    M: `CREATE INDEX ON ${HISTORY} (crm_source, sync_type); CREATE INDEX ON ${HISTORY} (start_time)`,
    H: `CREATE INDEX ON ${HISTORY} (crm_source, sync_type, start_time DESC)`,
  };
  test.each(["M", "H"] as const)("the indexes of shape %s", async (shape) => {
    const runs = [
      ...repeat({ from: "06-20 00:00", to: "07-10 20:00", every: HOUR }, (start) => ({
        processed: start >= at("07-09 00:00") ? 0 : 5000,
      })),
      ...repeat({ rule: "users", from: "05-01 00:00", to: "05-20 00:00", every: HOUR }),
    ];
    await using warehouse = await makeWarehouse("postgresql", { runs });
    await warehouse.sql
      ?.unsafe(`DROP INDEX orchestration.sync_history_crm_source_sync_type_start_time_idx; ${indexes[shape]};
      ${STATUS}, ALTER crm_source TYPE text COLLATE "C", ALTER sync_type TYPE text COLLATE "de-x-icu",
      ALTER status TYPE text COLLATE "fr-x-icu", ALTER error_message TYPE text COLLATE "und-x-icu"; ANALYZE`);
    const { code, report } = await ask(warehouse, { flags: ["--time-window", "1h"] });
    expect(code).toBe(0);
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "empty", usual_records: 5000 });
    expect(ruleOf(report, "users").condition).toBe("overdue");
  });
});

test("json with escapes that the server makes no text of is shown without them", async () => {
  const runs = [run({ start: at("07-10 03:00"), end: at("07-10 03:01"), status: "failed", error: "x" })];
  await using warehouse = await makeWarehouse("postgresql", { runs });
  await warehouse.sql?.unsafe(String.raw`ALTER TABLE ${HISTORY}
    ALTER error_message TYPE json USING '"half \ud83d of \\u0000 \u0000 \ud83d\ude00 caf\u00e9 closed"'`);
  const { code, report } = await ask(warehouse);
  expect(code).toBe(0);
  expect(report.error_groups).toMatchObject([{ example: "half of \\u0000 \ud83d\ude00 caf\u00e9 closed" }]);
});

const UNFIT: { name: string; sql: string; words: string }[] = [
  {
    name: "days of the week as an array",
    sql: `ALTER TABLE ${SCHEDULE} ALTER day_of_week TYPE text[] USING ARRAY[day_of_week]`,
    words: "day_of_week (text[])",
  },
  {
    name: "flags as bits, and an interval that is one",
    sql: `ALTER TABLE ${SCHEDULE} ALTER enabled TYPE bit USING B'1', ALTER every TYPE interval USING '1 hour'`,
    words: "every (interval), enabled (bit)",
  },
  {
    name: "no name of a model",
    sql: `ALTER TABLE ${SCHEDULE} DROP model_name`,
    words: "lacks the column model_name",
  },
];

describe("schedules that cannot be read: the runs are reported, and what is missing is said", () => {
  for (const { name, sql, words } of UNFIT) {
    test(name, async () => {
      await using warehouse = await changed(sql);
      const { code, report } = await ask(warehouse);
      expect(code).toBe(0);
      expect(report.performance_metrics).toMatchObject({ total_actions: 24, successful_actions: 22 });
      expect(ruleOf(report, "contacts")).toMatchObject({ total: 24, expected: null });
      const problem = report.findings.find(({ id }) => id === "rules-unreadable");
      expect([problem?.severity, problem?.message]).toEqual(["warning", expect.stringContaining(words)]);
      const advice = report.recommendations.find(({ id }) => id === "read-rules");
      expect(advice?.recommendation).toContain("in rules_table");
    });
  }
});

test("a view of schedules that is slow takes a quarter of the time, and not the runs", async () => {
  // Each row takes a fifth of a second.
  await using warehouse = await changed(
    `ALTER TABLE ${SCHEDULE} RENAME TO kept; CREATE VIEW ${SCHEDULE} AS
      SELECT kept.* FROM orchestration.kept, LATERAL (SELECT pg_sleep(0.2), kept.id FROM generate_series(1, 50)) AS slow WHERE slow.id = kept.id`,
  );
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\ntimeout = "4s"\n`);
  const { code, stdout } = await runCli(["generate", "--no-store", "--as-of", at("07-10 21:00"), "--format", "json"], {
    cwd,
  });
  expect(code).toBe(0);
  const [report] = reportsIn(stdout);
  expect(report?.performance_metrics).toMatchObject({ total_actions: 24, successful_actions: 22 });
  const problem = report?.findings.find(({ id }) => id === "rules-unreadable");
  expect(problem?.message).toContain("cannot be read: no complete answer within 1 s, a quarter of its time");
  const check = await runCli(["check"], { cwd });
  expect([check.code, check.stdout.replaceAll(/\s+/g, " ")]).toEqual([
    0,
    expect.stringContaining('→ see why SELECT * FROM "orchestration"."sync_schedule" takes so long, raise timeout'),
  ]);
});

const NAMED: { name: string; sql: string; words: string[] }[] = [
  {
    name: "a status that is an array",
    sql: `DROP INDEX IF EXISTS orchestration.sync_history_status_start_time_idx; ${STATUS}, ALTER status TYPE text[] USING ARRAY[status]`,
    words: ["status (text[])", "name a view that casts them", "status[1] AS status"],
  },
  {
    name: "a start that is a date: all runs of a day would begin at midnight",
    sql: `ALTER TABLE ${HISTORY} ALTER start_time TYPE date`,
    words: ["start_time is a date: it needs a time of day"],
  },
  {
    name: "money, bytes and a range, each with what a view may read of it",
    sql: `DO $$ DECLARE index text; BEGIN
        FOR index IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = '${HISTORY}'::regclass AND NOT indisprimary
        LOOP EXECUTE 'DROP INDEX ' || index; END LOOP; END $$;
      ALTER TABLE ${HISTORY} ALTER records_processed DROP DEFAULT, ALTER records_processed TYPE money USING records_processed::numeric::money,
        ALTER error_message TYPE bytea USING convert_to(error_message, 'UTF8'),
        ALTER start_time TYPE tstzrange USING tstzrange(start_time, end_time)`,
    words: [
      "records_processed::numeric AS records_processed",
      "encode(error_message, 'escape') AS error_message",
      "lower(start_time) AS start_time",
    ],
  },
  {
    name: "an end that is a date",
    sql: `CREATE DOMAIN day AS date; ALTER TABLE ${HISTORY} ALTER end_time TYPE day`,
    words: ["end_time is a date: it needs a time of day"],
  },
];

describe("named, where it cannot be read", () => {
  for (const { name, sql, words } of NAMED) {
    test(name, async () => {
      await using warehouse = await changed(sql);
      const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
      const { code, stderr } = await runCli(["generate", "--no-store", "--as-of", at("07-10 21:00")], { cwd });
      expect(code).toBe(4);
      const check = await runCli(["check"], { cwd });
      expect(check.code).not.toBe(0);
      for (const word of words)
        for (const told of [stderr, check.stdout]) expect(told.replaceAll(/\s+/g, " ")).toContain(word);
      expect(check.stdout).not.toContain("crm_source");
    });
  }
});

const LOCAL = ["start_time", "end_time"]
  .map(
    (column) => `ALTER TABLE ${HISTORY} ALTER ${column} TYPE timestamp USING ${column} AT TIME ZONE 'America/New_York'`,
  )
  .join("; ");
const ZONE = `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = ''America/New_York''', current_database()); END $$`;

test("naive-local-time: times without a zone, while the server's zone is New York, are told with the setting", async () => {
  await using warehouse = await changed(`${LOCAL}; ${ZONE}`);
  const { report, stderr } = await ask(warehouse);
  expect([...report.findings.map(({ message }) => message), stderr].join("\n")).toContain("timezone");
});

const SQLITE: { name: string; sql: string }[] = [
  {
    name: "columns that are generated",
    sql: `ALTER TABLE sync_history RENAME TO kept; CREATE TABLE sync_history (id INTEGER PRIMARY KEY, crm_source, sync_type, start_time, seconds,
        end_time AS (strftime('%Y-%m-%dT%H:%M:%SZ', start_time, seconds || ' seconds')), code, status AS (iif(code = 1, 'success', 'failed')) STORED,
        records_processed, records_created, records_updated, records_failed, error_message);
      INSERT INTO sync_history (id, crm_source, sync_type, start_time, seconds, code, records_processed, error_message)
        SELECT id, crm_source, sync_type, start_time, 60, status = 'success', records_processed, error_message FROM kept`,
  },
  {
    name: "tables and columns in capitals",
    sql: `ALTER TABLE sync_history RENAME TO kept; ALTER TABLE kept RENAME TO Sync_History; ALTER TABLE Sync_History RENAME status TO STATUS;
      ALTER TABLE sync_schedule RENAME TO kept; ALTER TABLE kept RENAME TO SYNC_SCHEDULE`,
  },
  {
    name: "schedules of which none ever begins or ends",
    sql: `ALTER TABLE sync_schedule DROP start_at; ALTER TABLE sync_schedule DROP end_at`,
  },
];

test.each(SQLITE)("SQLite: $name are read", async ({ sql }) => {
  await using warehouse = await makeWarehouse("sqlite", HOURLY);
  using database = new Database(warehouse.url.slice("sqlite:".length));
  database.run(sql);
  const { code, report } = await ask(warehouse);
  expect(code).toBe(0);
  expect(report.performance_metrics).toMatchObject({ total_actions: 24, successful_actions: 22 });
  expect(ruleOf(report, "contacts")).toMatchObject({ expected: 24, missed: 0, duration_seconds: { p50: 60 } });
});

/** Behind the columns of a view, of which the last is the value. */
const FAILING = (value: string, from = "") =>
  `DROP TABLE sync_schedule; CREATE VIEW sync_schedule AS SELECT 'hubspot' AS crm_source, 'contacts' AS source_key, 'contacts' AS name,
    'contacts' AS model_name, 'crontab' AS recurrence_type, NULL AS every, NULL AS period, '0' AS minute, '*' AS hour, '*' AS day_of_week,
    '*' AS day_of_month, '*' AS month_of_year, ${value} AS enabled${from}`;

test.each([
  { name: "a table that is gone", sql: FAILING("1", " FROM gone"), says: "no such table: main.gone" },
  { name: "a function of another program", sql: FAILING("now()"), says: "no such function: now" },
  { name: "itself", sql: FAILING("1", " FROM sync_schedule"), says: "view sync_schedule is circularly defined" },
  {
    name: "a document that is none",
    sql: `CREATE TABLE kept (text); INSERT INTO kept VALUES ('{'); ${FAILING("text ->> '$.on'", " FROM kept")}`,
    says: "malformed JSON",
  },
])("SQLite: schedules behind a view of $name are unknown, and the runs are reported", async ({ sql, says }) => {
  await using warehouse = await makeWarehouse("sqlite", HOURLY);
  using database = new Database(warehouse.url.slice("sqlite:".length));
  database.run(sql);
  const { code, report } = await ask(warehouse);
  expect(code).toBe(0);
  expect(report.performance_metrics).toMatchObject({ total_actions: 24, successful_actions: 22 });
  expect(report.system_health.rules_basis).toBe("unknown");
  const problem = report.findings.find(({ id }) => id === "rules-unreadable");
  expect(problem?.message).toContain(`"sync_schedule" cannot be read: ${says}`);
  expect(problem?.message).not.toContain(warehouse.url.slice("sqlite:".length));
  const check = await runCli(["check"], { cwd: directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`) });
  expect([check.code, check.stdout.replace(/\s+/g, " ")]).toEqual([0, expect.stringContaining(says)]);
});

describe.each(ENGINES)("%s", (engine) => {
  test("a history without configuration has no dry runs", async () => {
    const runs = repeat({ from: "07-08 00:00", to: "07-10 20:00", every: HOUR });
    await using warehouse = await makeWarehouse(engine, { runs });
    await warehouse.sql?.unsafe(`ALTER TABLE ${HISTORY} DROP configuration`);
    if (warehouse.sql === null) {
      using database = new Database(warehouse.url.replace("sqlite:", ""));
      database.run("ALTER TABLE sync_history DROP configuration");
    }
    const { code, report } = await ask(warehouse);
    expect(code).toBe(0);
    expect(report.performance_metrics).toMatchObject({ total_actions: 24, dry_run_actions: 0 });
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
    const check = await runCli(["check"], { cwd });
    expect([check.code, check.stdout.includes("lacks")]).toEqual([0, false]);
  });
});

test("a time without a zone that is not read raises no doubt", async () => {
  await using warehouse = await changed(`ALTER TABLE ${HISTORY} ALTER created_at TYPE timestamp;
    ALTER TABLE ${SCHEDULE} ADD noted_at timestamp; ${ZONE}`);
  const { code, report, stderr } = await ask(warehouse);
  expect(code).toBe(0);
  expect([...report.findings.map(({ message }) => message), stderr].join("\n")).not.toContain("zone");
});

const LOCAL_TEXT = (format: string, columns = ["start_time", "end_time"]) =>
  columns
    .map(
      (column) =>
        `ALTER TABLE ${HISTORY} ALTER ${column} TYPE text USING to_char(${column} AT TIME ZONE 'America/New_York', '${format}')`,
    )
    .join("; ");
const AS_TYPE = (type: string) =>
  ["start_time", "end_time"].map((column) => `; ALTER TABLE ${HISTORY} ALTER ${column} TYPE ${type}`).join("");

test.each([
  { name: "text", sql: LOCAL_TEXT("YYYY-MM-DD HH24:MI:SS") },
  { name: "a text with a T and a fraction", sql: LOCAL_TEXT('YYYY-MM-DD"T"HH24:MI:SS.MS') },
  { name: "a text without signs", sql: LOCAL_TEXT('YYYYMMDD"T"HH24MISS') },
  { name: "an end only", sql: LOCAL_TEXT("YYYY-MM-DD HH24:MI:SS", ["end_time"]) },
  { name: "varchar", sql: LOCAL_TEXT("YYYY-MM-DD HH24:MI:SS") + AS_TYPE("varchar(40)") },
  {
    name: "a domain over text",
    sql: `CREATE DOMAIN moment AS text; ${LOCAL_TEXT("YYYY-MM-DD HH24:MI:SS")}${AS_TYPE("moment")}`,
  },
  {
    name: "a text of a collation of its own",
    sql: `CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      ${LOCAL_TEXT("YYYY-MM-DD HH24:MI:SS")}${AS_TYPE("text COLLATE loose")}`,
  },
])(
  "naive-local-time: $name without a zone, while the server's zone is New York, is told with the setting",
  async ({ sql }) => {
    await using warehouse = await changed(`${sql}; ${ZONE}`);
    const { report } = await ask(warehouse);
    expect(report.findings.find(({ id }) => id === "times-without-zone")?.message).toContain(
      "America/New_York: set timezone",
    );
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
    expect((await runCli(["check"], { cwd })).stdout).toContain('timezone = "America/New_York"');
    const { report: told } = await ask(warehouse, { settings: 'timezone = "America/New_York"' });
    expect(told.findings.map(({ id }) => id)).not.toContain("times-without-zone");
  },
);

const IN_ZONE = (written: string) =>
  ["start_time", "end_time"]
    .map((column) => `ALTER TABLE ${HISTORY} ALTER ${column} TYPE text USING ${written.replaceAll(/\bt\b/g, column)}`)
    .join("; ");

test.each([
  { name: "an offset", sql: IN_ZONE("to_char(t, 'YYYY-MM-DD HH24:MI:SSOF')") },
  { name: "Z", sql: IN_ZONE(`to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`) },
  { name: "UTC", sql: IN_ZONE("to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"')") },
  {
    name: "an offset behind a mail's time",
    sql: IN_ZONE("to_char(t AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS \"+0000\"')"),
  },
  { name: "seconds since 1970", sql: IN_ZONE("extract(epoch from t)::bigint::text") },
])("a text that names its zone by $name raises no doubt", async ({ sql }) => {
  await using warehouse = await changed(`${sql}; ${ZONE}`);
  const { report } = await ask(warehouse);
  expect(ruleOf(report, "contacts").total).toBe(24);
  expect(report.findings.map(({ message }) => message).join("\n")).not.toContain("zone");
});

test("the beginning of a schedule without a zone is told as that of a run", async () => {
  await using warehouse = await changed(`ALTER TABLE ${SCHEDULE} ALTER start_at TYPE timestamp; ${ZONE}`);
  const { report } = await ask(warehouse);
  expect(report.findings.map(({ message }) => message).join("\n")).toContain("timezone");
});

test("naive-local-time: the zone of the configuration is theirs", async () => {
  await using warehouse = await changed(`${LOCAL}; ${ZONE}`);
  const { code, report } = await ask(warehouse, { settings: 'timezone = "America/New_York"' });
  expect(code).toBe(0);
  expect(ruleOf(report, "contacts")).toMatchObject({ total: 24, missed: 0, last_run_at: "2026-07-10T20:00:00Z" });
});

test("naive-local-time: check tells them too", async () => {
  await using warehouse = await changed(`${LOCAL}; ${ZONE}`);
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
  expect((await runCli(["check"], { cwd })).stdout).toContain("timezone");
});
