/** What is kept of a reading, what a report may know of a memory, and which days are still to be read. */
import { describe, expect, test } from "bun:test";
import { listStarts, type Past } from "../../../src/report/memory/cells.ts";
import { comparePasts, type Difference } from "../../../src/report/memory/compare.ts";
import { listMissing } from "../../../src/report/memory/missing.ts";
import { joinPasts, keepable, pastUntil, rememberActivity } from "../../../src/report/memory/remember.ts";
import { summarizeMemory } from "../../../src/report/memory/summary.ts";
import { withoutHours } from "../../../src/report/memory/without.ts";
import type { RunRow } from "../../../src/report/rules/run-row.ts";
import { rule } from "../../making/activities.ts";
import { countPast } from "../../making/past.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 2026-07-06T00:00:00Z, a Monday. */
const MONDAY = 20_640;
const FIRST = MONDAY * 24;

function run(hour: number, override: Partial<RunRow> = {}): RunRow {
  const startedMs = (FIRST + hour) * HOUR_MS;
  return {
    id: `${hour}`,
    startedMs,
    endedMs: startedMs + 60_000,
    status: "success",
    records: 9,
    error: null,
    ...override,
  };
}

/** Of the first two days. */
const pastOf = (runs: RunRow[], name = "deals"): Past => countPast([{ rule: name, runs }], [[FIRST, FIRST + 48]]);
const hoursOf = ({ rules }: Past) => rules.map((rule) => listStarts(rule).map(([hour]) => hour - FIRST));

describe("what is kept", () => {
  test("hours with their runs, and the runs alone of a rule that ran in neither window", () => {
    const kept = rememberActivity({
      hourly: pastOf([run(1)]),
      rules: [rule("old", {}, { runs: [run(-200)] })],
      tableSinceMs: null,
    });
    expect(kept.rules.map(({ rule: name, firstMs, runs }) => [name, firstMs / HOUR_MS - FIRST, runs.length])).toEqual([
      ["deals", 1, 1],
      ["old", -200, 1],
    ]);
    expect(kept.covered).toEqual([[FIRST, FIRST + 48]]);
  });

  test("where a window is too long for hours, the runs of its rules", () => {
    const kept = rememberActivity({
      hourly: null,
      rules: [rule("deals", {}, { runs: [run(1)] }), rule("none", {})],
      tableSinceMs: null,
    });
    expect([kept.covered, kept.rules.map(({ rule: name }) => name)]).toEqual([[], ["deals"]]);
  });

  test.each<{ name: string; since: number | null; runs: number[]; older?: number; covered: number[][] }>([
    { name: "from its oldest row on", since: 5, runs: [5, 30], covered: [[5, 48]] },
    { name: "as a whole, where its oldest row is older", since: -9, runs: [5, 30], covered: [[0, 48]] },
    { name: "as a whole without a run, where it reaches further back", since: -9, runs: [], covered: [[0, 48]] },
    { name: "from the first run, where the oldest row is not known", since: null, runs: [5], covered: [[5, 48]] },
    { name: "as a whole, where a run before it is known", since: null, runs: [], older: -3, covered: [[0, 48]] },
    { name: "not at all, where no row is known", since: null, runs: [], covered: [] },
  ])("hours that the table reaches back to: $name", ({ since, runs, older, covered }) => {
    const kept = rememberActivity({
      hourly: pastOf(runs.map((hour) => run(hour))),
      rules: older === undefined ? [] : [rule("deals", {}, { runs: [run(older)] })],
      tableSinceMs: since === null ? null : (FIRST + since) * HOUR_MS,
    });
    expect(kept.covered.map(([from, to]) => [from - FIRST, to - FIRST])).toEqual(covered);
  });

  test("the fingerprint of an error, and no rule whose name is a secret", () => {
    const failed = run(1, { status: "failed", error: "Contact 4711 jane@customer.example was refused: HTTP 429" });
    const { rules } = keepable({
      covered: [],
      rules: [...pastOf([failed]).rules, ...pastOf([run(1)], "sync --password=canary").rules],
    });
    expect(rules.map(({ rule: name }) => name)).toEqual(["deals"]);
    expect(rules[0]?.runs[0]?.error).not.toMatch(/4711|jane/);
  });
});

test("of hours before the oldest row the memory holds, of those after it the warehouse", () => {
  const remembered = countPast([{ rule: "deals", runs: [run(1), run(20), run(30)] }], [[FIRST, FIRST + 40]]);
  const told = pastOf([run(26)]);
  const since = (hour: number) => ({ hourly: told, rules: [], past: null, tableSinceMs: (FIRST + hour) * HOUR_MS });
  const read = (known: Past | null) => known && [hoursOf(known), known.covered.map(([, to]) => to - FIRST)];
  expect(read(joinPasts(since(25), remembered))).toEqual([[[1, 20, 26]], [48]]);
  // The rows of a backfill that were deleted again are none of the memory's.
  expect(read(joinPasts(since(0), remembered))).toEqual([[[26]], [48]]);
  expect(read(joinPasts(since(25), null))).toEqual([[[26]], [48]]);
});

