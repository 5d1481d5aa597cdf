/** Rows that contradict each other: which are told, counted and named. */
import { describe, expect, test } from "bun:test";
import type { ReadActivity } from "../../src/report/activity.ts";
import { activity, report, rule } from "../making/activities.ts";

type Wrapper = ReadActivity["wrappers"][number];
type Contradiction = ReadActivity["contradictions"][number];

describe("a wrapper and the runs inside it", () => {
  test.each<{ name: string; wrapper: Pick<Wrapper, "status" | "total" | "successful">; disagree: boolean }>([
    { name: "success over successes", wrapper: { status: "success", total: 4, successful: 4 }, disagree: false },
    { name: "success over a failure", wrapper: { status: "success", total: 4, successful: 3 }, disagree: true },
    { name: "a failure over a failure", wrapper: { status: "failed", total: 4, successful: 3 }, disagree: false },
    { name: "a failure over successes", wrapper: { status: "failed", total: 4, successful: 4 }, disagree: true },
    { name: "a failure over nothing", wrapper: { status: "failed", total: 0, successful: 0 }, disagree: false },
    { name: "in part over a failure", wrapper: { status: "partial", total: 4, successful: 3 }, disagree: false },
  ])("$name: $disagree", ({ wrapper, disagree }) => {
    const made = report(activity({ wrappers: [{ rule: "all", id: "7", ...wrapper }] }));
    const { data_quality: found } = made;
    expect(found.map(({ id, count, rules, row_ids: ids }) => ({ id, count, rules, ids }))).toEqual(
      disagree ? [{ id: "wrapper-disagrees", count: 1, rules: ["all"], ids: ["7"] }] : [],
    );
  });
});

test("one entry a kind: all rows are counted, each rule is named once, three rows are shown", () => {
  const rows: Contradiction[] = [
    { kind: "end-before-start", rule: "b", n: 5, ids: ["1", "2"] },
    { kind: "success-with-failures", rule: "b", n: 1, ids: ["9"] },
    { kind: "end-before-start", rule: "a", n: 2, ids: ["3", "4"] },
    { kind: "end-before-start", rule: "a", n: 1, ids: ["5"] },
  ];
  const made = report(activity({ contradictions: rows }));
  expect(made.data_quality).toMatchObject([
    { id: "success-with-failures", count: 1, rules: ["b"], row_ids: ["9"] },
    { id: "end-before-start", count: 8, rules: ["a", "b"], row_ids: ["1", "2", "3"] },
  ]);
  expect(made.findings.find(({ id }) => id === "rows-contradictory")?.message).toBe(
    "Rows that contradict themselves or each other: 1 success with failures, 8 end before start",
  );
});

describe("successes without records", () => {
  const NONE = { processed: 0, created: 0, updated: 0, failed: 0 };
  const listed = (name: string): Contradiction => ({ kind: "success-without-records", rule: name, n: 3, ids: [] });
  test.each([
    { name: "of a rule that usually has 100", usual: 100, success: 3, processed: 0, told: true },
    { name: "of a rule that usually has 99", usual: 99, success: 3, processed: 0, told: false },
    { name: "of which nothing is known before", usual: null, success: 3, processed: 0, told: false },
    { name: "too few to be a finding", usual: 100, success: 2, processed: 0, told: true },
    { name: "beside others that had some", usual: 100, success: 3, processed: 1, told: true },
  ])("$name", ({ usual, success, processed, told }) => {
    const deals = rule("deals", { success }, { usualRecords: usual, records: { ...NONE, processed } });
    const other = rule("other", { success: 3 }, { usualRecords: 500, records: NONE });
    const made = report(activity({ rules: [deals, other], contradictions: [listed("deals")] }));
    expect(made.data_quality.map(({ id, rules }) => [id, rules])).toEqual(
      told ? [["success-without-records", ["deals"]]] : [],
    );
    expect(made.findings.filter(({ id }) => id === "rows-contradictory")).toEqual([]);
  });
});
