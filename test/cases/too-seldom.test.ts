/** A rule that no schedule asks for starts a fraction of its usual runs: none is missed by a schedule, and each rest is a short one. */
import { describe, expect, test } from "bun:test";
import type { RunRow } from "../making/warehouses.ts";
import {
  ask,
  at,
  DAY,
  ENGINES,
  HOUR,
  interval,
  judge,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
} from "../making/cases.ts";

const SINCE = "07-07 21:00";
const before = repeat({ from: "05-20 00:00", to: "07-07 20:45", every: 15 * MINUTE, takes: 20_000 });
const fewer = (every: number) => repeat({ from: SINCE, to: "07-12 20:45", every, takes: 20_000 });

describe.each(ENGINES)("%s", (engine) => {
  test.each([
    { name: "a-quarter", every: HOUR, seen: 24 },
    { name: "an-eighth", every: 2 * HOUR, seen: 12 },
  ])("$name-of-its-runs: told from the first whole day on, as long as it lasts", async ({ every, seen }) => {
    await using warehouse = await makeWarehouse(engine, { runs: [...before, ...fewer(every)] });
    for (const as of ["07-08 21:00", "07-09 04:00", "07-10 21:00", "07-12 20:50"]) {
      const rule = ruleOf((await ask(warehouse, { as })).report, "contacts");
      expect([as, rule?.condition, rule?.severity, rule?.since]).toEqual([
        as,
        "degraded",
        "warning",
        "2026-07-07T21:00:00Z",
      ]);
      expect(rule?.message).toMatch(
        new RegExp(`^contacts: ${seen} runs in 24 h, usually 9[5-7] at these hours \\(5 weeks\\); since 7 Jul 21:00$`),
      );
    }
  });
});

test("a-quarter-by-schedule: what it asks for is held against it, and nothing else", async () => {
  const schedules = [interval(15, "minutes", "contacts")];
  await using warehouse = await makeWarehouse("sqlite", { runs: [...before, ...fewer(HOUR)], schedules });
  const { message } = ruleOf((await ask(warehouse, { as: "07-10 21:00" })).report, "contacts") ?? {};
  expect(message).not.toContain("at these hours");
});

test("as-often-again: nothing is told a day later", async () => {
  const again = repeat({ from: "07-09 21:00", to: "07-11 20:45", every: 15 * MINUTE, takes: 20_000 });
  const runs = [...before, ...repeat({ from: SINCE, to: "07-09 20:45", every: HOUR, takes: 20_000 }), ...again];
  await using warehouse = await makeWarehouse("sqlite", { runs });
  expect(ruleOf((await ask(warehouse, { as: "07-10 21:00" })).report, "contacts")?.condition).toBe("ok");
});

/** Each day at these hours. */
const daily = (hours: readonly number[], from: string, to: string): RunRow[] =>
  hours.flatMap((hour) => {
    const time = `${String(hour).padStart(2, "0")}:10`;
    return repeat({ rule: "prices", from: `${from} ${time}`, to: `${to} ${time}`, every: DAY });
  });
const isWorkday = ({ start }: RunRow) => ![0, 6].includes(new Date(start).getUTCDay());

describe.each(ENGINES)("%s", (engine) => {
  test.each([
    { name: "one-of-two", others: [6] },
    { name: "one-of-three", others: [6, 12] },
    { name: "one-of-five", others: [2, 6, 10, 14] },
  ])("$name-times-by-habit-stops: told from the third day on, as long as it lasts", async ({ others }) => {
    const runs = [...daily([18], "04-10", "05-31"), ...daily(others, "04-10", "07-10")];
    await using warehouse = await makeWarehouse(engine, { runs });
    expect(ruleOf((await ask(warehouse, { as: "06-02 23:30" })).report, "prices").condition).toBe("ok");
    for (const [as, n] of [
      ["06-03 23:30", 3],
      ["06-05 21:00", 4],
      ["06-15 21:00", 14],
      ["07-10 21:00", 39],
    ] as const) {
      const { condition, severity, since, message } = ruleOf((await ask(warehouse, { as })).report, "prices");
      expect([as, condition, severity, since, message]).toEqual([
        as,
        "degraded",
        "warning",
        "2026-06-01T18:00:00Z",
        `prices: its usual run about 18:00 has not started since 1 Jun 18:00 (${n} runs), while its others go on`,
      ]);
    }
  });

  test("one-of-two-on-working-days: a weekend is none of the days on which it did not start", async () => {
    const runs = [...daily([18], "05-01", "07-07"), ...daily([6], "05-01", "07-13")].filter(isWorkday);
    await using warehouse = await makeWarehouse(engine, { runs });
    // Wednesday, Thursday and Friday; on Monday as well.
    expect(ruleOf((await ask(warehouse, { as: "07-10 21:00" })).report, "prices").condition).toBe("ok");
    expect(ruleOf((await ask(warehouse, { as: "07-13 12:00" })).report, "prices")).toMatchObject({
      condition: "degraded",
      message: "prices: its usual run about 18:00 has not started since 8 Jul 18:00 (3 runs), while its others go on",
    });
  });
});

describe("no alarm for a time of day", () => {
  const evening = (from: string, to: string) => daily([18], from, to);
  const morning = daily([6], "05-01", "07-10");
  test.each<{ name: string; runs: RunRow[] }>([
    { name: "it moved to another", runs: [...morning, ...evening("05-01", "07-01"), ...daily([21], "07-02", "07-10")] },
    { name: "it ran again last night", runs: [...morning, ...evening("05-01", "07-01"), ...evening("07-09", "07-09")] },
    {
      name: "it ran on half of the days",
      runs: [...morning, ...evening("05-01", "07-06").filter((_, n) => n % 2 === 0)],
    },
    { name: "it rests at weekends", runs: [...morning, ...evening("05-01", "07-10").filter(isWorkday)] },
    { name: "two of its runs did not start", runs: [...morning, ...evening("05-01", "07-07")] },
  ])("$name", async ({ runs }) => {
    const report = await judge(
      "sqlite",
      { runs: runs.filter(({ start }) => start < at("07-10 14:00")) },
      { as: "07-10 14:00" },
    );
    expect(ruleOf(report, "prices")).toMatchObject({ condition: "ok", severity: null });
  });
});
