/** Every trap of a real warehouse on every engine: rows that mislead, and the finding or the right number they give. */
import { describe, expect, test } from "bun:test";
import type { Report } from "../../src/report/document/schema.ts";
import { mustReport } from "../making/reports.ts";
import { chooseEngines, run, type Engine, type RuleRow, type RunRow } from "../making/warehouses.ts";

const day = "2026-07-10T";
const END = Date.parse("2026-07-10T21:00:00Z");
const MINUTE_MS = 60_000;

const at = (minutesAgo: number) => new Date(END - minutesAgo * MINUTE_MS).toISOString();

/** Runs of a rule, the newest so many minutes before the end, then every so many minutes. */
function series(
  rule: string,
  count: number,
  everyMinutes: number,
  override: Partial<RunRow> = {},
  newest = 30,
): RunRow[] {
  return Array.from({ length: count }, (_, index) => {
    const start = newest + index * everyMinutes;
    return run({ rule, start: at(start), end: at(start - 1), processed: 200, created: 10, updated: 190, ...override });
  });
}

const quality = (report: Report) => (report.data_quality ?? []).map(({ id, count }) => [id, count]);
const found = (report: Report) =>
  report.findings.map(({ id, rule_name }) => (rule_name === null ? id : `${id} ${rule_name}`));

type Trap = {
  name: string;
  runs: RunRow[];
  rules?: RuleRow[];
  settings?: Parameters<typeof mustReport>[1];
  only?: Engine["preset"];
  check: (report: Report) => void;
};

