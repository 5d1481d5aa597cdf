/** Weeks that the memory has added up: whoever reads them knows the same as from the days, and they are never older than these. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { RunRow } from "../../src/report/rules/run-row.ts";
import type { Past } from "../../src/report/memory/cells.ts";
import { readHistories, type RuleHistory } from "../../src/report/memory/history.ts";
import { mergePasts } from "../../src/report/memory/merge.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { alterStore, newStoreUrl, STORE_KINDS, targetOf } from "../making/stores.ts";
import { countPast, type HourSpan } from "../making/past.ts";
import { draws } from "../making/draws.ts";

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const WEEK_HOURS = 7 * DAY_HOURS;
/** The first hour of week 2948 of the epoch, Thursday 2 July 2026. */
const FIRST = 2948 * WEEK_HOURS;
const WEEKS = 4;
const END = FIRST + WEEKS * WEEK_HOURS;

type Rules = { rule: string; runs: RunRow[] }[];

function run(minute: number, override: Partial<RunRow> & { minutes?: number } = {}): RunRow {
  const { minutes = 5, ...rest } = override;
  const startedMs = FIRST * HOUR_MS + minute * 60_000;
  const endedMs = startedMs + minutes * 60_000;
  return { id: `${minute}`, startedMs, endedMs, status: "success", records: 100, error: null, ...rest };
}

/** Every three hours, now and then a failure, longer and with fewer records on some days. */
const STEADY: Rules = [
  {
    rule: "deals",
    runs: Array.from({ length: WEEKS * 56 }, (_, nth) =>
      run(nth * 180, {
        minutes: 2 + (nth % 5),
        records: (nth % 7) * 50,
        status: nth % 11 === 0 ? "failed" : "success",
      }),
    ),
  },
  { rule: "files", runs: [run(17, { minutes: 300 }), run(WEEK_HOURS * 60 + 5, { status: "partial" })] },
];

const seenOf = (past: Past) => [{ source: "hubspot", past }];
const reach = (weeksUntilHour = END) => ({ sinceMs: FIRST * HOUR_MS, weeksUntilMs: weeksUntilHour * HOUR_MS });

/** The newest day, then all others, as a fill of a small table writes them. */
async function fill(store: Store, rules: Rules, [from, to]: HourSpan = [FIRST, END]): Promise<void> {
  const spans: HourSpan[] = [
    [to - DAY_HOURS, to],
    [from, to - DAY_HOURS],
  ];
  for (const span of spans) await store.memory.write(seenOf(countPast(rules, [span])), "add");
}

/** Each day by itself, the newest first, as a fill of a large table does. */
async function fillDayByDay(store: Store, rules: Rules): Promise<void> {
  for (let day = END - DAY_HOURS; day >= FIRST; day -= DAY_HOURS)
    await store.memory.write(seenOf(countPast(rules, [[day, day + DAY_HOURS]])), "add");
}

/** What the tests of a rule read. */
function tell(past: Past, newer: Past | null): Record<string, unknown> {
  const histories = readHistories(mergePasts(past, newer) ?? past, {
    nowMs: END * HOUR_MS,
    timezone: "UTC",
    holidays: [],
  });
  const plain = ({ finished, seconds, records, empties, starts, longestSeconds, firstMs, knownDays }: RuleHistory) => ({
    columns: [finished, seconds, records, empties, starts].map(({ hours, counts, values }) => [
      [...hours],
      [...counts],
      [...values],
    ]),
    longestSeconds,
    firstMs,
    knownDays,
  });
  return Object.fromEntries([...histories].map(([rule, history]) => [rule, plain(history)]));
}

async function recall(store: Store, until?: number): Promise<{ past: Past; weeks: number; unreadable: number }> {
  const kept = (await store.memory.recall(["hubspot"], reach(until))).get("hubspot")!;
  const { past, unreadable } = kept.unpack();
  const weeks = new Set(past.rules.flatMap((rule) => (rule.weeks ?? []).map(({ fromHour }) => fromHour)));
  return { past, weeks: weeks.size, unreadable };
}

async function read(store: Store): Promise<Past> {
  return (await store.memory.read(["hubspot"], FIRST * HOUR_MS)).get("hubspot")!.past;
}

