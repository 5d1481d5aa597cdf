/** One CRM in a terminal: every line of its figures, every column of `--detailed`. */
import { describe, expect, test } from "bun:test";
import type { Activity, ReadActivity } from "../../../src/report/activity.ts";
import { renderDetails } from "../../../src/render/terminal/details.ts";
import { createStyle } from "../../../src/render/terminal/style.ts";
import { activity, declared, goingOn, report, rule } from "../../making/activities.ts";
import { WINDOW } from "../../making/reports.ts";
import { viewOf } from "../../making/views.ts";

const at = (time: string) => Date.parse(`2026-07-10T${time}:00Z`);
const LONG_NAME = "contacts_and_companies_of_all_regions";
const DURATION = { n: 49, mean: 40, p50: 38, p95: 96.5, p99: 140, max: 151 };
const RECORDS = { processed: 12_345, created: 40, updated: null, failed: 7 };

/** The lines at that width; `detailed` is what the report was made with. */
function show(
  facts: Activity,
  { width = 120, detailed = true, color = false, timezone = null as string | null } = {},
): string[] {
  const view = viewOf({ color, width, detailed, sections: true, timezone });
  return renderDetails(report(facts, { detailed }), view, createStyle(color));
}

/** 54 finished, 600 in the day before and 70 a week before; beside them some of each kind that is in no total. */
const FULL: Partial<ReadActivity> = {
  rules: [
    rule(LONG_NAME, { success: 5 }, { lastSuccessMs: at("19:00") }),
    rule(
      "deals",
      { success: 45, partial: 1, failed: 3, running: 2, skipped: 3, dry_run: 4, wrapper: 5, unknown: 6 },
      {
        previous: { success: 600 },
        lastSuccessMs: at("20:55"),
        newestError: "HTTP 500",
        running: goingOn(20, 0.1),
        duration: DURATION,
        records: RECORDS,
      },
    ),
  ],
  records: RECORDS,
  duration: DURATION,
  baseline: { total: 70, successful: 69 },
  hours: [
    { hourMs: at("03:00"), total: 24, successful: 20 },
    { hourMs: at("19:00"), total: 30, successful: 30 },
  ],
  unknownStatuses: [{ word: "odd", n: 6 }],
  declaredRules: [declared("deals"), declared(LONG_NAME), declared("zipcodes")],
  recent: [
    { rule: "deals", status: "running", startedMs: at("20:54"), durationSeconds: null, error: null },
    { rule: LONG_NAME, status: "success", startedMs: at("19:00"), durationSeconds: 38, error: null },
    { rule: "deals", status: "failed", startedMs: at("18:24"), durationSeconds: 96.5, error: "HTTP 500: try again" },
    { rule: "deals", status: "partial", startedMs: at("03:07"), durationSeconds: 7500, error: null },
    { rule: "deals", status: "running", startedMs: at("01:00"), durationSeconds: null, error: null },
  ],
};

test("the whole screen", () => {
  expect(show(activity(FULL)).join("\n")).toBe(`hubspot · warning · health 80 of 100 · automation
  Actions   54 finished, 4 failed (1 partial), 92.6 % succeeded; not counted: 1 still running, 1 never ended, 3 skipped,
            4 dry-run, 5 wrapper, 6 of unknown status
  Before    600 finished, 100.0 % succeeded (a significant change)
  Week ago  70 finished, 98.6 % succeeded (no significant change)
  Duration  p50 38s, p95 1m 37s, longest 2m 31s (of 49 runs)
  Records   12,345 processed, 40 created, 7 failed
  Rules     2 of 3 ran (66.7 %)
  Known     of rules without a schedule only those that ran since 10 Jun 21:00
  Past      nothing is known: rules are judged by their last runs only
  Trend     success rate improving, busiest hour 19:00

  Findings
  warning   6 runs with an unknown status, counted in no rate: "odd"
            → Say what each word means under statuses in the configuration of this CRM: statuses = { odd = "…" } with
            success, partial, failed, running, pending or skipped; until then these runs are in no rate
  info      Success rate fell from 100.0 % (of 600 runs) to 92.6 % (of 54), more than chance explains
            → Look at the error groups that are new in this window
  info      1 run never ended: deals, the oldest since 01:00
            → Mark the rows failed whose workers are gone; their ids are in the finding

  Rule                              Condition  Expected  Seen  Missed  Late  Extra  Last success  Warn after
  contacts_and_companies_of_all_r…  unknown           –     –       –     –      –        2h ago           –
  deals                             ok                –     –       –     –      –        5m ago         30m
  zipcodes                          unknown           –     –       –     –      –             –           –

  Rule                              Runs  Failed  Success  p50     p95  Processed  Last success
  deals                               49       4   91.8 %  38s  1m 37s     12,345  20:55
  contacts_and_companies_of_all_r…     5       0  100.0 %    –       –          –  19:00

  Newest actions  Rule                              Status     Took
  20:54           deals                             running       –
  19:00           contacts_and_companies_of_all_r…  success     38s
  18:24           deals                             failed   1m 37s  HTTP 500: try again
  03:07           deals                             partial  2h 05m
  01:00           deals                             stale         –`);
});

describe("the columns of the rules", () => {
  test.each([
    {
      width: 95,
      titles: "  Rule                              Runs  Failed  Success  p50     p95  Processed  Last success",
    },
    { width: 94, titles: "  Rule                              Runs  Failed  Success  p50     p95  Processed" },
    { width: 80, titles: "  Rule                              Runs  Failed  Success  p50     p95" },
  ])("at $width columns", ({ width, titles }) => {
    expect(show(activity(FULL), { width })).toContain(titles);
  });
});