const TRAPS: Trap[] = [
  {
    name: "1: a wrapper's counts stay apart, and its lie about its children is told",
    runs: [
      ...series("contacts", 4, 60),
      run({ rule: "contacts", status: "failed", start: at(45), end: at(44), error: "HTTP 500" }),
      run({ rule: "all", start: at(50), end: at(20), processed: 3 }),
    ],
    check: (report) => {
      expect(report.performance_metrics).toMatchObject({ total_actions: 5, wrapper_actions: 1 });
      expect(report.performance_metrics.records.processed).toBe(800);
      expect(quality(report)).toEqual([["wrapper-disagrees", 1]]);
    },
  },
  {
    name: "1: a wrapper that tells the same story is left alone",
    runs: [...series("contacts", 4, 60), run({ rule: "all", start: at(50), end: at(20) })],
    check: (report) => expect(quality(report)).toEqual([]),
  },
  {
    name: "1: a wrapper that is still open at the window's end has told no story yet",
    runs: [
      ...series("contacts", 4, 60),
      run({ rule: "contacts", status: "failed", start: at(45), end: at(44), error: "HTTP 500" }),
      run({ rule: "all", start: at(50), end: at(0) }),
    ],
    check: (report) => expect(quality(report)).toEqual([]),
  },
  {
    name: "1: a run called running whose end is the window's was not stale in it",
    runs: [...series("contacts", 4, 60), run({ rule: "contacts", status: "running", start: at(1380), end: at(0) })],
    check: ({ performance_metrics: metrics }) =>
      expect([metrics.running_actions, metrics.stale_actions]).toEqual([1, 0]),
  },
  {
    name: "2: two rows within 5 s are probably one run",
    runs: [
      ...series("contacts", 4, 60),
      run({ rule: "contacts", start: `${day}14:10:00Z`, end: `${day}14:11:00Z`, processed: 1 }),
      run({ rule: "contacts", start: `${day}14:10:05Z`, end: `${day}14:11:00Z`, processed: 1 }),
      run({ rule: "contacts", start: `${day}14:10:11Z`, end: `${day}14:11:00Z`, processed: 1 }),
    ],
    check: (report) => {
      expect(quality(report)).toEqual([["probable-duplicates", 1]]);
      expect(report.data_quality?.[0]).toMatchObject({ rules: ["contacts"], row_ids: ["6"] });
    },
  },
  {
    name: "3: success with failed records, and more failed than processed",
    runs: [
      ...series("contacts", 4, 60),
      run({ rule: "contacts", start: at(5), end: at(4), processed: 10, failed: 2 }),
      run({
        rule: "contacts",
        start: at(3),
        end: at(2),
        processed: 10,
        failed: 11,
        status: "partial",
        error: "11 lost",
      }),
    ],
    check: (report) =>
      expect(quality(report)).toEqual([
        ["success-with-failures", 1],
        ["more-failed-than-processed", 1],
      ]),
  },
  {
    name: "4: a run that never ends is stale by its rule's own p99, and a clean-up's end is no duration",
    runs: [
      ...series("contacts", 10, 60),
      // 3 × p99 = 3 minutes, but never less than 10.
      run({ rule: "contacts", status: "running", start: at(11) }),
      run({ rule: "contacts", status: "running", start: at(9) }),
      run({
        rule: "contacts",
        status: "failed",
        start: at(1000),
        end: at(10),
        error: "Marked as failed by nightly cleanup",
      }),
    ],
    check: (report) => {
      expect(report.performance_metrics).toMatchObject({ stale_actions: 1, running_actions: 1, total_actions: 11 });
      expect(report.performance_metrics.duration_seconds).toMatchObject({ n: 10, max: 60 });
      expect(quality(report)).toEqual([["ended-by-cleanup", 1]]);
      expect(found(report)).toContain("rule-stuck contacts");
      expect(report.error_groups?.map(({ family }) => family)).toEqual(["cleaned-up"]);
    },
  },
  {
    name: "4: stale_after of the configuration wins, the rule's own first",
    runs: [...series("contacts", 10, 60), run({ rule: "contacts", status: "running", start: at(11) })],
    settings: { stale_after: "5m", rules: { contacts: { stale_after: "12m" } } },
    check: (report) => expect(report.performance_metrics).toMatchObject({ stale_actions: 0, running_actions: 1 }),
  },
  {
    name: "5: running with an end, finished without one, an end before the start",
    runs: [
      ...series("contacts", 4, 60),
      run({ rule: "contacts", status: "running", start: at(300), end: at(290) }),
      run({ rule: "contacts", start: at(280) }),
      run({ rule: "contacts", start: at(270), end: at(275) }),
    ],
    check: (report) => {
      expect(quality(report)).toEqual([
        ["running-with-end", 1],
        ["finished-without-end", 1],
        ["end-before-start", 1],
      ]);
      expect(report.performance_metrics).toMatchObject({ running_actions: 1, stale_actions: 0, total_actions: 6 });
      expect(report.performance_metrics.duration_seconds?.n).toBe(4);
    },
  },
  {
    name: "6: a day of successes without records, against a history of many, is a finding",
    runs: [
      ...series("contacts", 4, 300, { processed: 0, created: 0, updated: 0 }),
      ...series("contacts", 4, 300, {}, 1500),
    ],
    check: (report) => {
      expect(quality(report)).toEqual([["success-without-records", 4]]);
      expect(report.findings.filter(({ id }) => id === "rule-empty")).toMatchObject([
        {
          severity: "warning",
          message: "contacts: 4 runs succeeded with 0 records since 05:31, usually 200 a run",
        },
      ]);
    },
  },
  {
    name: "6: an engine that always leaves the counts at 0 is left alone",
    runs: [
      ...series("contacts", 4, 300, { processed: 0, created: 0, updated: 0 }),
      ...series("contacts", 4, 300, { processed: 0, created: 0, updated: 0 }, 1500),
    ],
    check: (report) => expect(found(report)).toEqual([]),
  },
  {
    name: "7: a rule that stopped days ago is not forgotten",
    runs: [...series("contacts", 10, 60), ...series("zipcodes", 10, 240, {}, 10 * 1440)],
    check: (report) => {
      expect(report.rules.find(({ rule_name }) => rule_name === "zipcodes")).toMatchObject({
        condition: "overdue",
        severity: "critical",
        last_run_at: "2026-06-30T21:00:00Z",
        last_success_at: "2026-06-30T21:01:00Z",
        age_seconds: 863_940,
        limits: { warn_after_seconds: 43_200, error_after_seconds: 86_400, basis: "usual-interval" },
      });
      expect(found(report)).toEqual(["rule-overdue zipcodes"]);
      expect(report.findings[0]?.message).toBe(
        "zipcodes: last success 9d 23h ago, expected within 1d by its usual interval",
      );
    },
  },
  {
    name: "7: a rule of every two minutes that paused as long a week before, and had come back for less than half an hour",
    runs: [
      ...series("contacts", 10, 60),
      ...series("orders", 30, 2, {}, 302),
      ...series("orders", 30, 2, {}, 3 * 1440 + 302),
      ...series("orders", 13, 2, {}, 7 * 1440),
      ...series("orders", 30, 2, {}, 7 * 1440 + 302),
    ],
    check: (report) => expect(found(report)).toEqual([]),
  },
  {
    name: "7: limits of the configuration decide, the rule's own first",
    runs: [...series("contacts", 10, 60), ...series("zipcodes", 10, 240, {}, 10 * 1440)],
    settings: { error_after: "30d", rules: { zipcodes: { warn_after: "9d" } } },
    check: (report) =>
      expect(report.findings.map(({ severity, message }) => [severity, message])).toEqual([
        ["warning", "zipcodes: last success 9d 23h ago, expected within 9d by the configuration"],
      ]),
  },
  {
    name: "7: a schedule whose runs do not happen",
    runs: series("contacts", 20, 60).filter((_, index) => index < 6 || index >= 10),
    rules: [{ crm: "hubspot", name: "contacts", enabled: true, every: 1 }],
    only: "sync-history",
    check: (report) => {
      expect(report.rules).toMatchObject([
        { rule_name: "contacts", schedules: ["every 1 hours"], expected: 20, seen: 16, missed: 4 },
      ]);
      expect(found(report)).toEqual(["rule-degraded contacts"]);
    },
  },
  {
    name: "7: a schedule that never ran",
    runs: series("contacts", 24, 60),
    rules: [
      { crm: "hubspot", name: "contacts", enabled: true, every: 1 },
      { crm: "hubspot", name: "Hubspot_Deal", enabled: true, every: 1 },
      { crm: "genius", name: "Genius_Job", enabled: true, every: 1 },
    ],
    only: "sync-history",
    check: (report) => {
      expect(found(report)).toEqual(["rule-never Hubspot_Deal"]);
      expect(report.expectations?.unmatched).toEqual([
        {
          name: "Hubspot_Deal",
          schedules: ["every 1 hours"],
          config_line: 'rule_names = { "Hubspot_Deal" = "the name of its runs" }',
        },
      ]);
    },
  },
  {
    name: "7: what the configuration expects, by a cron pattern",
    runs: series("contacts", 6, 240, {}, 60),
    settings: { rules: { contacts: { expect: "0 */4 * * *" }, deals: { expect: "30 6 * * *" } } },
    check: (report) => {
      expect(report.rules).toMatchObject([
        { rule_name: "contacts", expected: 6, seen: 6, missed: 0, late: 0, extra: 0 },
        { rule_name: "deals", expected: 1, seen: 0, missed: 1, missed_at: ["2026-07-10T06:30:00Z"] },
      ]);
      expect(found(report)).toEqual(["rule-never deals"]);
    },
  },
  {
    name: "8: a rule that runs 240 times an hour",
    runs: Array.from({ length: 240 }, (_, index) =>
      run({
        rule: "contacts",
        start: new Date(END - 3_600_000 + index * 15_000).toISOString(),
        end: at(0.1),
        processed: 1,
      }),
    ).map((row) => ({ ...row, end: row.start })),
    rules: [{ crm: "hubspot", name: "contacts", enabled: true, every: 1 }],
    settings: { rules: { contacts: { expect: "every 1 hours" } } },
    check: (report) =>
      expect(report.findings[0]).toMatchObject({
        id: "rule-degraded",
        severity: "warning",
        message: "contacts: 240 runs in 24 h, 240 of them within one hour",
        evidence: { degradation: "too-often", seen: 240 },
      }),
  },
  {
    name: "unknown words are counted and named; a start that lies in the future is told",
    runs: [
      ...series("contacts", 4, 60),
      run({ rule: "contacts", start: at(200), end: at(199), status: "exploded" }),
      run({ rule: "contacts", start: "2026-07-12T00:00:00Z" }),
    ],
    check: (report) => {
      expect(quality(report)).toEqual([
        ["unknown-status", 1],
        ["start-in-future", 1],
      ]);
      expect(report.findings.map(({ message }) => message)).toEqual([
        '1 run with an unknown status, counted in no rate: "exploded"',
        "Rows that contradict themselves or each other: 1 start in future",
      ]);
    },
  },
  {
    name: "errors are explained: grouped, named, dated, new or known, and never with a secret",
    runs: [
      ...series("contacts", 5, 60),
      ...[100, 160].map((minutes) =>
        run({
          rule: "contacts",
          status: "failed",
          start: at(minutes),
          end: at(minutes - 1),
          error: `HTTP 401 Unauthorized for job ${minutes}: token=canary-${minutes} expired`,
        }),
      ),
      run({
        rule: "deals",
        status: "failed",
        start: at(120),
        end: at(119),
        error: `Read timed out ${"x".repeat(250_000)}`,
      }),
      run({ rule: "contacts", status: "failed", start: at(1500), end: at(1499), error: "Read timed out xx" }),
    ],
    check: (report) => {
      expect(
        report.error_groups?.map(({ family, count, rules, is_new }) => ({ family, count, rules, is_new })),
      ).toEqual([
        { family: "authentication", count: 2, rules: ["contacts"], is_new: true },
        { family: "timeout", count: 1, rules: ["deals"], is_new: expect.any(Boolean) },
      ]);
      expect(report.error_groups?.[0]).toMatchObject({
        first_seen: "2026-07-10T18:21:00Z",
        last_seen: "2026-07-10T19:21:00Z",
      });
      expect(JSON.stringify(report)).not.toContain("canary");
      expect(JSON.stringify(report).length).toBeLessThan(20_000);
    },
  },
  {
    name: "excluded and wrapper rules that last ran before both windows are not looked back on",
    runs: [
      ...series("contacts", 8, 60),
      ...series("scratch", 5, 60, { status: "running", end: null }, 3 * 1440),
      ...series("everything", 5, 60, {}, 3 * 1440),
      ...series("gone", 5, 60, {}, 3 * 1440),
    ],
    settings: { exclude_rules: ["scratch"], wrapper_rules: ["everything"] },
    check: (report) => {
      expect(report.rules.map(({ rule_name }) => rule_name)).toEqual(["contacts", "gone"]);
      expect(JSON.stringify(report)).not.toMatch(/scratch|everything/);
    },
  },
  {
    name: "the preset's wrapper that last ran before both windows is not looked back on",
    runs: [...series("contacts", 8, 60), ...series("all", 5, 60, {}, 3 * 1440)],
    check: (report) => expect(report.rules.map(({ rule_name }) => rule_name)).toEqual(["contacts"]),
  },
  {
    name: "a rule that last ran 60 days ago is not forgotten, whatever the table's indexes find",
    runs: [...series("contacts", 8, 60), ...series("ancient", 5, 60, {}, 60 * 1440)],
    rules: [{ crm: "hubspot", name: "ancient", enabled: true, every: 60 }],
    only: "sync-history",
    check: (report) =>
      expect(report.rules[0]).toMatchObject({
        rule_name: "ancient",
        severity: expect.stringMatching(/^(?:warning|critical)$/) as never,
      }),
  },
  {
    name: "what has not ended is counted in the window at whose end it is open, the newest thousand by name",
    runs: [
      ...series("contacts", 5, 60, { status: "running", end: null }, 60),
      ...series("contacts", 1001, 1, { status: "running", end: null }, 1441),
    ],
    settings: { stale_after: "30m" },
    check: (report) => expect(report.performance_metrics).toMatchObject({ stale_actions: 1000, running_actions: 6 }),
  },
  {
    name: "failures that differ in numbers only are one group, however many there are",
    runs: Array.from({ length: 700 }, (_, index) =>
      run({ status: "failed", start: at(5 + index), end: at(4.5 + index), error: `HTTP 500 for job ${index}` }),
    ),
    check: (report) => expect(report.error_groups).toMatchObject([{ count: 700, rules: ["contacts"] }]),
  },
  {
    name: "an HTTP status is no number like others: it tells causes apart",
    runs: Array.from({ length: 10 }, (_, index) =>
      run({
        status: "failed",
        start: at(5 + index),
        end: at(4.5 + index),
        error: `Request ${index} failed with status code ${index === 0 ? 429 : 401}`,
      }),
    ),
    check: (report) =>
      expect(report.error_groups?.map(({ family, count }) => [family, count])).toEqual([
        ["authentication", 9],
        ["rate-limit", 1],
      ]),
  },
  {
    name: "a number of any length is one number, and # is none",
    runs: ["id 7 bad", "id 12345678901234567890 bad", "id # bad"].map((error, index) =>
      run({ status: "failed", start: at(5 + index), end: at(4.5 + index), error }),
    ),
    check: (report) => expect(report.error_groups?.reduce((sum, { count }) => sum + count, 0)).toBe(3),
  },
  {
    name: "4: a run that began in the window before and never ended is open in this one",
    runs: [...series("contacts", 4, 60), run({ rule: "deals", status: "running", start: at(1500), end: null })],
    check: (report) => {
      expect(report.performance_metrics).toMatchObject({ running_actions: 0, stale_actions: 1, total_actions: 4 });
      expect(report.findings.map(({ id, message }) => [id, message])).toEqual([
        ["rule-stuck", "deals: a run started 9 Jul 20:00 and has not ended for 1d 01h (limit 2h)"],
      ]);
    },
  },
  {
    name: "a rule's newest 20 runs, whichever window they are in, with one that was left open long ago",
    runs: [
      ...series("busy", 25, 60, { processed: 1 }, 30),
      run({ rule: "busy", status: "running", start: at(1500), end: null }),
      ...series("sparse", 30, 100, { processed: 1 }, 60),
      run({ rule: "sparse", status: "running", start: at(1510), end: null }),
    ],
    check: ({ detailed_metrics: details }) => {
      const starts = (rule: string) => details?.rule_runs[rule]?.runs.map(({ started_at: start }) => Date.parse(start));
      const every = (minutes: number, first: number, n: number) =>
        Array.from({ length: n }, (_, index) => END - (first + index * minutes) * MINUTE_MS);
      expect(starts("busy")).toEqual(every(60, 30, 20));
      // Fourteen of this window and one of that before, then the open run by its start.
      expect(starts("sparse")).toEqual([...every(100, 60, 15), END - 1510 * MINUTE_MS, ...every(100, 1560, 4)]);
    },
  },
];