describe.each(STORE_KINDS)("%s", (kind) => {
  test("weeks are told added up, the newest days hour by hour, and it comes to the same", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await fillDayByDay(store, STEADY);
    const { past, weeks } = await recall(store);
    // The fourth one ends with the newest day: its days may still change.
    expect(weeks).toBe(3);
    expect(past.covered).toEqual([[FIRST, END]]);
    expect(tell(past, null)).toEqual(tell(await read(store), null));
    expect((await recall(store, FIRST + WEEK_HOURS + 5)).weeks).toBe(1);
    expect(await store.check()).toEqual([]);
  });

  test("of many CRMs at once", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const past = countPast(STEADY, [[FIRST, END]]);
    const sources = Array.from({ length: 12 }, (_, index) => `crm ${index}`);
    for (const source of sources)
      await store.memory.write([{ source, past, disabled: { rules: sources, seenMs: 7 } }], "replace");
    const kept = await store.memory.recall(sources, reach());
    const told = sources.map((source) => kept.get(source)!.unpack());
    expect(told.map(({ past: { covered } }) => covered)).toEqual(sources.map(() => [[FIRST, END]]));
    const weeksOf = ({ past: { rules } }: (typeof told)[number]) => rules.find(({ rule }) => rule === "deals")?.weeks;
    expect(told.map((one) => weeksOf(one)?.length)).toEqual(sources.map(() => WEEKS - 1));
    expect(kept.get("crm 11")!.disabled.length).toBe(12);
  });

  test("a day that changes takes its week with it; it is added up again with what is written next", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await fill(store, STEADY);
    const day: HourSpan = [FIRST + 2 * DAY_HOURS, FIRST + 3 * DAY_HOURS];
    const late = [{ rule: "late", runs: [run(2 * 1440 + 30)] }];
    await store.memory.write(seenOf(countPast([...STEADY, ...late], [day])), "replace");
    const { past, weeks } = await recall(store);
    expect(weeks).toBe(3);
    expect(tell(past, null)).toEqual(tell(await read(store), null));
    expect(Object.keys(tell(past, null)).toSorted()).toEqual(["deals", "files", "late"]);
  });

  test("hours that the operator leaves out are left out: their week is read day by day", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await fill(store, STEADY);
    await store.memory.ignore("hubspot", [FIRST + WEEK_HOURS + 3, FIRST + WEEK_HOURS + 40]);
    const { past, weeks } = await recall(store);
    expect(weeks).toBe(2);
    expect(tell(past, null)).toEqual(tell(await read(store), null));
  });

  test.each([
    { name: "was changed", sql: "SET stamp = stamp + 1" },
    { name: "is of another format", sql: "SET stamp = 0" },
    { name: "holds something else", sql: kind === "SQLite" ? "SET sums = x'00'" : "SET sums = '\\x00'" },
  ])("a week that $name is not read, and check names it", async ({ sql }) => {
    const url = await newStoreUrl(kind);
    await using store = await openStore(targetOf(url));
    await fill(store, STEADY);
    await alterStore(kind, url, `UPDATE automation_reports_memory_weeks ${sql} WHERE week = 2949`);
    const { past, weeks, unreadable } = await recall(store);
    expect([weeks, unreadable]).toEqual([2, 0]);
    expect(tell(past, null)).toEqual(tell(await read(store), null));
    expect(await store.check()).toEqual([
      "memory of hubspot: the sums of the week from 2026-07-09 are not as this program writes them",
    ]);
  });

  test("weeks that no report of today reads any more go, and their days stay", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await fill(store, STEADY);
    const later = FIRST + 22 * WEEK_HOURS;
    await store.memory.write(seenOf(countPast([], [[later, later + DAY_HOURS]])), "add");
    const { past, weeks } = await recall(store);
    // The fourth is over now, and of all four the newest two are left.
    expect(weeks).toBe(2);
    expect(past.covered).toEqual([
      [FIRST, END],
      [later, later + DAY_HOURS],
    ]);
  });

  test("what is forgotten or too old is in no week either", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await fill(store, STEADY);
    const ages = { retentionMs: HOUR_MS, memoryMs: (END - FIRST - 3 * DAY_HOURS) * HOUR_MS };
    await store.prune(END * HOUR_MS, ages);
    const { past, weeks } = await recall(store);
    expect(weeks).toBe(2);
    expect(past.covered).toEqual([[FIRST + 3 * DAY_HOURS, END]]);
    expect(tell(past, null)).toEqual(tell(await read(store), null));
    await store.memory.forget("hubspot");
    expect((await recall(store)).weeks).toBe(0);
  });

  test("the same whatever ran, whatever is unknown or ignored, and whatever the warehouse tells anew", async () => {
    const drawnRun = fc.record({
      minute: fc.nat(WEEKS * WEEK_HOURS * 60 - 1),
      minutes: fc.nat(2000),
      status: fc.constantFrom("success" as const, "failed" as const, "partial" as const),
      records: fc.option(fc.nat(1000), { nil: null }),
    });
    const span = fc
      .tuple(fc.nat(WEEKS * WEEK_HOURS - 2), fc.integer({ min: 1, max: 200 }))
      .map(([from, length]): HourSpan => [FIRST + from, Math.min(END, FIRST + from + length)]);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(drawnRun, { maxLength: 150, selector: ({ minute }) => minute }),
        fc.nat(10),
        fc.option(span, { nil: null }),
        fc.option(span, { nil: null }),
        async (rows, daysLate, ignored, told) => {
          await using store = await openStore(targetOf(await newStoreUrl(kind)));
          const rules = ["deals", "files"].map((rule, nth) => ({
            rule,
            runs: rows.filter(({ minute }) => minute % 2 === nth).map(({ minute, ...row }) => run(minute, row)),
          }));
          await fill(store, rules, [FIRST + daysLate * DAY_HOURS, END]);
          if (ignored !== null) await store.memory.ignore("hubspot", ignored);
          const newer = told === null ? null : countPast(rules, [told]);
          expect(tell((await recall(store)).past, newer)).toEqual(tell(await read(store), newer));
        },
      ),
      // A PostgreSQL store takes ten times as long to fill.
      draws(kind === "PostgreSQL" ? 3 : 8, 100),
    );
  });
});

test("a store from before the weeks adds them up with the next write", async () => {
  const url = await newStoreUrl("SQLite");
  {
    await using store = await openStore(targetOf(url));
    await fill(store, STEADY);
  }
  const target = targetOf(url);
  if (target.kind !== "sqlite") throw new Error("a file");
  {
    using database = new Database(target.path);
    for (const table of ["weeks", "disabled"]) database.run(`DROP TABLE automation_reports_memory_${table}`);
    database.run("UPDATE automation_reports_schema SET version = 4");
  }
  await using store = await openStore(target);
  expect((await recall(store)).weeks).toBe(0);
  await store.memory.write(seenOf(countPast(STEADY, [[END - DAY_HOURS, END]])), "replace");
  expect((await recall(store)).weeks).toBe(3);
});
