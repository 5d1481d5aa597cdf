/** The memory as its operator meets it: filled, shown, compared, corrected, and what reports say where it cannot be read. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import type { MemorySummary } from "../../src/report/memory/summary.ts";
import type { Report } from "../../src/report/document/schema.ts";
import { ENGINES, makeWarehouse } from "../making/cases.ts";
import { directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import type { TestDatabase } from "../making/postgres-server.ts";
import { run } from "../making/warehouses.ts";
import { configureHourly, expectAsRows, makeHourly, readMemory } from "../making/remembered.ts";

const DAYS = 30;
let warehouse: TestDatabase;
beforeAll(async () => {
  warehouse = await makeHourly(DAYS);
});
afterAll(async () => await warehouse.close());

const show = async (cwd: string, ...words: string[]) => {
  const { code, stdout } = await runCli(["memory", "show", "hubspot", ...words, "-f", "json"], { cwd });
  expect(code).toBe(0);
  return (JSON.parse(stdout) as MemorySummary[])[0]!;
};

describe("from a warehouse", () => {
  test("a report remembers its window and the one before, a fill what is before them, each run once", async () => {
    const cwd = configureHourly(warehouse.url);
    expect((await runCli(["generate", "-q"], { cwd })).code).toBe(0);
    const first = await expectAsRows(await readMemory(cwd), warehouse);
    expect(first).toBeGreaterThanOrEqual(47);
    const fill = await runCli(["memory", "fill"], { cwd });
    expect([fill.code, fill.stdout]).toEqual([
      0,
      expect.stringMatching(/^hubspot: (?:29|3\d) days read back; its table begins on 20\d\d-\d\d-\d\d\n$/),
    ]);
    const all = await expectAsRows(await readMemory(cwd), warehouse);
    expect(all).toBeGreaterThanOrEqual(30 * 24);
    const again = await runCli(["memory", "fill", "--since", "20d"], { cwd });
    expect([again.code, again.stdout]).toEqual([0, "hubspot: nothing was left to read\n"]);
  });

  test("show says what is known of each rule, and of one week by week", async () => {
    const cwd = configureHourly(warehouse.url);
    expect((await runCli(["memory", "fill", "--since", "14d"], { cwd })).code).toBe(0);
    const { rules, hours_known: known, known_since: since } = await show(cwd);
    expect(known).toBeGreaterThanOrEqual(14 * 24 - 1);
    expect(Date.parse(since ?? "") % 86_400_000).toBe(0);
    expect(rules.map(({ rule_name: name, usual_interval_seconds: seconds }) => [name, seconds])).toEqual([
      ["contacts", 3600],
      ["deals", 3600],
    ]);
    const deals = await show(cwd, "deals");
    // Two weeks of whole days and the hours of today, of which there are none in the first hour of a day.
    expect(deals.rules.map(({ weeks }) => weeks.length)).toEqual([known > 14 * 24 ? 3 : 2]);
    expect(deals.rules[0]?.weeks[0]).toMatchObject({ hours_known: 168, runs: expect.any(Number) });
    const table = (await runCli(["memory", "show", "hubspot"], { cwd })).stdout;
    expect(table.split("\n")[1]).toMatch(
      /^Rule +Runs +Failed +Every +Duration p50 +p95 +Records p50 +Last run \(UTC\)$/,
    );
    const all = (await runCli(["memory", "show"], { cwd })).stdout;
    expect(all.split("\n")[1]).toMatch(/^hubspot +\d+ \w{3} 20\d\d 00:00 +\d+ of 1,344 +2 +\d/);
    const unknown = await runCli(["memory", "show", "hubspot", "dealz"], { cwd });
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("did you mean deals?")]);
    const nobody = await runCli(["memory", "show", "hubspott"], { cwd });
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining("did you mean hubspot?")]);
  });

  test("check names the days that the warehouse has otherwise, and fill --again mends them", async () => {
    const own = await makeHourly(DAYS);
    const cwd = configureHourly(own.url);
    expect((await runCli(["memory", "fill", "--since", "10d"], { cwd })).code).toBe(0);
    const same = await runCli(["memory", "check", "--days", "20"], { cwd });
    expect([same.code, same.stdout]).toEqual([0, expect.stringContaining("all as the warehouse has them")]);
    // Half of a day is deleted, and a row of another is corrected.
    await own.sql.unsafe(`DELETE FROM orchestration.sync_history WHERE sync_type = 'deals'
      AND start_time >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '5 days'
      AND start_time < date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '108 hours'`);
    const differs = await runCli(["memory", "check", "--days", "20"], { cwd });
    expect(differs.code).toBe(1);
    expect(differs.stdout).toMatch(/: deals has \d+ runs, and \d+ are remembered/);
    expect(differs.stdout).toContain("memory fill --again --since 20");
    const named = await runCli(["memory", "check", "--days", "20", "-c", "automation-reports.toml"], { cwd });
    expect(named.stdout).toMatch(/memory fill --again --since \S+ --config automation-reports\.toml mends/);
    expect((await runCli(["memory", "fill", "--again", "--since", "7d"], { cwd })).code).toBe(0);
    expect((await runCli(["memory", "check", "--days", "20"], { cwd })).code).toBe(0);
    await expectAsRows(await readMemory(cwd), own);
    await own.close();
  });

  test.each(ENGINES)(
    "%s: days of which all rows are deleted by now are no difference that a fill mends",
    async (engine) => {
      const [day, hour] = [86_400_000, 3_600_000];
      const today = Math.floor(Date.now() / day) * day;
      const runs = Array.from({ length: 96 }, (_, index) => new Date(today - (index + 1) * hour).toISOString()).map(
        (start) => run({ rule: "deals", start, end: start }),
      );
      await using whole = await makeWarehouse(engine, { runs });
      await using purged = await makeWarehouse(engine, { runs: runs.slice(0, 48) });
      const configure = ({ url }: { url: string }) => `[crm.hubspot]\nurl = "${url}"\n[store]\npath = "store.sqlite"\n`;
      const cwd = directoryWith(configure(whole));
      expect((await runCli(["memory", "fill", "--since", "4d"], { cwd })).code).toBe(0);
      writeFileSync(join(cwd, "automation-reports.toml"), configure(purged));
      const { code, stdout } = await runCli(["memory", "check", "--days", "4"], { cwd });
      expect([code, stdout]).toEqual([
        0,
        "hubspot: 2 days compared (2 remembered days lie before its table's oldest row, and stay remembered), all as the warehouse has them\n",
      ]);
    },
  );

  test.each(ENGINES)(
    "%s: a rule whose name holds a secret is not remembered, and check neither misses nor names it",
    async (engine) => {
      const now = Math.floor(Date.now() / 3_600_000) * 3_600_000;
      const starts = Array.from({ length: 70 }, (_, hour) => new Date(now - (hour + 1) * 3_600_000).toISOString());
      const rules = ["contacts", "deals?api_key=canaryX9zzQ", "https://etl:canaryX9zzQ@api.example.com/deals"];
      const runs = rules.flatMap((rule) => starts.map((start) => run({ rule, start, end: start })));
      await using secretive = await makeWarehouse(engine, { runs });
      const cwd = directoryWith(`[crm.hubspot]\nurl = "${secretive.url}"\n[store]\npath = "store.sqlite"\n`);
      expect((await runCli(["memory", "fill", "--since", "3d"], { cwd })).code).toBe(0);
      const same = await runCli(["memory", "check"], { cwd });
      expect([same.code, same.stdout]).toEqual([0, expect.stringContaining("all as the warehouse has them")]);
      const { stdout, stderr } = await runCli(["memory", "show", "hubspot"], { cwd });
      expect(`${stdout}${stderr}${same.stdout}${same.stderr}`).not.toContain("canary");
    },
  );

  test("hours are ignored and heeded, a rule is called over, all of it is forgotten", async () => {
    const cwd = configureHourly(warehouse.url);
    expect((await runCli(["memory", "fill", "--since", "5d"], { cwd })).code).toBe(0);
    const day = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
    const before = (await show(cwd)).hours_known;
    const ignore = async (...words: string[]) => await runCli(["memory", "ignore", ...words], { cwd });
    expect((await ignore("--from", day, "--to", day)).code).toBe(0);
    expect((await show(cwd)).hours_known).toBe(before - 24);
    expect((await ignore()).stdout).toMatch(/^hubspot: .* 00:00 to .* 00:00 UTC\n$/);
    const heeded = await ignore("--from", day, "--to", day, "--undo");
    expect([heeded.code, heeded.stdout]).toEqual([0, "hubspot: 1 span of hours is part of the past again\n"]);
    expect((await show(cwd)).hours_known).toBe(before);
    expect((await ignore("--undo")).code).toBe(2);
    expect((await ignore("--from", day, "--to", "9d")).stderr).toContain("it must lie before --to");
    expect((await ignore("--from", "99999999999999d", "--to", day)).stdout).toStartWith(
      "hubspot: 1 Jan 1970 00:00 to ",
    );
    expect((await show(cwd)).hours_known).toBeLessThan(before - 24);
    expect((await ignore("--from", "1e400", "--to", day, "--undo")).code).toBe(0);
    const retire = await runCli(["rules", "retire", "deals"], { cwd });
    expect([retire.code, retire.stdout]).toEqual([
      0,
      expect.stringMatching(/^hubspot: deals is over since .* UTC, until/),
    ]);
    expect((await show(cwd, "deals")).rules[0]?.retired_since).not.toBeNull();
    expect(retire.stderr).toMatch(
      /^warning: hubspot: deals ran .* ago, and usually runs every 1h: if it still runs, its next run takes that back\n$/,
    );
    expect((await runCli(["rules", "retire", "dealz"], { cwd })).stderr).toContain("did you mean deals?");
    expect((await runCli(["rules", "retire", "invoices"], { cwd })).stderr).toMatch(
      /^error: no rule "invoices" of hubspot is known in .*: known: contacts, deals; or name it in retired_rules of its CRM\n$/,
    );
    expect((await runCli(["rules", "retire", "deals", "--undo"], { cwd })).code).toBe(0);
    expect((await show(cwd, "deals")).rules[0]?.retired_since).toBeNull();
    expect((await runCli(["rules", "retire", "contacts"], { cwd })).code).toBe(0);
    expect((await ignore("--from", day, "--to", day)).code).toBe(0);
    for (const words of [
      ["memory", "ignore", "--from", day],
      ["rules", "retire", "deals"],
    ]) {
      const { code, stderr } = await runCli([...words, "--crm", "hubspto"], { cwd });
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(
          /^error: --crm: "hubspto" is not configured, and nothing is kept of it in .*: did you mean hubspot\?\n$/,
        ),
      ]);
    }
    // One that is no longer configured is known by what is kept of it, and can be taken back.
    const path = join(cwd, "automation-reports.toml");
    const configured = readFileSync(path, "utf8");
    writeFileSync(path, configured.replace("[crm.hubspot]", "[crm.genius]"));
    expect((await ignore("--crm", "hubspot", "--from", day, "--to", day)).code).toBe(0);
    expect((await ignore("--crm", "hubspot", "--from", day, "--to", day, "--undo")).code).toBe(0);
    writeFileSync(path, configured);
    expect((await ignore("--from", day, "--to", day)).code).toBe(0);
    const forget = await runCli(["memory", "forget", "hubspot"], { cwd });
    expect([forget.code, forget.stdout]).toEqual([
      0,
      "hubspot: all that was remembered is forgotten; contacts still called over (rules retire --undo); 1 span of hours still left out (memory ignore --undo)\n",
    ]);
    expect((await runCli(["memory", "forget", "hubspot"], { cwd })).code).toBe(2);
    expect((await runCli(["rules", "retire", "contacts", "--undo"], { cwd })).code).toBe(0);
  });

  test("a rule that a schedule declares and that never ran is called over as any other", async () => {
    const cwd = freshDirectory();
    expect((await runCli(["demo"], { cwd })).code).toBe(0);
    appendFileSync(join(cwd, "automation-reports.toml"), '\n[store]\npath = "memory.sqlite"\n');
    const never = async () => {
      const { stdout } = await runCli(["generate", "-f", "json"], { cwd });
      const { reports } = JSON.parse(stdout) as { reports: Report[] };
      const hubspot = reports.find(({ metadata }) => metadata.source === "hubspot");
      return hubspot?.rules.find(({ rule_name: name }) => name === "invoices")?.condition;
    };
    expect(await never()).toBe("never");
    const retire = await runCli(["rules", "retire", "invoices"], { cwd });
    expect([retire.code, retire.stdout, retire.stderr]).toEqual([
      0,
      expect.stringMatching(/^hubspot: invoices is over since .* UTC, until it runs again\n$/),
      "",
    ]);
    expect(await never()).toBe("idle");
  });

  test("days without a run are not called remembered, unless older ones have runs", async () => {
    const start = new Date((Math.floor(Date.now() / 86_400_000) - 20) * 86_400_000 + 12 * 3_600_000).toISOString();
    await using rested = await makeWarehouse("sqlite", { runs: [run({ start, end: start })] });
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${rested.url}"\n[store]\npath = "store.sqlite"\n`);
    const late = await runCli(["memory", "fill", "--since", "7d"], { cwd });
    const says =
      /^hubspot: nothing more is remembered; there is no run in the \d days before 20\d\d-\d\d-\d\d: with --since further back it may be known to be a pause\n$/;
    expect([late.code, late.stdout]).toEqual([0, expect.stringMatching(says)]);
    const none = await runCli(["memory", "show", "hubspot"], { cwd });
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("nothing is remembered of")]);
    const whole = await runCli(["memory", "fill", "--since", "40d"], { cwd });
    expect([whole.code, whole.stdout]).toEqual([0, expect.stringMatching(/^hubspot: 2[01] days read back; /)]);
    expect((await show(cwd)).hours_known).toBeGreaterThan(19 * 24);
  });

  test("a CRM that cannot be read is told by its reason alone, and one of which nothing is remembered by what to do", async () => {
    const dead = `[crm.dead]\nurl = "postgresql://u:canary-pw@127.0.0.1:1/d"\n`;
    const cwd = configureHourly(warehouse.url, null, dead);
    const run = async (...words: string[]) => await runCli(["memory", ...words], { cwd });
    const refused = expect.stringMatching(/^error: dead: [^\n]*127\.0\.0\.1:1[^\n]*\n$/);
    for (const words of [["fill"], ["check"]]) {
      const { code, stdout, stderr } = await run(...words, "--crm", "dead");
      expect([words, code, stdout, stderr]).toEqual([words, 4, "", refused]);
    }
    using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
    const mute = `[crm.mute]\nurl = "postgresql://u@127.0.0.1:${silent.port}/d"\ntimeout = "1s"\n`;
    const given = await runCli(["memory", "check", "--crm", "mute"], {
      cwd: configureHourly(warehouse.url, null, mute),
    });
    expect(given.stderr).toContain("no complete answer within 1 s: no session was opened");
    const empty = await run("check", "--crm", "hubspot");
    const advice =
      "hubspot: nothing is remembered to compare; automation-reports memory fill --crm hubspot reads its past back\n";
    expect([empty.code, empty.stdout]).toEqual([2, advice]);
    const both = await run("check");
    expect([both.code, both.stdout, both.stderr]).toEqual([3, advice, refused]);
  });

  test("a scheduled report is followed by a fill of some seconds, and the next goes on where it ended", async () => {
    const cwd = configureHourly(warehouse.url, null, '[[schedule]]\nname = "daily"\ncron = "@daily"\nexport = false\n');
    const run = await runCli(["schedule", "run", "daily"], { cwd });
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("days of its past read back")]);
    const read = Number(/(\d+) days? of its past read back/.exec(run.stderr)?.[1]);
    const known = await expectAsRows(await readMemory(cwd), warehouse);
    // Days before the first run are read, too, where there is time.
    expect(known).toBeGreaterThanOrEqual(Math.min(read, DAYS) * 24);
    expect((await runCli(["memory", "fill"], { cwd })).code).toBe(0);
    const all = await expectAsRows(await readMemory(cwd), warehouse);
    expect(all).toBeGreaterThanOrEqual(Math.max(known, 30 * 24));
  });

  test("a table that no index leads into is not read day by day: the index to make is said, and shown", async () => {
    const own = await makeHourly(3);
    await own.sql
      .unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, status, records_processed,
        records_created, records_updated, records_failed, configuration, performance_metrics, created_at)
      SELECT 'other', 'x', now() - make_interval(secs => n), 'success', 0, 0, 0, 0, '{}', '{}', now() FROM generate_series(1, 210000) n`);
    const indexes = await own.sql<{ name: string }[]>`SELECT indexrelid::regclass::text AS name FROM pg_index
      WHERE indrelid = 'orchestration.sync_history'::regclass AND NOT indisprimary`;
    for (const { name } of indexes) await own.sql.unsafe(`DROP INDEX ${name}`);
    await own.sql.unsafe("ANALYZE orchestration.sync_history");
    const cwd = configureHourly(own.url);
    expect((await runCli(["generate", "-q"], { cwd })).code).toBe(0);
    const { code, stderr } = await runCli(["memory", "fill"], { cwd });
    expect([code, stderr]).toEqual([
      4,
      expect.stringMatching(/hubspot: no index of .*sync_history.*CREATE INDEX CONCURRENTLY/),
    ]);
    expect((await show(cwd)).fill_stopped).toContain("CREATE INDEX");
    await own.close();
  });

  test("errors are kept as fingerprints: no customer's number is in the file", async () => {
    const cwd = configureHourly(warehouse.url);
    expect((await runCli(["memory", "fill", "--since", "5d"], { cwd })).code).toBe(0);
    const errors = (await readMemory(cwd)).rules.flatMap(({ runs }) => runs.flatMap(({ error }) => error ?? []));
    expect([...new Set(errors)].filter((error) => error.includes("4711"))).toEqual([]);
  });
});

describe("where the memory cannot be read, reports are made without it, and say so", () => {
  const AWAY = "postgresql://u:canary-pw@127.0.0.1:1/d";
  const noted = (stdout: string) =>
    (JSON.parse(stdout) as { reports: Report[] }).reports.map(({ metadata }) => metadata.past?.note ?? "");

  test("the store is away: its keeping says it, or, where nothing is kept, the reading", async () => {
    const cwd = configureHourly(warehouse.url, AWAY);
    const kept = await runCli(["generate", "-f", "json"], { cwd });
    expect([kept.code, kept.stderr.split("\n").length]).toEqual([5, 2]);
    const unkept = await runCli(["generate", "-f", "json", "--no-store"], { cwd });
    expect([unkept.code, unkept.stderr]).toEqual([
      0,
      expect.stringContaining("warning: the memory could not be read: "),
    ]);
    for (const { stdout, stderr } of [kept, unkept]) {
      expect(noted(stdout)).toEqual([expect.stringContaining("the memory could not be read")]);
      expect(stderr).not.toContain("canary-pw");
    }
  });

  test("a part of it is damaged: said, and the next report makes it whole", async () => {
    const cwd = configureHourly(warehouse.url);
    expect((await runCli(["generate", "-q"], { cwd })).code).toBe(0);
    {
      using database = new Database(join(cwd, "memory.sqlite"));
      database.run("UPDATE automation_reports_memory_days SET cells = x'00'");
    }
    const { code, stderr } = await runCli(["generate", "-f", "json"], { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining("a part of its memory can no longer be read")]);
    expect((await runCli(["generate", "-f", "json"], { cwd })).stderr).toBe("");
  });
});