describe.each(chooseEngines())("$name", ({ preset, make }) => {
  test.each(TRAPS.filter(({ only }) => only === undefined || only === preset))("trap $name", async (trap) => {
    const { url, close } = await make(trap.runs, trap.rules ?? []);
    try {
      trap.check(await mustReport(url, trap.settings ?? {}));
    } finally {
      await close();
    }
  });

  test("30 clean days give no finding at all, in any window, with schedules and without", async () => {
    const clean = [
      ...series("contacts", 1440, 30, {}, 10),
      ...series("deals", 180, 240, {}, 20),
      ...series("nightly", 30, 1440, {}, 700),
      ...series("all", 30, 1440, { processed: 1 }, 5).map((row) => ({ ...row, end: at(0.5) })),
    ].filter(({ start, rule }) => rule !== "all" || Date.parse(start) > END - 1440 * MINUTE_MS);
    const rules = [
      { crm: "hubspot", name: "deals", enabled: true, every: 4 },
      { crm: "hubspot", name: "nightly", enabled: true, every: 24 },
      // A table of rules that leaves one out says so.
      ...(preset === "automation" ? [{ crm: "hubspot", name: "contacts", enabled: true }] : []),
    ];
    const expected = { rules: { contacts: { expect: "20,50 * * * *" } } };
    for (const [declared, settings] of [[[], {}] as const, [rules, expected] as const]) {
      const { url, close } = await make(clean, [...declared]);
      try {
        for (const hours of [1, 24, 72, 168]) {
          const window = { startMs: END - hours * 3_600_000, endMs: END };
          const report = await mustReport(url, settings, { window });
          expect(report.rules.filter(({ expected }) => expected !== null).length).toBe(
            declared.length === 0 ? 0 : preset === "automation" ? 1 : 3,
          );
          expect({ hours, findings: report.findings, quality: quality(report) }).toEqual({
            hours,
            findings: [],
            quality: [],
          });
        }
      } finally {
        await close();
      }
    }
  });

  test("what rests at night and at weekends is not overdue, what does not come back is", async () => {
    const officeHours = (rule: string, until: string) =>
      series(rule, 28 * 96, 15, {}, -4 * 1440).filter(({ start }) => {
        const time = new Date(start);
        return (
          ![0, 6].includes(time.getUTCDay()) && time.getUTCHours() >= 8 && time.getUTCHours() < 18 && start <= until
        );
      });
    const { url, close } = await make(
      [
        ...series("heartbeat", 28 * 24, 60, {}, -4 * 1440),
        ...officeHours("contacts", "9"),
        ...officeHours("deals", "2026-07-08T09:05:00Z"),
      ],
      [],
    );
    const overdueAt = async (end: string, hours = 24) => {
      const endMs = Date.parse(end);
      const window = { startMs: endMs - hours * 3_600_000, endMs };
      const report = await mustReport(url, {}, { window, nowMs: Date.parse("2026-07-15") });
      return report.findings.map(({ id, rule_name, severity }) => [id, rule_name, severity].join(" "));
    };
    try {
      // 7 July is a Tuesday.
      const healthy: [end: string, hours: number][] = [
        ["2026-07-04T19:00Z", 24],
        ["2026-07-05T19:00Z", 24],
        ["2026-07-05T19:00Z", 168],
        ["2026-07-06T07:00Z", 24],
        ["2026-07-06T08:10Z", 24],
        ["2026-07-07T07:00Z", 24],
        ["2026-07-07T19:00Z", 24],
        ["2026-07-07T19:31Z", 12],
        ["2026-07-07T23:00Z", 12],
      ];
      for (const [end, hours] of healthy)
        expect({ end, hours, found: await overdueAt(end, hours) }).toEqual({ end, hours, found: [] });
      expect(await overdueAt("2026-07-08T19:00Z")).toEqual(["rule-overdue deals critical"]);
      expect(await overdueAt("2026-07-09T07:00Z")).toEqual(["rule-overdue deals critical"]);
      expect(await overdueAt("2026-07-12T19:00Z")).toEqual(["rule-overdue deals critical"]);
    } finally {
      await close();
    }
  });

  test("a week's baseline is the same window seven days before", async () => {
    const WEEK = 7 * 1440;
    const { url, close } = await make(
      [
        ...series("contacts", 10, 60),
        ...series("contacts", 8, 60, {}, WEEK + 30),
        ...series("contacts", 4, 60, { status: "failed", error: "HTTP 500" }, WEEK + 600),
      ],
      [],
    );
    try {
      const plain = await mustReport(url);
      const report = await mustReport(url, {}, { baselineSeconds: WEEK * 60 });
      expect(plain.baseline).toBeNull();
      expect(report.baseline).toMatchObject({
        kind: "week",
        window_start: "2026-07-02T21:00:00Z",
        window_end: "2026-07-03T21:00:00Z",
        total_actions: 12,
        overall_success_rate: 8 / 12,
        // 10 of 10 against 8 of 12: chance explains it.
        success_rate_changed: false,
        total_actions_change_ratio: -2 / 12,
      });
      expect(report.detailed_metrics?.rule_runs["contacts"]?.week_before).toEqual({ total: 12, successful: 8 });
      const comparable = ({ detailed_metrics: details, ...made }: Report) => ({
        ...made,
        details: { ...details, rule_runs: null },
        baseline: null,
        metadata: null,
      });
      expect(comparable(report)).toEqual(comparable(plain));
    } finally {
      await close();
    }
  });
});
