/** Rows that vanish: what cannot be read is counted and named, and one row makes no CRM unreadable. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  ask,
  at,
  type CaseWarehouse,
  cron,
  ENGINES,
  HOUR,
  judge,
  later,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
} from "../making/cases.ts";
import { directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import { run, type RunRow } from "../making/warehouses.ts";

const space = (instant: string) => instant.slice(0, 19).replace("T", " ");
const whole = (instant: string) => instant.slice(0, 19);
const inZone = (instant: string, hours: number, offset: string) => `${whole(later(instant, hours * HOUR))}${offset}`;

/** `Jul 10 2026 18:00:00` */
function inWords(instant: string): string {
  const [, day, month, year, time] = new Date(instant).toUTCString().split(" ");
  return `${month} ${day} ${year} ${time}`;
}

/** `Fri Jul 10 18:00:00 UTC 2026`, as date(1) and Java write it. */
function dateOf(instant: string): string {
  const [weekday = "", day = "", month = "", year = "", time = ""] = new Date(instant).toUTCString().split(" ");
  return `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, " ")} ${time} UTC ${year}`;
}

/** `Jul 10 2026 06:00PM` */
function inTwelveHours(instant: string): string {
  const hour = Number(instant.slice(11, 13));
  const [, day = "", month, year] = new Date(instant).toUTCString().split(" ");
  const shown = String(hour % 12 === 0 ? 12 : hour % 12).padStart(2, "0");
  return `${month} ${day.replace(/^0/, " ")} ${year} ${shown}${instant.slice(13, 16)}${hour < 12 ? "AM" : "PM"}`;
}

const digitsOf = (instant: string) => whole(instant).replaceAll(/\D/g, "");

/** The same instants, as programs write them. */
const SPELLINGS: Record<string, (instant: string) => string | number | bigint> = {
  space,
  T: whole,
  Z: (instant) => `${whole(instant)}Z`,
  z: (instant) => `${whole(instant)}z`,
  micro: (instant) => `${space(instant)}.123456`,
  nano: (instant) => `${whole(instant)}.123456789Z`,
  "+00:00": (instant) => `${whole(instant)}+00:00`,
  "-04:00": (instant) => inZone(instant, -4, "-04:00"),
  "+0000": (instant) => `${whole(instant)}+0000`,
  "-0400": (instant) => inZone(instant, -4, "-0400"),
  "+0530": (instant) => inZone(instant, 5.5, "+0530"),
  "+00": (instant) => `${space(instant)}+00`,
  UTC: (instant) => `${space(instant)} UTC`,
  Go: (instant) => `${space(instant)} +0000 UTC`,
  comma: (instant) => `${space(instant)},123`,
  compact: (instant) => whole(instant).replaceAll(/[-:]/g, "") + "Z",
  "compact with a blank": (instant) => space(instant).replaceAll(/[-:]/g, ""),
  "a compact day": (instant) => space(instant).replaceAll("-", ""),
  "a compact day and T": (instant) => `${whole(instant).replaceAll("-", "")}Z`,
  seconds: (instant) => Date.parse(instant) / 1000,
  milliseconds: (instant) => Date.parse(instant),
  real: (instant) => Date.parse(instant) / 1000 + 0.5,
  "seconds as text": (instant) => `${Date.parse(instant) / 1000}.25`,
  microseconds: (instant) => Date.parse(instant) * 1000,
  "microseconds as text": (instant) => `${Date.parse(instant)}000`,
  digits: (instant) => digitsOf(instant),
  slashes: (instant) => space(instant).replaceAll("-", "/"),
  GMT: (instant) => `${space(instant)} GMT`,
  Java: (instant) => `${whole(instant)}Z[UTC]`,
  "Java in New York": (instant) => inZone(instant, -4, "-04:00[America/New_York]"),
  "Go in New York": (instant) => inZone(instant, -4, ".5 -0400 EDT").replace("T", " "),
  "Go in São Paulo": (instant) => inZone(instant, -3, " -0300 -03").replace("T", " "),
  "Go with a clock": (instant) => `${space(instant)}.123456789 +0000 UTC m=+0.000012`,
  JavaScript: (instant) =>
    `${new Date(instant).toUTCString().slice(0, 3)} ${inWords(instant)} GMT+0000 (Coordinated Universal Time)`,
  HTTP: (instant) => new Date(instant).toUTCString(),
  mail: (instant) => new Date(instant).toUTCString().replace("GMT", "+0000").replace(" 09 ", " 9 "),
  "date(1)": (instant) => dateOf(instant),
  "C, without a zone": (instant) => dateOf(instant).replace(" UTC", ""),
  ".NET": (instant) => `/Date(${Date.parse(instant)})/`,
  ".NET in Berlin": (instant) => `/Date(${Date.parse(instant)}+0200)/`,
  "in quotation marks": (instant) => `"${whole(instant)}Z"`,
  "in single ones": (instant) => `'${space(instant)}'`,
  "without zeros": (instant) => space(instant).replaceAll(/(?<=[- ])0/g, ""),
  "without zeros, with a zone": (instant) => `${whole(instant).replaceAll(/(?<=[-T])0/g, "")}+00:00`,
  "an hour without a zero": (instant) => space(instant).replace(/ 0/, " "),
  "a day without a zero": (instant) => space(instant).replace(/-0(?=\d )/, "-"),
  "a hard blank": (instant) => `${whole(instant)}Z\u00a0`,
  "+0:00": (instant) => `${whole(instant)}+0:00`,
  "SQL Server": (instant) => inTwelveHours(instant),
  "digits and thousandths": (instant) => `${digitsOf(instant)}123`,
  "digits and a fraction": (instant) => `${digitsOf(instant)}.123`,
  "digits as a number": (instant) => Number(digitsOf(instant)),
  "digits and thousandths as a number": (instant) => BigInt(`${digitsOf(instant)}123`),
  "digits as a real": (instant) => Number(digitsOf(instant)) + 0.5,
};

