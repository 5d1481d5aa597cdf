/** The memory over both engines: hours are replaced whole, in any order, by any number of processes, and nothing is counted twice. */
import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { RunRow } from "../../src/report/rules/run-row.ts";
import { listCells, listStarts, type Past } from "../../src/report/memory/cells.ts";
import { openStore } from "../../src/store/open.ts";
import { alterStore, madePass, newStoreUrl, STORE_KINDS, targetOf } from "../making/stores.ts";
import { countPast, type HourSpan } from "../making/past.ts";
import { draws } from "../making/draws.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 2026-07-06, a Monday: day 20640 of the epoch. */
const MONDAY = 20_640;
const FIRST = MONDAY * 24;

/** A run that starts so many hours after Monday 00:00 and goes on for so many minutes. */
function run(hours: number, minutes = 5, override: Partial<RunRow> = {}): RunRow {
  const startedMs = FIRST * HOUR_MS + hours * HOUR_MS;
  return {
    id: `${startedMs}`,
    startedMs,
    endedMs: startedMs + minutes * 60_000,
    status: "success",
    records: 100,
    error: null,
    ...override,
  };
}

const seenOf = (past: Past, source = "hubspot") => [{ source, past }];

/** As plain values: what is read makes its values when they are asked for. */
function written({ covered, rules }: Past) {
  return {
    covered,
    rules: rules
      .map((rule) => ({ ...rule, cells: listCells(rule), starts: listStarts(rule) }))
      .toSorted((a, b) => (a.rule < b.rule ? -1 : 1)),
  };
}

/** Without what depends on who wrote what. */
function plain(past: Past) {
  const { covered, rules } = written(past);
  return {
    covered,
    rules: rules
      .filter(({ cells, starts }) => cells.length + starts.length > 0)
      .map(({ rule, cells, starts }) => ({ rule, cells, starts })),
  };
}

/** Of each rule its newest runs and its first start, in one order. */
function tellRules({ rules }: Past) {
  return rules
    .map(({ rule, runs, firstMs }) => ({ rule, runs, firstMs }))
    .toSorted((a, b) => (a.rule < b.rule ? -1 : 1));
}

/** What was seen in any of the spans: a rule is known from the first on in which one of its runs started or ended. */
function countSeen(rules: { rule: string; runs: RunRow[] }[], spans: HourSpan[]): Past {
  const seen = spans.flatMap((span) => countPast(rules, [span]).rules.map(({ rule }) => rule));
  const known = rules.filter(({ rule }) => seen.includes(rule));
  return countPast(known, [[0, Infinity]]);
}

