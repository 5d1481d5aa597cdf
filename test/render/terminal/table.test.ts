/** The report in a terminal: aligned, readable without colour, harmless. */
import { describe, expect, test } from "bun:test";
import type { PassSummary } from "../../../src/report/pass-schema.ts";
import type { Report } from "../../../src/report/schema.ts";
import { renderTable } from "../../../src/render/terminal/table.ts";
import type { View } from "../../../src/render/view.ts";
import { activity, declared, report, rule, schedule } from "../../making/activities.ts";
import { failedOutcome, madeOutcome, passDocument } from "../../making/passes.ts";
import { ruleOf } from "../../making/rules.ts";

const view: View = { color: false, width: 160, detailed: false, elapsedSeconds: 0.09 };
const hour = (time: string, total: number, successful: number) => ({
  hourMs: Date.parse(`2026-07-${time}:00:00Z`),
  total,
  successful,
});

function pass(reports: Report[], failed: { source: string; reason: string }[] = []): PassSummary {
  return passDocument({
    outcomes: [...reports.map(madeOutcome), ...failed.map(({ source, reason }) => failedOutcome(source, reason))],
  });
}

const reports = [
  report(
    activity({
      source: "hubspot",
      rules: [
        ruleOf("contacts", { runs: "s".repeat(134), everyMinutes: 10 }, { previous: { success: 148 } }),
        ruleOf("deals", { runs: "sssssssssssf", everyMinutes: 60, error: "HTTP 429 Too Many Requests" }),
      ],
      hours: [hour("09T21", 10, 10), hour("10T03", 5, 5), hour("10T09", 80, 80), hour("10T20", 51, 50)],
      duration: { n: 146, mean: 40, p50: 38, p95: 96.5, p99: 140, max: 151 },
      declaredRules: [declared("contacts"), declared("deals"), declared("zipcodes")],
    }),
  ),
  report(
    activity({
      source: "genius",
      rules: [
        ruleOf("users", { runs: "fffffffff", everyMinutes: 60 }),
        ruleOf("jobs", { runs: "psssssss".repeat(5), everyMinutes: 30 }, { previous: { success: 30 } }),
      ],
    }),
  ),
  report(activity({ source: "arrivy" })),
  report(activity({ source: "five9", rules: [ruleOf("calls", { runs: "sss", everyMinutes: 60 })] })),
];

test("four CRMs at 200 columns: what to look at beside them, where all of it fits", () => {
  const [, , , titles, hubspot] = renderTable(pass(reports), reports, { ...view, width: 200 })
    .split("\n")
    .slice(1);
  expect(titles).toEndWith("  Hour by hour              Look at first");
  expect(hubspot).toEndWith("▆  deals: its newest run failed at 20:55; last success 19:55: HTTP 429 Too Many Requests");
});

test("four CRMs at 160 columns", () => {
  expect(renderTable(pass(reports), reports, view)).toBe(`Automation reports · 24 h to 10 Jul 2026 21:00 UTC

2 of 4 CRMs need you: genius (2 critical, 1 warning), arrivy (1 warning)

CRM      Verdict     Success             Per hour  Failed     p95  Rules  Hour by hour
hubspot  ✓ ok         99.3 %                  6.1       1  1m 37s    2/3  ▁·····▁·····█··········▆
  └ deals: its newest run failed at 20:55; last success 19:55: HTTP 429 Too Many Requests
genius   ✗ critical   71.4 %  ▼ 28.6 pt       2.0      14       –    2/2  ························
  └ users: its newest 9 runs failed, since 12:55 at least; no success known
arrivy   ! warning         –                    0       0       –    0/0  ························
  └ Nothing ran in 24 h; no run of this CRM is known
five9    ✓ ok        100.0 %                  0.1       0       –    1/1  ························

4 CRMs, 198 actions, 15 failed, 5 rules active · made in 0.09 s · add --crm genius --detailed for more
`);
});

test("four CRMs at 80 columns: less beside, the finding below", () => {
  expect(renderTable(pass(reports), reports, { ...view, width: 80 })).toContain(`
CRM      Verdict     Success             Failed  Hour by hour
hubspot  ✓ ok         99.3 %                  1  ▁·····▁·····█··········▆
  └ deals: its newest run failed at 20:55; last success 19:55: HTTP 429 Too Many
    Requests
`);
});