/** One rule for each spelling, and 24 runs of each. */
function spelled(spellings: Record<string, (instant: string) => string | number | bigint>): string {
  const path = `${directoryWith("")}/spelled.sqlite`;
  using database = new Database(path);
  database.run(`CREATE TABLE sync_history (id INTEGER PRIMARY KEY, crm_source, sync_type, endpoint, start_time, end_time, status,
    records_processed, records_created, records_updated, records_failed, error_message, configuration, performance_metrics, created_at)`);
  const add = database.prepare(
    "INSERT INTO sync_history (crm_source, sync_type, start_time, end_time, status) VALUES ('hubspot', ?, ?, ?, 'success')",
  );
  database.transaction(() => {
    for (const { start } of repeat({ from: "07-09 21:30", to: "07-10 20:30", every: HOUR })) {
      for (const [rule, spell] of Object.entries(spellings)) add.run(rule, spell(start), spell(later(start, MINUTE)));
    }
  })();
  return `sqlite:${path}`;
}

test("sqlite-time-spellings: all spellings of the same 24 instants are 24 runs each", async () => {
  const { report } = await ask({ url: spelled(SPELLINGS) });
  const expected = Object.keys(SPELLINGS).map((rule) => [rule, 24] as const);
  expect(Object.fromEntries(report.rules.map(({ rule_name, total }) => [rule_name, total]))).toEqual(
    Object.fromEntries(expected),
  );
});

test("text and numbers that PostgreSQL keeps as starts are the same instants", async () => {
  const runs = repeat({ from: "07-09 21:30", to: "07-10 20:30", every: HOUR });
  const changes: Record<string, string> = {
    seconds: "TYPE text USING extract(epoch FROM start_time)::bigint::text || '.25'",
    microseconds: "TYPE bigint USING (extract(epoch FROM start_time) * 1000000)::bigint",
    "microseconds as text": "TYPE text USING (extract(epoch FROM start_time) * 1000000)::bigint::text",
    digits: "TYPE bigint USING to_char(start_time AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')::bigint",
    "digits of a double": "TYPE float8 USING to_char(start_time AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')::float8",
    "digits and thousandths":
      "TYPE numeric USING to_char(start_time AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSMS')::numeric",
    GMT: "TYPE text USING to_char(start_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' GMT'",
  };
  for (const change of Object.values(changes)) {
    await using warehouse = await makeWarehouse("postgresql", { runs });
    await warehouse.sql?.unsafe(`ALTER TABLE orchestration.sync_history ALTER start_time ${change}`);
    const { report } = await ask(warehouse);
    expect(ruleOf(report, "contacts").total).toBe(24);
    expect(report.data_quality).toEqual([]);
  }
});

