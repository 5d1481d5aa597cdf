/** Why runs failed, which rows mislead, what was expected of each rule: what is shown, and what only with `--detailed`. */
import { describe, expect, test } from "bun:test";
import type { ReadActivity } from "../../../src/report/activity.ts";
import { createStyle } from "../../../src/render/terminal/style.ts";
import { contradictionLines, errorLines, conditionLines } from "../../../src/render/terminal/trust.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { ago, every } from "../../making/findings.ts";
import { ruleOf } from "../../making/rules.ts";

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

describe("the condition of each rule", () => {
  const jobs = declared("jobs", every("55 20 * * *"));
  const facts: Partial<ReadActivity> = {
    rules: [
      ruleOf("deals", { runs: "ss.s", everyMinutes: 180, startedMinutesAgo: 180 }),
      ruleOf("jobs", { runs: "sss", everyMinutes: 1440, startedMinutesAgo: 1445 }),
    ],
    declaredRules: [declared("deals", every("0 */3 * * *"))],
  };
  const show = (given: Partial<ReadActivity>, color = false) => conditionLines(made(given), createStyle(color), 160);

  test("missed runs, and limits that are not known", () => {
    expect(show(facts)).toEqual([
      "  Rule   Condition  Expected  Seen  Missed  Late  Extra  Last success  Warn after  By",
      "  deals  degraded          8     3       5     0      0    2h 55m ago      4h 30m  schedule",
      "  jobs   ok                –     –       –     –      –        1d ago           –  unknown",
    ]);
  });

  test("runs that may still start have a column of their own where there are any", () => {
    expect(show({ ...facts, declaredRules: [jobs] })[0]).toBe(
      "  Rule   Condition  Expected  Seen  Missed  Pending  Late  Extra  Last success  Warn after  By",
    );
  });

  test("missed runs are red", () => {
    expect(show(facts, true)[1]).toContain("  \u001b[38;5;160m5\u001b[39m  ");
  });
});
