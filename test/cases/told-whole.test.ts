/** Sentences that told the half of it: what is missing beside the newest run, what ended only in part, what was not due. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import {
  alarms,
  ask,
  cron,
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

const TO = "07-10 20:55";
const EMAIL = "3 rows rejected: bad email";
const quarters = repeat({ from: "05-25 00:00", to: "07-07 20:45", every: 15 * MINUTE, takes: 20_000 });
const halves = repeat({ from: "07-07 21:00", to: TO, every: 30 * MINUTE, takes: 20_000 });

describe.each(ENGINES)("%s", (engine) => {
  test("half-of-an-interval: overdue by one run, and 48 are missing since three days ago", async () => {
    const schedules = [interval(15, "minutes", "contacts")];
    const report = await judge(engine, { runs: [...quarters, ...halves], schedules });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "overdue",
      severity: "warning",
      since: "2026-07-07T21:00:00Z",
      message:
        "contacts: last success 29m 40s ago, due every 15m, 1 run did not start; and 48 of 96 runs due in 24 h did not start, the last one due 20:45; fewer start than usual since 7 Jul 21:00",
    });
  });

  test("only-in-part: nothing failed, and nothing is critical", async () => {
    const others = ["deals", "companies"].flatMap((rule) => repeat({ from: "05-25 00:00", to: TO, every: HOUR, rule }));
    const runs = repeat({ from: "05-25 00:00", to: TO, every: HOUR }, (start) =>
      start > "2026-07-10T01:30" ? { status: "partial", failed: 3, error: EMAIL } : {},
    );
    const report = await judge(engine, { runs: [...others, ...runs] });
    expect(report.verdict).toBe("warning");
    expect(report.findings.find(({ id }) => id === "failures-many")).toMatchObject({
      severity: "warning",
      message: `19 of 72 runs ended only in part in 24 h, all of them with "${EMAIL}"`,
    });
  });

  test("three-hours-late-each-day: told by its newest runs, of which a day holds one", async () => {
    const runs = [
      ...repeat({ from: "05-25 03:00", to: "07-06 03:00", every: DAY }),
      ...repeat({ from: "07-07 06:00", to: "07-10 06:00", every: DAY }),
    ];
    const report = await judge(engine, { runs, schedules: [cron("0 3 * * *", "contacts")] });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      degradation: "late",
      severity: "info",
      since: "2026-07-07T03:00:00Z",
      message: "contacts: its newest 4 runs started late, by up to 3h, since that due 7 Jul 03:00",
    });
  });

  test("late-and-in-time-again: nothing is told", async () => {
    const runs = [
      ...repeat({ from: "05-25 03:00", to: "07-05 03:00", every: DAY }),
      ...repeat({ from: "07-06 06:00", to: "07-09 06:00", every: DAY }),
      ...repeat({ from: "07-10 03:00", to: "07-10 03:00", every: DAY }),
    ];
    const report = await judge(engine, { runs, schedules: [cron("0 3 * * *", "contacts")] });
    expect(ruleOf(report, "contacts").condition).toBe("ok");
  });
});

test("outage-among-partial-runs: failures of their own stay critical", async () => {
  const runs = ["contacts", "deals", "companies"].flatMap((rule) =>
    repeat({ from: "05-25 00:00", to: TO, every: HOUR, rule }, (start) => {
      if (start < "2026-07-10T01:30") return {};
      return rule === "contacts" ? { status: "partial", error: EMAIL } : { status: "failed", error: "HTTP 500" };
    }),
  );
  const report = await judge("sqlite", { runs });
  expect(report.findings.find(({ id }) => id === "failures-many")).toMatchObject({ severity: "critical" });
});

/** On working days, 8 to 17 in Berlin, where the clocks are two hours ahead; not on the 25th. */
const office = repeat({ from: "03-30 06:00", to: "06-30 15:00", every: HOUR }).filter(({ start }) => {
  const date = new Date(start);
  return date.getUTCDay() % 6 !== 0 && date.getUTCHours() >= 6 && date.getUTCHours() < 16 && date.getUTCDate() !== 25;
});

describe("a holiday that is named", () => {
  const file = join(mkdtempSync(join(tmpdir(), "automation-reports-holiday-")), "holidays.ics");
  const event = ["UID:1", "DTSTART;VALUE=DATE:20260525", "DTEND;VALUE=DATE:20260526", "SUMMARY:Whit Monday"];
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", ...event, "END:VEVENT", "END:VCALENDAR", ""];
  writeFileSync(file, lines.join("\r\n"));
  const settings = `schedule_timezone = "Europe/Berlin"\n[calendar]\nholidays = "${file}"`;
  const runs = office.filter(({ start }) => start < "2026-05-26");

  test.each(["05-25 17:00", "05-25 21:00", "05-26 04:00"])("is no silence at %s", async (as) => {
    expect(alarms(await judge("sqlite", { runs }, { as, settings }))).toEqual([]);
  });
  test("an outage after it is one", async () => {
    const { condition, severity } = ruleOf(
      await judge("sqlite", { runs }, { as: "05-26 17:00", settings }),
      "contacts",
    );
    expect([condition, severity]).toEqual(["overdue", "critical"]);
  });
});

test("weekly-by-habit-did-not-come: that it usually has, and not that nothing was due", async () => {
  const runs = repeat({ from: "01-04 02:00", to: "07-05 02:00", every: 7 * DAY });
  await using warehouse = await makeWarehouse("sqlite", { runs });
  const told = async (as: string) =>
    (await ask(warehouse, { as })).report.findings.map(({ id, severity, message }) => [id, severity, message]);
  expect(await told("07-11 21:00")).toEqual([
    ["no-data", "info", "Nothing ran in 24 h; the last success 6d 18h ago; nothing was due"],
  ]);
  expect(await told("07-12 21:00")).toEqual([
    [
      "no-data",
      "info",
      "Nothing ran in 24 h; the last success 7d 18h ago; contacts has usually started by 03:00, and has not",
    ],
  ]);
});

test("not-due-in-the-window: such rules are not counted among those that should have run", async () => {
  const frequent = ["contacts", "deals"].flatMap((rule) =>
    repeat({ from: "06-01 00:00", to: TO, every: 30 * MINUTE, rule }),
  );
  const nightly = ["3", "4", "5"].map((hour) => ({ hour, rule: `nightly-${hour}` }));
  const runs = [
    ...frequent,
    ...nightly.flatMap(({ hour, rule }) => repeat({ from: `06-01 0${hour}:00`, to: TO, every: DAY, rule })),
  ];
  const schedules = [
    ...["contacts", "deals"].map((rule) => interval(30, "minutes", rule)),
    ...nightly.map(({ hour, rule }) => cron(`0 ${hour} * * *`, rule)),
  ];
  const report = await judge("sqlite", { runs, schedules }, { flags: ["--time-window", "1h"] });
  expect(report.findings).toEqual([]);
});