test("the spellings of text that SQLite's are read in are the same 24 instants on PostgreSQL", async () => {
  // A number there has another type.
  const texts = Object.entries(SPELLINGS).filter(([, spell]) => typeof spell(at("07-10 00:00")) === "string");
  const runs = texts.flatMap(([rule]) => repeat({ rule, from: "07-09 21:30", to: "07-10 20:30", every: HOUR }));
  await using warehouse = await makeWarehouse("postgresql", { runs });
  const table = "orchestration.sync_history";
  await warehouse.sql?.unsafe(`ALTER TABLE ${table} ADD instant timestamptz; UPDATE ${table} SET instant = start_time;
    ALTER TABLE ${table} ALTER start_time TYPE text, ALTER end_time TYPE text`);
  for (const [rule, spell] of texts) {
    for (const { start } of repeat({ from: "07-09 21:30", to: "07-10 20:30", every: HOUR })) {
      await warehouse.sql?.unsafe(
        `UPDATE ${table} SET start_time = $1, end_time = $2 WHERE sync_type = $3 AND instant = $4::timestamptz`,
        [String(spell(start)), String(spell(later(start, MINUTE))), rule, start],
      );
    }
  }
  const { report } = await ask(warehouse);
  expect(Object.fromEntries(report.rules.map(({ rule_name, total }) => [rule_name, total]))).toEqual(
    Object.fromEntries(texts.map(([rule]) => [rule, 24])),
  );
  expect(report.data_quality).toEqual([]);
});

test.each(ENGINES)("%s: a day that ends at 24:00 ends when the next begins", async (engine) => {
  await using warehouse = await makeWarehouse(engine, {
    runs: [run({ start: at("07-10 00:00"), end: at("07-10 00:01") })],
  });
  if (warehouse.sql === null) {
    using database = new Database(warehouse.url.slice("sqlite:".length));
    database.run("UPDATE sync_history SET start_time = '2026-07-09T24:00:00Z'");
  } else {
    const table = "orchestration.sync_history";
    await warehouse.sql.unsafe(
      `ALTER TABLE ${table} ALTER start_time TYPE text; UPDATE ${table} SET start_time = '2026-07-09T24:00:00Z'`,
    );
  }
  expect(ruleOf((await ask(warehouse)).report, "contacts")).toMatchObject({
    total: 1,
    last_run_at: at("07-10 00:00").replace(".000", ""),
  });
});

test.each(ENGINES)(
  "%s: a number that is a date is one in the CRM's zone, and all others are counts since 1970",
  async (engine) => {
    const numbers: [rule: string, start: number, end: number, total: number][] = [
      ["a date with a time", 20260710200000, 20260710200100, 1],
      ["a date", 20260710, 20260710, 1],
      ["a month that there is not", 20261310200000, 20261310200100, 0],
      ["milliseconds", Date.parse(at("07-10 18:00")), Date.parse(at("07-10 18:01")), 1],
      ["seconds of 1970", 19691231, 19691231, 0],
    ];
    const runs = numbers.map(([rule], index) =>
      run({ rule, start: at(`07-10 1${index}:00`), end: at(`07-10 1${index}:01`) }),
    );
    await using warehouse = await makeWarehouse(engine, { runs });
    const table = engine === "sqlite" ? "sync_history" : "orchestration.sync_history";
    const change = numbers
      .map(
        ([rule, start, end]) =>
          `UPDATE ${table} SET start_time = ${start}, end_time = ${end} WHERE sync_type = '${rule}'`,
      )
      .join("; ");
    if (warehouse.sql === null) {
      using database = new Database(warehouse.url.slice("sqlite:".length));
      database.run(change);
    } else {
      const type = (name: string) => `ALTER ${name} TYPE bigint USING 0`;
      await warehouse.sql.unsafe(`ALTER TABLE ${table} ${type("start_time")}, ${type("end_time")}; ${change}`);
    }
    // In New York it is 20:00 at midnight UTC.
    const { report } = await ask(warehouse, { as: "07-11 01:00", settings: 'timezone = "America/New_York"' });
    const totals = Object.fromEntries(report.rules.map(({ rule_name, total }) => [rule_name, total]));
    expect(numbers.map(([rule]) => [rule, totals[rule] ?? 0])).toEqual(
      numbers.map(([rule, , , total]) => [rule, total]),
    );
  },
);

