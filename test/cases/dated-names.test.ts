/** Names that hold a date: where one year's rule ends, the next year's takes its place. */
import { describe, expect, test } from "bun:test";
import { findLaterName } from "../../src/report/condition/dated-names.ts";
import { DAY, ENGINES, judge, repeat, ruleOf } from "../making/cases.ts";

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
