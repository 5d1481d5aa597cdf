/** A rule that no schedule asks for starts a fraction of its usual runs: none is missed by a schedule, and each rest is a short one. */
import { describe, expect, test } from "bun:test";
import { ask, ENGINES, HOUR, interval, makeWarehouse, MINUTE, repeat, ruleOf } from "../making/cases.ts";

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