test("starts that can be read in two ways are counted and named, beside those that can be read", async () => {
  const american = (instant: string) =>
    `${instant.slice(5, 7)}/${instant.slice(8, 10)}/${instant.slice(0, 4)} ${instant.slice(11, 19)}`;
  const { report } = await ask({ url: spelled({ contacts: space, deals: american }) });
  expect(ruleOf(report, "contacts").total).toBe(24);
  expect((report.data_quality ?? []).map(({ count }) => count)).toContain(24);
});

test.each([
  ["yesterday", 'the starts of its runs are in no form that is read: "aaaaaaaaa" (rows 24, 23, 22)'],
  ["", "its runs have no start (rows 24, 23, 22): read a view that takes another of their times for it"],
])("a table of which no start can be read is an error, never a day on which nothing ran: '%s'", async (start, says) => {
  const url = spelled({ contacts: () => start });
  using database = new Database(url.slice("sqlite:".length));
  database.run("UPDATE sync_history SET end_time = '2026-07-10 20:00:00'");
  const { code, stderr } = await runCli(["generate", "--no-store", "--as-of", at("07-10 21:00")], {
    cwd: directoryWith(`[crm.hubspot]\nurl = "${url}"\n`),
  });
  expect(code).toBe(4);
  expect(stderr).toContain(says);
});

test("row-level-security: a policy that hides rows from the reader is told, and no rate is", async () => {
  const runs = repeat({ from: "07-09 21:00", to: "07-10 20:00", every: HOUR }, (_, index) => ({
    status: index % 12 === 0 ? "failed" : "success",
  }));
  await using warehouse = await makeWarehouse("postgresql", { runs });
  const reader = `case_reader_${process.pid}`;
  await warehouse.sql
    ?.unsafe(`CREATE ROLE ${reader} LOGIN PASSWORD 'case'; GRANT USAGE ON SCHEMA orchestration TO ${reader};
    GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${reader};
    ALTER TABLE orchestration.sync_history ENABLE ROW LEVEL SECURITY;
    CREATE POLICY successes ON orchestration.sync_history USING (status <> 'failed')`);
  const url = new URL(warehouse.url);
  url.username = reader;
  url.password = "case";
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${url.href}"\n`);
  const made = await runCli(["generate", "--no-store", "--as-of", at("07-10 21:00")], { cwd });
  expect(made.code).toBe(4);
  expect(made.stderr).toMatch(/row.level security|row policy|policy/i);
});