test("a CRM that could not be read has its row, and the totals say so", () => {
  const [made] = reports;
  const text = renderTable(
    pass(made === undefined ? [] : [made], [{ source: "dead", reason: "db:5432 refuses the connection" }]),
    reports.slice(0, 1),
    view,
  );
  expect(text).toMatch(/^dead +✗ not read\n {2}└ db:5432 refuses the connection$/m);
  expect(text).toContain("1 of 2 CRMs, 146 actions");
  expect(text).toContain("1 of 2 CRMs needs you: dead (not read)\n");
});

describe.each([40, 60, 80, 100, 120, 160, 240])("at %d columns", (width) => {
  test.each([false, true])("no line is wider, detailed: %p", (detailed) => {
    const rich = report(
      activity({
        source: "trusting",
        rules: [
          ruleOf("contacts", { runs: "sssff", everyMinutes: 30, error: "HTTP 429 Too Many Requests" }),
          ruleOf("contacts_and_companies_of_all_regions", { runs: "sssss", everyMinutes: 30 }),
        ],
        recent: [
          {
            rule: "contacts_and_companies_of_all_regions",
            status: "success",
            startedMs: Date.parse("2026-07-10T20:00:00Z"),
            durationSeconds: 97,
            error: null,
          },
        ],
        failures: [
          {
            rule: "contacts",
            message: "HTTP 429 Too Many Requests",
            n: 2,
            firstMs: 0,
            lastMs: 1,
            current: true,
            minutes: [1],
          },
        ],
        contradictions: [{ kind: "end-before-start", rule: "contacts", n: 2, ids: ["17", "18"] }],
        declaredRules: [declared("contacts", { schedules: [schedule("every 30 minutes")] })],
      }),
      { detailed: true },
    );
    const named = report(activity({ source: "a_warehouse_of_many_names" }));
    const all = [...reports, rich, named];
    const lines = renderTable(pass(all), all, { ...view, width, detailed }).split("\n");
    expect(lines.filter((line) => Bun.stringWidth(line) > width)).toEqual([]);
    expect(lines.some((line) => line.includes("contacts_"))).toBe(detailed);
  });
});

test("wide characters keep the columns aligned", () => {
  const wide = [
    report(activity({ source: "a", rules: [rule("予約同期", { success: 5 }), rule("ab", { success: 5 })] }), {
      detailed: true,
    }),
  ];
  const lines = renderTable(pass(wide), wide, { ...view, detailed: true }).split("\n");
  const columns = lines
    .filter((line) => /^ {2}(予約同期|ab) .*100\.0 %/.test(line))
    .map((line) => Bun.stringWidth(line.replace(/0 +100\.0 %.*$/, "")));
  expect(columns).toHaveLength(2);
  expect(new Set(columns).size).toBe(1);
});

