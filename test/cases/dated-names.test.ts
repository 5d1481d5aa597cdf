/** Names that hold a date: where one year's rule ends, the next year's takes its place. */
import { describe, expect, test } from "bun:test";
import { findLaterName } from "../../src/report/condition/dated-names.ts";
import { DAY, ENGINES, HOUR, judge, repeat, ruleOf } from "../making/cases.ts";

test.each<[rule: string, names: string[], later: string | null]>([
  ["leads_2025", ["leads_2026", "leads_2024", "deals_2026"], "leads_2026"],
  ["leads_2025", ["leads_2026", "leads_2027"], "leads_2027"],
  ["leads_2026", ["leads_2025"], null],
  ["leads_2026_06", ["leads_2026_07", "leads_2027"], "leads_2026_07"],
  ["leads_20260630", ["leads_20260701"], "leads_20260701"],
  ["shard_1", ["shard_2"], null],
  ["leads_120250", ["leads_120260"], null],
])("after %s of %j comes %p", (rule, names, later) => {
  expect(findLaterName(rule, names)).toBe(later);
});

describe.each(ENGINES)("%s", (engine) => {
  test("year-names: the rule of the year before is no more than a warning, however long ago it ended", async () => {
    const runs = [
      ...repeat({ rule: "leads_2025", from: "01-01 03:00", to: "02-28 03:00", every: DAY }),
      ...repeat({ rule: "leads_2026", from: "03-01 03:00", to: "07-10 03:00", every: DAY }),
    ];
    const told = ruleOf(await judge(engine, { runs }), "leads_2025");
    expect(told).toMatchObject({ condition: "overdue", severity: "warning" });
    expect(told?.message).toEndWith("; leads_2026 runs with the same rhythm, and is probably its new name");
  });
});

test("year-names-too: it is critical where nothing goes on under the next year's name", async () => {
  const runs = [
    ...repeat({ rule: "leads_2025", from: "01-01 03:00", to: "02-28 03:00", every: DAY }),
    ...repeat({ rule: "deals_2026", from: "03-01 03:00", to: "07-10 03:00", every: DAY }),
  ];
  expect(ruleOf(await judge("sqlite", { runs }), "leads_2025")).toMatchObject({ severity: "critical" });
});

describe("one rule a day", () => {
  const others = repeat({ rule: "users", from: "06-20 00:00", to: "07-10 20:00", every: 4 * HOUR });
  const daily = (date: (start: string) => string) =>
    repeat({ from: "06-20 03:00", to: "07-04 03:00", every: DAY }, (start) => ({ rule: `contacts_${date(start)}` }));
  test.each([
    { as: "07-05 06:00", severity: null },
    { as: "07-05 18:00", severity: "warning" },
    { as: "07-10 21:00", severity: "critical" },
  ])("daily-names: $severity at $as", async ({ as, severity }) => {
    const runs = [...others, ...daily((start) => start.slice(0, 10).replaceAll("-", ""))];
    const report = await judge("sqlite", { runs }, { as });
    expect(ruleOf(report, "contacts_20260704")).toMatchObject({ severity });
    expect(report.findings.filter(({ rule_name }) => rule_name !== null)).toHaveLength(severity === null ? 0 : 1);
  });

  test("daily-names-made-up: old dates that were done one after the other are over", async () => {
    const runs = [...others, ...daily((start) => `2025${start.slice(5, 10).replace("-", "")}`)];
    expect((await judge("sqlite", { runs })).findings).toEqual([]);
  });
});