type Cut = { name: string; hours: number; starts: number[][]; covered: number[][] };
test.each<Cut>([
  { name: "at the end of all that is known: all of it", hours: 48, starts: [[1, 30, 47]], covered: [[0, 48]] },
  { name: "in between: nothing of what came later", hours: 31, starts: [[1, 30]], covered: [[0, 31]] },
  { name: "before its first run: the rule is not known yet", hours: 1, starts: [], covered: [[0, 1]] },
])("a report whose window ends $name", ({ hours, starts, covered }) => {
  const known = pastUntil(pastOf([run(1), run(30), run(47)]), (FIRST + hours) * HOUR_MS, []);
  expect(hoursOf(known)).toEqual(starts);
  expect(known.covered.map(([from, to]) => [from - FIRST, to - FIRST])).toEqual(covered);
  expect(known.rules.flatMap(({ runs }) => runs).every(({ startedMs }) => startedMs < (FIRST + hours) * HOUR_MS)).toBe(
    true,
  );
});

test("a rule that is left out of reports is not in their past", () => {
  expect(pastUntil(pastOf([run(1)]), (FIRST + 48) * HOUR_MS, ["deals"]).rules).toEqual([]);
});

type Ignored = { name: string; ignored: number[][]; covered: number[][]; starts: number[] };
test.each<Ignored>([
  { name: "nothing", ignored: [], covered: [[0, 48]], starts: [1, 5, 9] },
  {
    name: "a part in the middle",
    ignored: [[4, 6]],
    covered: [
      [0, 4],
      [6, 48],
    ],
    starts: [1, 9],
  },
  {
    name: "parts that overlap",
    ignored: [
      [0, 5],
      [4, 8],
    ],
    covered: [[8, 48]],
    starts: [9],
  },
  { name: "more than is known", ignored: [[-9, 99]], covered: [], starts: [] },
])("ignored: $name", ({ ignored, covered, starts }) => {
  const spans = ignored.map(([from = 0, to = 0]): [number, number] => [FIRST + from, FIRST + to]);
  const left = withoutHours(pastOf([run(1), run(5), run(9)]), spans);
  expect(left.covered.map(([from, to]) => [from - FIRST, to - FIRST])).toEqual(covered);
  expect(hoursOf(left)[0]).toEqual(starts);
});

type Days = { name: string; known: number[][]; days: number[][] };
test.each<Days>([
  {
    name: "nothing is known",
    known: [],
    days: [
      [2, 5],
      [1, 24],
      [0, 24],
    ],
  },
  {
    name: "a whole day is",
    known: [[1, 0xffffff]],
    days: [
      [2, 5],
      [0, 24],
    ],
  },
  {
    name: "all that is over of today",
    known: [[2, 0b11111]],
    days: [
      [1, 24],
      [0, 24],
    ],
  },
  {
    name: "a day with a gap is read again",
    known: [
      [0, 0xffffff],
      [1, 0xfffffe],
      [2, 0xff],
    ],
    days: [[1, 24]],
  },
])("days to read where $name, the newest first", ({ known, days }) => {
  const masks = new Map(known.map(([day = 0, mask = 0]) => [MONDAY + day, mask]));
  // Wednesday 05:40.
  const missing = listMissing(masks, { startMs: MONDAY * DAY_MS + 1, endMs: (FIRST + 53) * HOUR_MS + 2_400_000 });
  expect(missing.map(({ fromMs, toMs }) => [fromMs / DAY_MS - MONDAY, (toMs - fromMs) / HOUR_MS])).toEqual(days);
});

type Compared = { name: string; now: RunRow[]; differs: Difference[] };
test.each<Compared>([
  { name: "the same", now: [run(1), run(2)], differs: [] },
  { name: "a row came late", now: [run(1), run(2), run(2.5)], differs: [{ rule: "deals", was: 2, is: 3 }] },
  { name: "all were deleted", now: [], differs: [{ rule: "deals", was: 2, is: 0 }] },
  { name: "a count was corrected", now: [run(1), run(2, { records: 8 })], differs: [{ rule: "deals", was: 2, is: 2 }] },
])("compared with the warehouse: $name", ({ now, differs }) => {
  expect(comparePasts(pastOf([run(1), run(2)]), pastOf(now))).toEqual(differs);
});

test("in figures: medians within 5 %, failures, the usual interval, weeks that are known", () => {
  const runs = Array.from({ length: 48 }, (_, hour) =>
    run(hour, hour % 12 === 0 ? { status: "failed", records: 0 } : {}),
  );
  const [deals] = summarizeMemory(pastOf(runs), {
    source: "hubspot",
    fromHour: FIRST - 500,
    toHour: FIRST + 48,
    ignored: [],
    retired: [{ rule: "deals", sinceMs: MONDAY * DAY_MS }],
    stopped: null,
  }).rules;
  expect(deals).toMatchObject({
    rule_name: "deals",
    first_start: "2026-07-06T00:00:00Z",
    last_run: "2026-07-07T23:01:00Z",
    usual_interval_seconds: 3600,
    runs: 48,
    failed: 4,
    records_p50: 9,
    retired_since: "2026-07-06T00:00:00Z",
    weeks: [{ start: "2026-07-01T00:00:00Z", hours_known: 48, runs: 48 }],
  });
  expect(Math.abs((deals?.duration_p50_seconds ?? 0) - 60)).toBeLessThan(3);
});

test("only the hours that are asked for are counted, though days are read as a whole", () => {
  const runs = Array.from({ length: 48 }, (_, hour) => run(hour));
  const summary = summarizeMemory(pastOf(runs), {
    source: "hubspot",
    fromHour: FIRST + 8,
    toHour: FIRST + 40,
    ignored: [],
    retired: [],
    stopped: null,
  });
  expect(summary).toMatchObject({
    known_since: "2026-07-06T08:00:00Z",
    hours_known: 32,
    hours_asked: 32,
    rules: [{ runs: 32, weeks: [{ start: "2026-07-06T08:00:00Z", hours_known: 32, runs: 32 }] }],
  });
});