describe.each(ENGINES)("%s", (engine) => {
  test("source-in-another-case: where nothing runs, the name in other letters is told", async () => {
    const runs = repeat({ crm: "HubSpot", from: "07-09 00:00", to: "07-10 20:00", every: HOUR });
    await using warehouse = await makeWarehouse(engine, { runs });
    const { report } = await ask(warehouse);
    expect(report.findings).toMatchObject([{ id: "no-data", severity: "warning" }]);
    expect(report.findings[0]?.message).toContain('"HubSpot"');
  });

  test("source-in-another-case: check names it too", async () => {
    const now = new Date().toISOString();
    const runs = repeat({ crm: "HubSpot ", from: "07-09 00:00", to: "07-10 20:00", every: HOUR }, (_, index) => ({
      start: later(now, -(index + 1) * HOUR),
      end: later(now, -(index + 1) * HOUR + MINUTE),
    }));
    await using warehouse = await makeWarehouse(engine, { runs });
    const { stdout } = await runCli(["check"], { cwd: directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`) });
    expect(stdout).toContain('"HubSpot "');
  });

  test("a source with blanks around it is told by its near name", async () => {
    const runs = repeat({ crm: "hubspot ", from: "07-09 00:00", to: "07-10 20:00", every: HOUR });
    const report = await judge(engine, { runs });
    expect(report.findings[0]?.message).toContain('"hubspot "');
  });

  const LAYOUTS: { layout: string; sql: string }[] = [
    { layout: "no index", sql: "" },
    { layout: "an index on CRM and rule", sql: "CREATE INDEX by_rule ON sync_history (crm_source, sync_type)" },
    { layout: "an index on CRM and start", sql: "CREATE INDEX by_crm ON sync_history (crm_source, start_time)" },
    { layout: "an index on the start", sql: "CREATE INDEX by_start ON sync_history (start_time)" },
  ];

  describe.each(LAYOUTS)("$layout", ({ sql }) => {
    /** Those of another rule go on under the right name. */
    const renamed = repeat({ from: "06-20 00:00", to: "07-10 20:00", every: HOUR }, (start) =>
      start < at("07-09 12:00") ? {} : { crm: "HubSpot" },
    );
    const others = repeat({ from: "06-20 00:00", to: "07-10 20:00", every: HOUR, rule: "deals" });

    test.each([
      { name: "all rules", runs: renamed },
      { name: "one of two rules", runs: [...renamed, ...others] },
    ])("source-in-another-case: spelled otherwise since yesterday, $name", async ({ runs }) => {
      // A table of two CRMs that an index leads through.
      const beside = repeat({ crm: "arrivy", from: "07-10 00:00", to: "07-10 20:00", every: HOUR });
      await using warehouse = await makeWarehouse(engine, { runs: [...runs, ...beside] });
      await relayHistory(warehouse, sql);
      const { report } = await ask(warehouse);
      expect(report.findings.map(({ id }) => id)).toEqual(["rule-overdue", "source-spelled-otherwise"]);
      expect(report.verdict).toBe("critical");
      const message = 'crm_source is also written "HubSpot" there, with newer runs, while contacts is silent';
      expect(report.findings[1]).toMatchObject({ severity: "warning", message });
    });
  });

  test.each([
    { name: "a newline", written: "hubspot\n", shown: String.raw`"hubspot\n"` },
    { name: "a tab", written: "hubspot\t", shown: String.raw`"hubspot\t"` },
    { name: "a carriage return", written: "HubSpot\r\n", shown: String.raw`"HubSpot\r\n"` },
    { name: "a blank that is no space", written: "\u00a0hubspot", shown: String.raw`"\u00a0hubspot"` },
    { name: "a wide blank", written: "hubspot\u3000", shown: String.raw`"hubspot\u3000"` },
    { name: "a blank without a width", written: "\ufeffhubspot", shown: String.raw`"\ufeffhubspot"` },
    { name: "a space", written: "hubspot ", shown: '"hubspot "' },
  ])("source-in-another-case: $name in the name is named and seen", async ({ written, shown }) => {
    const runs = repeat({ crm: written, from: "07-08 00:00", to: "07-10 20:00", every: HOUR });
    const { findings, recommendations } = await judge(engine, { runs });
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining(`crm_source is written ${shown}`)]);
    expect(recommendations[0]?.recommendation).toContain(`Set crm_source = ${shown}`);
    const fresh = repeat({ crm: written, from: "07-08 00:00", to: "07-08 05:00", every: HOUR }, (_, index) => {
      const start = new Date(Date.now() - (index + 1) * HOUR).toISOString();
      return { start, end: later(start, MINUTE) };
    });
    await using warehouse = await makeWarehouse(engine, { runs: fresh });
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
    const { stdout } = await runCli(["check"], { cwd });
    expect(stdout.replace(/\s+/g, " ")).toContain(`crm_source is also written ${shown} there`);
  });

  test.each([
    { name: "an empty one", written: "crm_source" },
    { name: "none", written: "NULL" },
  ])(
    "rows whose crm_source is $name are told where nothing of the CRM runs, by generate and by check",
    async ({ written }) => {
      const nameless = async (from: number, runs: RunRow[]) => {
        const made = await makeWarehouse(engine, {
          runs: runs.map((row) => (Date.parse(row.start) >= from ? { ...row, crm: "" } : row)),
        });
        const update = `SET crm_source = ${written} WHERE crm_source = ''`;
        if (made.sql === null) {
          using database = new Database(made.url.slice("sqlite:".length));
          database.run(`UPDATE sync_history ${update}`);
        } else {
          const table = "orchestration.sync_history";
          await made.sql.unsafe(`ALTER TABLE ${table} ALTER crm_source DROP NOT NULL; UPDATE ${table} ${update}`);
        }
        return made;
      };
      const hourly = repeat({ from: "06-20 00:00", to: "07-10 20:00", every: HOUR });
      await using all = await nameless(0, hourly);
      const { findings, recommendations } = (await ask(all)).report;
      expect(findings.map(({ id, message }) => [id, message])).toEqual([
        ["no-data", "Nothing ran in 24 h; rows without a crm_source are there"],
      ]);
      expect(recommendations[0]?.recommendation).toStartWith("Let the syncs write crm_source if those rows are");
      await using newest = await nameless(Date.parse(at("07-07 00:00")), hourly);
      const since = (await ask(newest)).report;
      expect(since.verdict).toBe("critical");
      expect(since.findings.map(({ id, message }) => [id, message])).toContainEqual([
        "source-spelled-otherwise",
        "rows without a crm_source are there, with newer runs, while contacts is silent",
      ]);
      const now = Date.now();
      const recent = Array.from({ length: 30 }, (_, index) => {
        const start = new Date(now - (30 - index) * HOUR).toISOString();
        return run({ start, end: later(start, MINUTE) });
      });
      await using fresh = await nameless(now - 9.5 * HOUR, recent);
      const { stdout } = await runCli(["check"], { cwd: directoryWith(`[crm.hubspot]\nurl = "${fresh.url}"\n`) });
      const said = stdout.replace(/\s+/g, " ");
      expect(said).toContain("9 rows of the last 7 days have no crm_source, and are in no report");
      expect(said).not.toMatch(/every crm_source|rows of +\(|\[crm\.\]/);
    },
  );

  test.each(["HubSpot", " hubspot\n", "hubspot\u00a0"])("a schedule of the CRM %j is the CRM's own", async (crm) => {
    const runs = repeat({ from: "07-01 00:00", to: "07-10 08:00", every: HOUR });
    const report = await judge(engine, { runs, schedules: [cron("0 * * * *", "contacts", { crm })] });
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "overdue", expected: 24, missed: 12 });
  });

  test("where the other letters are those of old runs, the outage alone is told", async () => {
    const old = repeat({ crm: "HubSpot", from: "06-01 00:00", to: "06-19 20:00", every: HOUR });
    const runs = [...old, ...repeat({ from: "06-20 00:00", to: "07-10 08:00", every: HOUR })];
    const report = await judge(engine, { runs });
    expect(report.findings.map(({ id }) => id)).toEqual(["rule-overdue"]);
  });

  test("the right rows beside those in other letters are read as ever", async () => {
    const runs = ["hubspot", "HUBSPOT"].flatMap((crm) =>
      repeat({ crm, from: "07-08 00:00", to: "07-10 20:00", every: HOUR }),
    );
    const report = await judge(engine, { runs });
    expect(report.performance_metrics.total_actions).toBe(24);
    expect(report.findings).toEqual([]);
  });

  test("a value of a row is in no message, whatever the row holds", async () => {
    const runs = repeat({ from: "07-08 00:00", to: "07-10 20:00", every: HOUR });
    const schedules = [cron("canary-7731 * * * *", "contacts"), cron("0 3 * * *", "nightly")];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const { code, stderr } = await ask(warehouse);
    expect(code).toBe(0);
    expect(stderr).not.toContain("canary-7731");
  });
});

test("a schedule that begins at infinity makes no CRM unreadable", async () => {
  const runs = repeat({ from: "07-08 00:00", to: "07-10 20:00", every: HOUR });
  await using warehouse = await makeWarehouse("postgresql", {
    runs,
    schedules: [cron("0 * * * *", "contacts"), cron("0 3 * * *", "nightly")],
  });
  await warehouse.sql
    ?.unsafe(`UPDATE orchestration.sync_schedule SET start_at = '-infinity', end_at = 'infinity' WHERE model_name = 'contacts';
    UPDATE orchestration.sync_schedule SET start_at = 'infinity' WHERE model_name = 'nightly'`);
  const { code, report } = await ask(warehouse);
  expect(code).toBe(0);
  expect(ruleOf(report, "contacts")).toMatchObject({ total: 24, missed: 0 });
  expect(ruleOf(report, "nightly").severity).toBeNull();
});

test("a run that starts at infinity is counted, and the others are read", async () => {
  const runs = repeat({ from: "07-08 00:00", to: "07-10 20:00", every: HOUR });
  await using warehouse = await makeWarehouse("postgresql", { runs });
  await warehouse.sql?.unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, status)
    VALUES ('hubspot', 'contacts', 'infinity', 'success')`);
  const { report } = await ask(warehouse);
  expect(report.performance_metrics.total_actions).toBe(24);
  expect(report.data_quality).toMatchObject([{ id: "start-at-infinity", count: 1 }]);
});

test("on SQLite, a NULL rule name and a word for a number make no CRM unreadable", async () => {
  const path = spelled({ contacts: space }).slice("sqlite:".length);
  using database = new Database(path);
  database.run(`INSERT INTO sync_history (crm_source, sync_type, start_time, status, records_processed)
    VALUES ('hubspot', NULL, '2026-07-10 20:00:00', 'success', 1), ('hubspot', 'deals', '2026-07-10 20:00:00', 'success', 'many')`);
  const { code, report } = await ask({ url: `sqlite:${path}` });
  expect(code).toBe(0);
  expect(ruleOf(report, "contacts").total).toBe(24);
  expect(ruleOf(report, "deals").total).toBe(1);
});

test("on SQLite, one crm_source of bytes makes no CRM unreadable", async () => {
  const path = spelled({ contacts: space, deals: space }).slice("sqlite:".length);
  using database = new Database(path);
  database.run("UPDATE sync_history SET crm_source = CAST(crm_source AS BLOB) WHERE sync_type = 'deals'");
  const { code, report } = await ask({ url: `sqlite:${path}` });
  expect(code).toBe(0);
  expect(report.rules.map(({ rule_name, total }) => [rule_name, total])).toEqual([["contacts", 24]]);
  expect((await ask({ url: `sqlite:${path}` }, { crm: "genius" })).code).toBe(0);
});

test("on SQLite, check names CRMs that are in no report also where starts are numbers", async () => {
  const path = join(freshDirectory(), "warehouse.sqlite");
  using database = new Database(path);
  database.run(`CREATE TABLE sync_history (id INTEGER PRIMARY KEY, crm_source, sync_type, start_time, end_time, status, records_processed,
    records_created, records_updated, records_failed, error_message)`);
  database.run(`INSERT INTO sync_history (crm_source, sync_type, start_time, status) VALUES ('hubspot', 'a', unixepoch() - 60, 'success'),
    ('genius', 'a', (unixepoch() - 60) * 1000, 'success'), ('arrivy', 'a', unixepoch() - 8 * 86400, 'success')`);
  const { stdout } = await runCli(["check"], { cwd: directoryWith(`[crm.hubspot]\nurl = "sqlite:${path}"\n`) });
  expect(stdout).toMatch(/sources +rows of genius \(last 7 days\) are in no report/);
});

/** The same rows with one index or none. */
async function relayHistory({ url, sql }: CaseWarehouse, index: string): Promise<void> {
  if (sql === null) {
    using database = new Database(url.replace("sqlite:", ""));
    if (index !== "") database.run(index);
    return;
  }
  const history = "orchestration.sync_history";
  await sql.unsafe(`CREATE TABLE orchestration.copy AS SELECT * FROM ${history}; DROP TABLE ${history};
    ALTER TABLE orchestration.copy RENAME TO sync_history; ${index.replace("sync_history", history)}; ANALYZE ${history}`);
}

test.each(ENGINES)("%s: purged-in-the-window: what is counted says since when the table tells", async (engine) => {
  const runs = repeat({ from: "07-08 00:00", to: "07-10 20:00", every: HOUR });
  await using warehouse = await makeWarehouse(engine, { runs });
  const week = await ask(warehouse, { flags: ["--time-window", "7d"] });
  expect(week.report.metadata.counted_since).toBe("2026-07-08T00:00:00Z");
  expect(week.report.performance_metrics.total_actions).toBe(69);
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
  const asked = ["generate", "--no-store", "--as-of", at("07-10 21:00")];
  const { stdout } = await runCli([...asked, "--time-window", "7d", "--crm", "hubspot"], { cwd });
  expect(stdout).toContain("7 d to 10 Jul 2026 21:00 UTC · 69 runs, 0 failed, none older than 8 Jul 00:00");
  expect(stdout).toContain("69 finished since 8 Jul 00:00, where its rows begin, 0 failed");
  expect(stdout).toContain("Before    not in the table");
  // A window that the table holds as a whole.
  const day = await ask(warehouse);
  expect(day.report.metadata).not.toHaveProperty("counted_since");
  expect((await runCli(asked, { cwd })).stdout).toContain(" · 24 runs, 0 failed · ");
});

test.each(ENGINES)(
  "%s: purged-but-for-hung-rows: the table begins after the rows that a clean-up left",
  async (engine) => {
    const runs = [
      // It deletes what ended more than three days ago; these never did.
      ...repeat({ from: "06-15 05:00", to: "06-15 06:00", every: HOUR }, () => ({ end: null, status: "running" })),
      ...repeat({ from: "07-07 22:00", to: "07-10 20:00", every: HOUR }),
    ];
    // On Monday it ran, and no row says so any more.
    const schedules = [cron("0 * * * *", "contacts"), cron("0 3 * * 1", "full")];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const { report } = await ask(warehouse, { flags: ["--time-window", "7d"] });
    expect(report.rules.map(({ rule_name: rule, condition, missed }) => [rule, condition, missed])).toEqual([
      ["contacts", "ok", 0],
      ["full", "idle", 0],
    ]);
    expect(report.metadata.counted_since).toBe("2026-07-07T22:00:00Z");
  },
);

describe("purged-partitions: what was due before the oldest row was not missed, in parts and behind a view", () => {
  const HISTORY = "orchestration.sync_history";
  const inParts = `ALTER TABLE ${HISTORY} RENAME TO whole;
    CREATE TABLE ${HISTORY} (LIKE orchestration.whole) PARTITION BY RANGE (start_time);
    CREATE TABLE orchestration.july PARTITION OF ${HISTORY} FOR VALUES FROM ('2026-07-01Z') TO ('2026-08-01Z');
    INSERT INTO ${HISTORY} SELECT * FROM orchestration.whole; DROP TABLE orchestration.whole;`;

  test.each([
    { name: "parts, by CRM and start", change: `${inParts} CREATE INDEX ON ${HISTORY} (crm_source, start_time)` },
    { name: "parts, by rule", change: `${inParts} CREATE INDEX ON ${HISTORY} (crm_source, sync_type, start_time)` },
    { name: "parts without an index", change: inParts },
    {
      name: "a view",
      change: `ALTER TABLE ${HISTORY} RENAME TO whole; CREATE VIEW ${HISTORY} AS SELECT * FROM orchestration.whole`,
    },
  ])("$name", async ({ change }) => {
    const runs = [
      ...repeat({ from: "07-01 00:00", to: "07-10 20:00", every: HOUR }),
      ...repeat({ rule: "full", from: "07-05 03:00", to: "07-05 03:00", every: HOUR }),
    ];
    const schedules = [cron("0 * * * *", "contacts"), cron("0 3 * * 0", "full")];
    await using warehouse = await makeWarehouse("postgresql", { runs, schedules });
    await warehouse.sql?.unsafe(`${change}; ANALYZE`);
    const { report } = await ask(warehouse, { flags: ["--time-window", "30d"] });
    expect(report.rules.map(({ condition, missed }) => [condition, missed])).toEqual([
      ["ok", 0],
      ["ok", 0],
    ]);
    expect(report.metadata.counted_since).toBe("2026-07-01T00:00:00Z");
  });
});
