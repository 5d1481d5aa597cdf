/** Why runs failed, which rows mislead, what was expected of each rule: what is shown, and what only with `--detailed`. */
import { describe, expect, test } from "bun:test";
import type { ReadActivity } from "../../../src/report/activity.ts";
import { createStyle } from "../../../src/render/terminal/style.ts";
import { contradictionLines, errorLines, expectationLines } from "../../../src/render/terminal/trust.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { ago, every, runs } from "../../making/findings.ts";

const made = (facts: Partial<ReadActivity>) => report(activity(facts));
const failure = (message: string | null, n: number, current = true) => ({
  rule: "deals",
  message,
  n,
  firstMs: ago(2),
  lastMs: ago(1),
  current,
  minutes: [],
});

describe("the causes of errors", () => {
  const failures = [
    failure("HTTP 429 Too Many Requests", 9),
    failure("HTTP 429 Too Many Requests", 1, false),
    failure(null, 5),
    failure("HTTP 401 Unauthorized", 3),
    failure("Read timed out", 2),
  ];
  const three = [
    "  Errors",
    "  9 ×       rate-limit · deals · HTTP 429 Too Many Requests",
    "  5 ×       other, new · deals · no message",
    "  3 ×       authentication, new · deals · HTTP 401 Unauthorized",
  ];
  test.each([
    {
      name: "three, and how many more",
      failures,
      detailed: false,
      lines: [...three, "            and 1 more with --detailed"],
    },
    {
      name: "all with --detailed",
      failures,
      detailed: true,
      lines: [...three, "  2 ×       timeout, new · deals · Read timed out"],
    },
    { name: "three of three", failures: failures.slice(0, 4), detailed: false, lines: three },
    { name: "none", failures: [], detailed: false, lines: [] },
  ])("$name", ({ failures: given, detailed, lines }) => {
    const facts = made({ rules: [rule("deals", { failed: 5 })], failures: [...given] });
    expect(errorLines(facts, detailed, createStyle(false), 120)).toEqual([...lines]);
  });
});

test("rows that mislead: their number, what they mean, where they are known the rules and the rows", () => {
  const facts = made({
    contradictions: [
      { kind: "start-at-infinity", rule: null, n: 2, ids: [] },
      { kind: "end-before-start", rule: "deals", n: 1200, ids: ["17", "18"] },
    ],
  });
  expect(contradictionLines(facts, createStyle(false), 160)).toEqual([
    "  Rows that mislead",
    "  1,200 ×   It ended before it started: a clock or a time zone is wrong, its duration is unknown · deals · row 17, 18",
    "  2 ×       It starts at infinity: no window will ever hold it",
  ]);
});

describe("what was expected of each rule", () => {
  const facts: Partial<ReadActivity> = {
    rules: [
      rule("deals", { success: 2 }, { startsMs: runs(3, 9), lastSuccessMs: ago(3) }),
      rule("jobs", { success: 1 }, { startsMs: [ago(20)], lastSuccessMs: null }),
    ],
    declaredRules: [declared("deals", every("0 12,15,18 * * *")), declared("jobs")],
  };
  const pending = {
    ...facts,
    declaredRules: [declared("deals", every("0 12,15,18 * * *")), declared("jobs", every("55 20 * * *"))],
  };
  const show = (given: Partial<ReadActivity>, color = false) => expectationLines(made(given), createStyle(color), 160);

  test("missed runs, and ages that are not known", () => {
    expect(show(facts)).toEqual([
      "  Rule   Expected  Seen  Missed  Late  Extra  Last success  Fresh    Warn after  By",
      "  deals         3     2       1     0      0    3h 00m ago  pass         1d 03h  schedule",
      "  jobs          –     –       –     –      –             –  unknown           –  unknown",
    ]);
  });

  test("runs that may still start have a column of their own where there are any", () => {
    expect(show(pending)[0]).toBe(
      "  Rule   Expected  Seen  Missed  Pending  Late  Extra  Last success  Fresh    Warn after  By",
    );
  });

  test("missed runs are red", () => {
    expect(show(facts, true)[1]).toContain("  \u001b[31m1\u001b[39m  ");
  });
});