describe("the message of a newest action", () => {
  test.each([
    { width: 81, line: "  18:24           deals                             failed   1m 37s  HTTP 500: t…" },
    { width: 80, line: "  18:24           deals                             failed   1m 37s" },
  ])("at $width columns", ({ width, line }) => {
    expect(show(activity(FULL), { width })).toContain(line);
  });
});

describe("without --detailed", () => {
  const lines = show(activity(FULL), { detailed: false });

  test("the screen ends with what to do", () => {
    expect(lines.at(-1)).toBe(
      "            → Mark the rows failed whose workers are gone; their ids are in the finding",
    );
  });

  test("no score stands beside the verdict", () => {
    expect(lines[0]).toBe("hubspot · warning · automation");
  });
});

describe("what is not known", () => {
  const cases: { name: string; facts: Activity; lines: string[] }[] = [
    {
      name: "one success of a rule that nobody declared, and nothing before",
      facts: activity({ rules: [rule("a", { success: 1 })] }),
      lines: [
        "hubspot · unknown · automation",
        "  Actions   1 finished, 0 failed, 100.0 % succeeded",
        "  Before    nothing finished",
        "  Duration  unknown",
        "  Records   unknown",
        "  Rules     1 ran; the warehouse declares none",
        "  Known     of rules without a schedule only those that ran since 10 Jun 21:00",
        "  Past      nothing is known: rules are judged by their last runs only",
        "  Trend     success rate unknown",
      ],
    },
    {
      name: "nothing ran",
      facts: activity(),
      lines: [
        "hubspot · warning · automation",
        "  Actions   0 finished, 0 failed",
        "  Before    nothing finished",
        "  Duration  unknown",
        "  Records   unknown",
        "  Rules     0 ran; the warehouse declares none",
        "  Known     of rules without a schedule only those that ran since 10 Jun 21:00",
        "  Past      nothing is known: rules are judged by their last runs only",
        "  Trend     success rate unknown",
        "",
        "  Findings",
        "  warning   Nothing ran in 24 h; no run of this CRM is known",
        "            → Check that the scheduler and its workers are running, and that crm_source is what the warehouse uses",
      ],
    },
    {
      name: "no table: no figures",
      facts: {
        kind: "missing",
        preset: null,
        lookedFor: ["sync_history"],
        elsewhere: [],
        where: "database d",
        source: "hubspot",
        window: WINDOW,
        querySeconds: 0,
      },
      lines: [
        "hubspot · critical",
        "  Findings",
        "  critical  no table to read: looked for sync_history in database d",
        "            → Set schema and table for this CRM in the configuration, or create the tables that `automation-reports",
        "            schema sql` prints",
      ],
    },
  ];
  test.each(cases)("$name", ({ facts, lines }) => {
    expect(show(facts, { detailed: false })).toEqual(lines);
  });
});

test("a disabled rule that runs is not among those that ran", () => {
  const facts = activity({ rules: [rule("a", { success: 16 })], declaredRules: [declared("a", { enabled: false })] });
  expect(show(facts, { detailed: false })).toContain("  Rules     0 of 1 are enabled and ran (0.0 %)");
});

test("a window before of which no rate is known had runs none the less", () => {
  const before = rule("a", { success: 1 }, { previous: { success: 1, unknown: 3 } });
  expect(show(activity({ rules: [before] }), { detailed: false })).toContain(
    "  Before    1 finished, no rate is known",
  );
});

describe("colours", () => {
  const lines = show(activity(FULL), { color: true });
  const paint = (code: string) => (text: string) => `\u001b[${code}m${text}\u001b[39m`;
  const [red, green, orange] = [paint("38;5;160"), paint("38;5;28"), paint("38;5;130")];
  test.each([
    { name: "verdict", text: orange("warning"), times: 1 },
    { name: "warnings", text: orange("warning "), times: 1 },
    { name: "failures of a rule", text: `  49       ${red("4")}   91.8 %`, times: 1 },
    { name: "no failures of a rule", text: "   5       0  100.0 %", times: 1 },
    { name: "a success", text: `  ${green("success")}  `, times: 1 },
    { name: "a failure", text: `  ${red("failed")}   `, times: 1 },
    { name: "a partial success", text: `  ${orange("partial")}  2h`, times: 1 },
    { name: "a run that goes on", text: `  ${orange("running")}  `, times: 1 },
    { name: "a run that never ended", text: `  ${orange("stale")}    `, times: 1 },
  ])("$name", ({ text, times }) => {
    expect(lines.filter((line) => line.includes(text))).toHaveLength(times);
  });
});

describe("a zone beside UTC", () => {
  const lines = show(activity(FULL), { width: 200, timezone: "Asia/Tokyo" });
  test.each([
    // 20:54 UTC is the next day in Tokyo.
    "  20:54 (11 Jul 05:54)  deals                             running       –",
    "  03:07 (12:07)         deals                             partial  2h 05m",
  ])("%s", (line) => {
    expect(lines).toContain(line);
  });
});

test("on another day than the window's last, a time has its day", () => {
  const startedMs = Date.parse("2026-07-09T22:15:00Z");
  const recent = [{ rule: "deals", status: "success" as const, startedMs, durationSeconds: 1, error: null }];
  expect(show(activity({ ...FULL, recent })).at(-1)).toStartWith("  9 Jul 22:15     deals");
});