describe.each(STORE_KINDS)("%s", (kind) => {
  const open = async () => await openStore(targetOf(await newStoreUrl(kind)));

  test("what is written is read again: cells, starts, newest runs, odd names", async () => {
    await using store = await open();
    const odd = 'ä 漢 \u0000 \ud800 "x" \\ $1 ?';
    const runs = [
      run(1),
      run(1.5, 0, { status: "failed", records: 0, error: "HTTP <status>" }),
      run(30, 90, { records: 12_345_678_901 }),
      run(31, 1, { endedMs: null, records: null }),
    ];
    const past = countPast([{ rule: odd, runs }], [[FIRST, FIRST + 48]]);
    await store.memory.write(seenOf(past), "replace");
    const read = (await store.memory.read(["hubspot", "nobody"], 0)).get("hubspot")!;
    expect({ ...read, past: written(read.past) }).toEqual({
      past: written(past),
      retired: [],
      disabled: [],
      unreadable: 0,
    });
    expect((await store.memory.read(["nobody"], 0)).get("nobody")?.past).toEqual({ covered: [], rules: [] });
    expect(await store.memory.listDays("hubspot", MONDAY)).toEqual(
      new Map([
        [MONDAY, 0xffffff],
        [MONDAY + 1, 0xffffff],
      ]),
    );
    expect(await store.check()).toEqual([]);
  });

  test("an hour that is seen again is replaced, also by fewer runs or none; others stay", async () => {
    await using store = await open();
    const first = countPast([{ rule: "deals", runs: [run(1), run(2), run(3)] }], [[FIRST, FIRST + 4]]);
    await store.memory.write(seenOf(first), "replace");
    // Two rows came late, one was deleted.
    const later = countPast([{ rule: "deals", runs: [run(3), run(3.1), run(3.2)] }], [[FIRST + 2, FIRST + 5]]);
    await store.memory.write(seenOf(later), "replace");
    const { past } = (await store.memory.read(["hubspot"], 0)).get("hubspot")!;
    expect(past.rules.map(listStarts)).toEqual([
      [
        [FIRST + 1, 1],
        [FIRST + 3, 3],
      ],
    ]);
    expect(past.covered).toEqual([[FIRST, FIRST + 5]]);
  });

  test("a fill adds hours that are not known yet, and leaves the others as they are", async () => {
    await using store = await open();
    await store.memory.write(
      seenOf(countPast([{ rule: "deals", runs: [run(5)] }], [[FIRST + 5, FIRST + 6]])),
      "replace",
    );
    const day = countPast([{ rule: "deals", runs: [run(4), run(5), run(5.5)] }], [[FIRST, FIRST + 24]]);
    await store.memory.write(seenOf(day), "add");
    const { past } = (await store.memory.read(["hubspot"], 0)).get("hubspot")!;
    expect(listStarts(past.rules[0]!)).toEqual([
      [FIRST + 4, 1],
      [FIRST + 5, 1],
    ]);
  });

  test("hours at the ends of a window, which are not whole, are not kept", async () => {
    await using store = await open();
    const past = countPast([{ rule: "deals", runs: [run(1), run(2)] }], [[FIRST, FIRST + 3]]);
    await store.memory.write(seenOf({ ...past, covered: [[FIRST, FIRST + 2]] }), "replace");
    const read = (await store.memory.read(["hubspot"], 0)).get("hubspot")!.past;
    expect(listStarts(read.rules[0]!)).toEqual([[FIRST + 1, 1]]);
    expect(read.covered).toEqual([[FIRST, FIRST + 2]]);
  });

  test("same memory whatever the order in which passes and fills wrote it, as counting the runs comes to", async () => {
    const spans = fc.tuple(fc.nat(70), fc.integer({ min: 1, max: 40 })).map(([from, length]): HourSpan => {
      const start = FIRST + from;
      return [start, Math.min(start + length, FIRST + 72)];
    });
    const drawn = fc.record({
      rule: fc.constantFrom("deals", "contacts", "files"),
      run: fc
        .record({
          minute: fc.nat(72 * 60 - 1),
          minutes: fc.nat(2000),
          status: fc.constantFrom("success" as const, "failed" as const, "partial" as const, "running" as const),
          records: fc.option(fc.nat(1000), { nil: null }),
        })
        .map(({ minute, minutes, status, records }) =>
          run(minute / 60, minutes, { status, records, ...(status === "running" ? { endedMs: null } : {}) }),
        ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(drawn, { maxLength: 60, selector: ({ run: one }) => one.id }),
        fc.array(fc.tuple(spans, fc.constantFrom("replace" as const, "add" as const)), { minLength: 1, maxLength: 8 }),
        async (rows, writes) => {
          await using store = await open();
          const rules = [...Map.groupBy(rows, ({ rule }) => rule)].map(([rule, of]) => ({
            rule,
            runs: of.map(({ run: one }) => one),
          }));
          for (const [span, mode] of writes) await store.memory.write(seenOf(countPast(rules, [span])), mode);
          const read = (await store.memory.read(["hubspot"], 0)).get("hubspot")!.past;
          expect(plain(read)).toEqual(plain(countPast(rules, read.covered)));
          expect(tellRules(read)).toEqual(
            tellRules(
              countSeen(
                rules,
                writes.map(([span]) => span),
              ),
            ),
          );
          const hours = new Set(
            writes.flatMap(([[from, to]]) => Array.from({ length: to - from }, (_, at) => from + at)),
          );
          expect(read.covered.reduce((sum, [from, to]) => sum + to - from, 0)).toBe(hours.size);
        },
      ),
      draws(12, 300),
    );
  });

  test("many processes that write the same hours at once: once each", async () => {
    const target = targetOf(await newStoreUrl(kind));
    const stores = await Promise.all(Array.from({ length: 2 }, async () => await openStore(target)));
    const rules = [{ rule: "deals", runs: Array.from({ length: 96 }, (_, hour) => run(hour + 0.5)) }];
    const spans = [0, 10, 20, 30].map((from): HourSpan => [FIRST + from, FIRST + from + 60]);
    await Promise.all(
      stores.flatMap((store, index) =>
        spans.map(
          async (span) => await store.memory.write(seenOf(countPast(rules, [span])), index % 2 ? "add" : "replace"),
        ),
      ),
    );
    const read = (await stores[0]!.memory.read(["hubspot"], 0)).get("hubspot")!.past;
    expect(plain(read)).toEqual(plain(countPast(rules, [[FIRST, FIRST + 90]])));
    for (const store of stores) await store[Symbol.asyncDispose]();
  });

  test("a pass and what it has seen are kept together; handed over again, nothing changes", async () => {
    await using store = await open();
    const past = countPast([{ rule: "deals", runs: [run(1)] }], [[FIRST, FIRST + 24]]);
    const made = { ...madePass(["hubspot"]), seen: seenOf(past) };
    const key = { schedule: "daily", slotMs: 1000 };
    await store.slots.claim(key, "b", 60_000);
    await store.slots.end({ ...key, holder: "another", attempt: 1 }, { state: "made", exitCode: 0, note: null }, made);
    expect((await store.memory.list()).length).toBe(0);
    for (const _ of [1, 2])
      await store.slots.end({ ...key, holder: "b", attempt: 1 }, { state: "made", exitCode: 0, note: null }, made);
    expect(plain((await store.memory.read(["hubspot"], 0)).get("hubspot")!.past)).toEqual(plain(past));
  });

  test("a pass is kept where its memory cannot be written, and whoever keeps it hears why", async () => {
    const url = await newStoreUrl(kind);
    await using store = await openStore(targetOf(url));
    const forbidden =
      kind === "SQLite"
        ? "CREATE TRIGGER no_write BEFORE INSERT ON automation_reports_memory_rules BEGIN SELECT RAISE(ABORT, 'refused'); END"
        : `CREATE FUNCTION no_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
        CREATE TRIGGER no_write BEFORE INSERT ON automation_reports_memory_rules EXECUTE FUNCTION no_write()`;
    await alterStore(kind, url, forbidden);
    const reasons: string[] = [];
    const past = countPast([{ rule: "deals", runs: [run(1)] }], [[FIRST, FIRST + 24]]);
    const made = {
      ...madePass(["hubspot"]),
      seen: seenOf(past),
      onForgotten: (reason: string) => reasons.push(reason),
    };
    await store.reports.keepPass(made, "adhoc");
    expect(reasons).toEqual([expect.stringContaining("refused")]);
    expect((await store.reports.list({ limit: 5 })).length).toBe(1);
    // The day was written before: it is taken back with the rest.
    expect(await store.memory.list()).toEqual([]);
  });

  test("what is ignored is left out of the past until it is heeded again; a rule that is over is named", async () => {
    await using store = await open();
    const past = countPast([{ rule: "deals", runs: [run(1), run(5), run(9)] }], [[FIRST, FIRST + 24]]);
    await store.memory.write(seenOf(past), "replace");
    await store.memory.ignore("hubspot", [FIRST + 4, FIRST + 6]);
    const read = async () => (await store.memory.read(["hubspot"], 0)).get("hubspot")!;
    expect((await read()).past.covered).toEqual([
      [FIRST, FIRST + 4],
      [FIRST + 6, FIRST + 24],
    ]);
    expect(listStarts((await read()).past.rules[0]!)).toEqual([
      [FIRST + 1, 1],
      [FIRST + 9, 1],
    ]);
    expect(await store.memory.listIgnored()).toEqual([{ source: "hubspot", span: [FIRST + 4, FIRST + 6] }]);
    expect(await store.memory.heed("hubspot", [FIRST, FIRST + 24])).toBe(1);
    expect(written((await read()).past)).toEqual(written(past));
    expect(await store.memory.retire("hubspot", "nobody", null)).toBe(false);
    expect(await store.memory.retire("hubspot", "deals", 5)).toBe(true);
    expect((await read()).retired).toEqual([{ rule: "deals", sinceMs: 5 }]);
    expect(await store.memory.retire("hubspot", "deals", null)).toBe(true);
    expect((await read()).retired).toEqual([]);
  });

  test("which rules were found disabled is kept with the newest moment, whoever wrote it", async () => {
    await using store = await open();
    const { past } = seenOf(countPast([{ rule: "deals", runs: [run(1)] }], [[FIRST, FIRST + 2]]))[0]!;
    const see = async (seenMs: number, rules: string[]) =>
      await store.memory.write([{ source: "hubspot", past, disabled: { rules, seenMs } }], "replace");
    await see(7, ["ä \u0000 '", "deals", "deals"]);
    await see(5, ["deals", "tags"]);
    await see(
      9,
      Array.from({ length: 150 }, (_, index) => `rule ${index}`),
    );
    await store.memory.write(seenOf(past), "replace");
    const disabled = async () => (await store.memory.read(["hubspot"], 0)).get("hubspot")!.disabled;
    const byName = new Map((await disabled()).map(({ rule, seenMs }) => [rule, seenMs]));
    expect(byName.size).toBe(153);
    expect(["ä \u0000 '", "deals", "tags", "rule 0", "rule 149"].map((rule) => byName.get(rule))).toEqual([
      7, 7, 5, 9, 9,
    ]);
    await store.memory.forget("hubspot");
    expect(await disabled()).toEqual([]);
  });

  test("prune deletes hours by their own age, and never a rule; forget deletes all of one CRM but what its operator said", async () => {
    await using store = await open();
    const past = countPast([{ rule: "deals", runs: [run(1), run(25), run(49)] }], [[FIRST, FIRST + 72]]);
    await store.memory.write([...seenOf(past), ...seenOf(past, "genius")], "replace");
    const ages = { retentionMs: DAY_MS, memoryMs: DAY_MS };
    expect((await store.prune((MONDAY + 3) * DAY_MS, ages)).days).toBe(4);
    expect((await store.memory.read(["hubspot"], 0)).get("hubspot")?.past).toMatchObject({
      covered: [[FIRST + 48, FIRST + 72]],
      rules: [{ rule: "deals", firstMs: FIRST * HOUR_MS + HOUR_MS, runs: [{}, {}, {}] }],
    });
    await store.memory.ignore("hubspot", [FIRST, FIRST + 2]);
    await store.memory.retire("hubspot", "never_ran", 5);
    expect([await store.memory.forget("hubspot"), await store.memory.forget("hubspot")]).toEqual([true, false]);
    expect((await store.memory.list()).map(({ source, days }) => [source, days])).toEqual([["genius", 1]]);
    expect((await store.memory.read(["hubspot"], 0)).get("hubspot")?.retired).toEqual([
      { rule: "never_ran", sinceMs: 5 },
    ]);
    expect(await store.memory.listIgnored()).toEqual([{ source: "hubspot", span: [FIRST, FIRST + 2] }]);
  });

  test("why a fill stopped is kept until it goes on", async () => {
    await using store = await open();
    await store.memory.write(seenOf(countPast([{ rule: "deals", runs: [run(1)] }], [[FIRST, FIRST + 2]])), "replace");
    const stop = { kind: "costly" as const, atMs: 7, reason: "ä \u0000 too slow" };
    expect(await store.memory.readStop("hubspot")).toBeNull();
    await store.memory.stopFill("hubspot", stop);
    expect(await store.memory.readStop("hubspot")).toEqual(stop);
    await store.memory.stopFill("hubspot", null);
    expect(await store.memory.readStop("hubspot")).toBeNull();
  });

  test("taking back a stop that is not there writes nothing", async () => {
    const url = await newStoreUrl(kind);
    await using store = await openStore(targetOf(url));
    await store.memory.write(seenOf(countPast([{ rule: "deals", runs: [run(1)] }], [[FIRST, FIRST + 2]])), "replace");
    const forbidden =
      kind === "SQLite"
        ? "CREATE TRIGGER no_write BEFORE UPDATE ON automation_reports_memory_rules BEGIN SELECT RAISE(ABORT, 'written'); END"
        : `CREATE FUNCTION no_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'written'; END $$;
        CREATE TRIGGER no_write BEFORE UPDATE ON automation_reports_memory_rules EXECUTE FUNCTION no_write()`;
    await alterStore(kind, url, forbidden);
    await store.memory.stopFill("hubspot", null);
    expect(
      await store.memory.stopFill("hubspot", { kind: "costly", atMs: 7, reason: "too slow" }).catch(() => "written"),
    ).toBe("written");
  });

  test.each([
    { name: "cut off", bytes: "28b52ffd" },
    { name: "no pack", bytes: Buffer.from(Bun.zstdCompressSync("hello, world")).toString("hex") },
    { name: "empty", bytes: "" },
  ])(
    "days and rules that are $name: named by check, not known, and made new by what is seen next",
    async ({ bytes }) => {
      const url = await newStoreUrl(kind);
      await using store = await openStore(targetOf(url));
      const past = countPast([{ rule: "deals", runs: [run(1), run(30)] }], [[FIRST, FIRST + 48]]);
      await store.memory.write(seenOf(past), "replace");
      const literal = kind === "SQLite" ? `x'${bytes}'` : `'\\x${bytes}'`;
      await alterStore(kind, url, `UPDATE automation_reports_memory_days SET cells = ${literal} WHERE day = ${MONDAY}`);
      await alterStore(kind, url, `UPDATE automation_reports_memory_rules SET rules = ${literal}`);
      expect(await store.check()).toEqual([
        "memory of hubspot: 2026-07-06 is not as this program writes it",
        "memory of hubspot: its rules are not as this program writes them",
      ]);
      const read = (await store.memory.read(["hubspot"], 0)).get("hubspot");
      expect([read?.unreadable, read?.past.covered]).toEqual([2, [[FIRST + 24, FIRST + 48]]]);
      expect([...(await store.memory.listDays("hubspot", 0)).keys()]).toEqual([MONDAY + 1]);
      expect([...(await store.memory.listHours("hubspot", 0)).keys()]).toEqual([MONDAY, MONDAY + 1]);
      await store.memory.write(seenOf(past), "replace");
      const again = (await store.memory.read(["hubspot"], 0)).get("hubspot")!;
      expect({ ...again, past: written(again.past) }).toEqual({
        past: written(past),
        retired: [],
        disabled: [],
        unreadable: 0,
      });
    },
  );

  test("a store of the version before gets its tables, and keeps what it had", async () => {
    const url = await newStoreUrl(kind);
    {
      await using store = await openStore(targetOf(url));
      await store.reports.keepPass(madePass(["hubspot"]), "adhoc");
    }
    for (const table of ["days", "rules", "ignored", "retired", "weeks", "disabled"])
      await alterStore(kind, url, `DROP TABLE automation_reports_memory_${table}`);
    await alterStore(kind, url, "UPDATE automation_reports_schema SET version = 3");
    await using store = await openStore(targetOf(url), "look");
    expect(await store.check()).toEqual([]);
    expect((await store.reports.list({ limit: 5 })).length).toBe(1);
    expect(await store.memory.list()).toEqual([]);
  });
});