test("hostile text is shown, not executed, with colour and without", () => {
  const hostile = "\u001b]0;owned\u0007\u202egnp\u0000\r\n\u009b31m\u200b";
  const made = [
    report(
      activity({
        rules: [ruleOf(hostile, { runs: "fffff", everyMinutes: 30, error: `boom ${hostile}` })],
        recent: [
          {
            rule: hostile,
            status: "failed",
            startedMs: Date.parse("2026-07-10T20:00:00Z"),
            durationSeconds: 1,
            error: hostile,
          },
        ],
      }),
      { detailed: true },
    ),
  ];
  for (const color of [false, true]) {
    const text = renderTable(pass(made, [{ source: "x", reason: hostile }]), made, { ...view, color, detailed: true });
    const acting = Bun.stripANSI(text.replace(/\u001b\[\d+m/g, "")).match(/[\p{Cc}\p{Cf}]/gu) ?? [];
    expect(acting.filter((character) => character !== "\n")).toEqual([]);
    expect(text).toContain("\\u{1b}]0;owned\\u{7}\\u{202e}gnp");
  }
});

test("colour adds nothing but colour", () => {
  const plain = renderTable(pass(reports), reports, view);
  const colored = renderTable(pass(reports), reports, { ...view, color: true });
  expect(colored).not.toBe(plain);
  expect(Bun.stripANSI(colored)).toBe(plain);
});

test("why runs failed, which rows mislead, what was expected", () => {
  const made = report(
    activity({
      source: "hubspot",
      rules: [ruleOf("contacts", { runs: `ff${"s".repeat(46)}`, everyMinutes: 30, startedMinutesAgo: 29 })],
      failures: [
        {
          rule: "contacts",
          message: "HTTP 429: retry in 9 s",
          n: 2,
          firstMs: 0,
          lastMs: 1,
          current: true,
          minutes: [],
        },
      ],
      contradictions: [{ kind: "end-before-start", rule: "contacts", n: 2, ids: ["17", "18"] }],
      declaredRules: [declared("contacts", { schedules: [schedule("every 30 minutes")] })],
    }),
    { detailed: true },
  );
  const text = renderTable(pass([made]), [made], { ...view, detailed: true });
  expect(text).toContain("\n  Errors\n  2 ×       rate-limit, new · contacts · HTTP 429: retry in 9 s\n");
  expect(text).toContain(
    "\n  Rows that mislead\n  2 ×       It ended before it started: a clock or a time zone is wrong, its duration is unknown · contacts · row 17, 18\n",
  );
  expect(text).toContain(
    `
  Rule      Condition  Expected  Seen  Missed  Late  Extra  Last success  Warn after  By
  contacts  ok               48    48       0     –      0   24m ago     45m  schedule
`,
  );
});

test("what a cause above the table tells is not said again beside the CRM; what it does not tell is", () => {
  const error = "Connection refused";
  const at = (time: string) => Date.parse(`2026-07-10T${time}:00Z`);
  const failing = (source: string, failed: number, last: string, others = [] as ReturnType<typeof rule>[]) =>
    report(
      activity({
        source,
        rules: [ruleOf("deals", { runs: "f".repeat(failed), everyMinutes: 30, error }), ...others],
        failures: [
          {
            rule: "deals",
            message: error,
            n: failed,
            firstMs: at("03:00"),
            lastMs: at(last),
            current: true,
            minutes: [],
          },
        ],
      }),
    );
  const made = [
    failing("a", 3, "03:00"),
    failing("b", 3, "03:00"),
    failing("c", 3, "03:00", [ruleOf("jobs", { runs: "ffff", everyMinutes: 30 })]),
    report(activity({ source: "d" })),
    failing("e", 9, "20:00"),
    report(
      activity({
        source: "f",
        rules: [ruleOf("deals", { runs: "fffff", everyMinutes: 30, error }), rule("jobs", { success: 1, failed: 1 })],
        failures: [
          {
            rule: "deals",
            message: error,
            n: 1,
            firstMs: at("03:00"),
            lastMs: at("03:00"),
            current: true,
            minutes: [],
          },
          { rule: "jobs", message: error, n: 1, firstMs: at("03:00"), lastMs: at("03:00"), current: true, minutes: [] },
          { rule: "deals", message: "x", n: 4, firstMs: at("01:00"), lastMs: at("01:00"), current: true, minutes: [] },
        ],
      }),
    ),
  ];
  const cause = {
    id: "failures-shared" as const,
    severity: "critical" as const,
    rule_name: null,
    message: `One cause for 5 CRMs (a, b, c, e, f): they failed alike from 03:00 to 03:01: ${error}`,
    evidence: {
      sources: ["a", "b", "c", "e", "f"],
      from: "2026-07-10T03:00:00Z",
      to: "2026-07-10T03:01:00Z",
      example: error,
    },
  };
  const told = renderTable({ ...pass(made), findings: [cause] }, made, { ...view, width: 200 }).split("\n");
  expect(told.filter((line) => /^[ab] .*  the cause above$/.test(line)).length).toBe(2);
  expect(told.find((line) => line.startsWith("c "))).toEndWith(
    "  jobs: its newest 4 runs failed, since 19:25 at least; no success known",
  );
  expect(told.find((line) => line.startsWith("f "))).toEndWith(
    `  deals: its newest 5 runs failed, since 18:55 at least; no success known: ${error}`,
  );
  expect(told.find((line) => line.startsWith("e "))).toEndWith(
    `  deals: its newest 9 runs failed, since 16:55 at least; no success known: ${error}`,
  );
});

test("where nobody needs the operator, that is said", () => {
  const well = [1, 2].map((n) =>
    report(activity({ source: `crm${n}`, rules: [ruleOf("a", { runs: "sssss", everyMinutes: 60 })] })),
  );
  expect(renderTable(pass(well), well, view)).toContain("\n\nNone of 2 CRMs needs you\n\n");
});
