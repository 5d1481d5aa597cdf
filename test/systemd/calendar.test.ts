/** What systemd makes of our calendar events, against the instants at which the patterns should fire. */
import { describe, expect, test } from "bun:test";
import { listOccurrences } from "../../src/time/occurrences.ts";
import { toCalendarEvents } from "../../src/systemd/calendar.ts";
import { SYSTEMD_ANALYZE, withoutSystemd } from "../making/systemd.ts";

describe("written as", () => {
  test.each<{ name: string; patterns: string[]; is: string[] }>([
    { name: "the default schedule", patterns: ["0 4 * * *", "0 21 * * *"], is: ["*-*-* 04,21:00:00 UTC"] },
    { name: "the same as one pattern", patterns: ["0 4,21 * * *"], is: ["*-*-* 04,21:00:00 UTC"] },
    { name: "every minute", patterns: ["* * * * *"], is: ["*-*-* *:*:00 UTC"] },
    { name: "a step", patterns: ["*/5 * * * *"], is: ["*-*-* *:00..55/5:00 UTC"] },
    { name: "a step in a range", patterns: ["0 9-17/2 * * *"], is: ["*-*-* 09..17/2:00:00 UTC"] },
    { name: "names", patterns: ["0 0 1,15 JAN,Jul *"], is: ["*-01,07-01,15 00:00:00 UTC"] },
    { name: "working days", patterns: ["0 8 * * mon-fri"], is: ["Mon..Fri *-*-* 08:00:00 UTC"] },
    { name: "Sunday is 0 and 7", patterns: ["0 8 * * 0", "0 9 * * 7"], is: ["Sun *-*-* 08,09:00:00 UTC"] },
    {
      name: "either day field",
      patterns: ["0 0 13 * 5"],
      is: ["*-*-13 00:00:00 UTC", "Fri *-*-* 00:00:00 UTC"],
    },
    {
      name: "both day fields where one begins with *",
      patterns: ["0 0 */2 * 1"],
      is: ["Mon *-*-01..31/2 00:00:00 UTC"],
    },
    {
      name: "patterns that differ in their minutes",
      patterns: ["0 4 * * *", "30 21 * * *"],
      is: ["*-*-* 04:00:00 UTC", "*-*-* 21:30:00 UTC"],
    },
    { name: "a name with @", patterns: ["@weekly"], is: ["Sun *-*-* 00:00:00 UTC"] },
  ])("$name", ({ patterns, is }) => {
    expect(toCalendarEvents(patterns, "UTC")).toEqual({ kind: "events", events: is });
  });

  test("a time zone as the database spells it", () => {
    expect(toCalendarEvents(["0 4 * * *"], "europe/berlin")).toEqual({
      kind: "events",
      events: ["*-*-* 04:00:00 Europe/Berlin"],
    });
  });

  test.each([
    { name: "an offset", pattern: "0 4 * * *", timezone: "+02:00", says: "time zones only by name" },
    { name: "no pattern", pattern: "at noon", timezone: "UTC", says: "not five cron fields" },
    { name: "an interval", pattern: "every 5 minutes", timezone: "UTC", says: "not a cron pattern" },
    { name: "the last day of a month", pattern: "0 0 L * *", timezone: "UTC", says: "not five cron fields" },
  ])("$name cannot be written", ({ pattern, timezone, says }) => {
    const result = toCalendarEvents([pattern], timezone);
    expect(result.kind === "inexpressible" ? result.reason : result.events).toContain(says);
  });
});

type Days = { from: string; until: string };
const YEAR = { from: "2026-01-01", until: "2027-01-01" };
/** With both of its clock changes a year of many runs takes systemd most of a minute. */
const SPRING = { from: "2026-03-01", until: "2026-05-01" };
const AUTUMN = { from: "2026-10-01", until: "2026-12-01" };

/** Ours, by cron's rules. */
function listOurs(patterns: string[], timezone: string, { from, until }: Days): string[] {
  const window = { startMs: Date.parse(from), endMs: Date.parse(until) };
  const all = patterns.flatMap((pattern) => {
    const recurrence = { kind: "cron" as const, pattern };
    const listed = listOccurrences({ recurrence, timezone, startAtMs: null, endAtMs: null }, window);
    return listed.kind === "listed" ? listed.occurrencesMs : [];
  });
  return [...new Set(all)].toSorted((a, b) => a - b).map((ms) => new Date(ms).toISOString().slice(0, 16));
}

/** What `systemd-analyze calendar` lists for the same days, if that is about as many. */
function listSystemds(patterns: string[], timezone: string, { from, until }: Days, about: number): string[] {
  const translated = toCalendarEvents(patterns, timezone);
  const events = translated.kind === "events" ? translated.events : [];
  const all = events.flatMap((event) => {
    const base = new Date(Date.parse(from) - 1000).toISOString().slice(0, 19).replace("T", " ");
    const analyzed = Bun.spawnSync(
      [SYSTEMD_ANALYZE, "calendar", `--base-time=${base} UTC`, `--iterations=${about + 10}`, event],
      { env: { TZ: "UTC" } },
    );
    expect(analyzed.stderr.toString()).toBe("");
    return [...analyzed.stdout.toString().matchAll(/\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d):00 UTC/g)]
      .map(([, date, time]) => `${date}T${time}`)
      .filter((instant) => instant < until);
  });
  return [...new Set(all)].toSorted();
}

describe.skipIf(withoutSystemd)("fires when cron would", () => {
  test.each<{ patterns: string[]; timezone: string; runs: number; days?: Days }>([
    { patterns: ["0 4 * * *", "0 21 * * *"], timezone: "UTC", runs: 730 },
    { patterns: ["0 4 * * *", "0 21 * * *"], timezone: "Europe/Berlin", runs: 730 },
    { patterns: ["0 4 * * *", "0 21 * * *"], timezone: "America/New_York", runs: 122, days: AUTUMN },
    { patterns: ["0 4 * * *", "0 21 * * *"], timezone: "Asia/Kolkata", runs: 122, days: SPRING },
    { patterns: ["0 */4 * * *"], timezone: "UTC", runs: 2190 },
    { patterns: ["7-52/15 9-17/2 * * mon-fri"], timezone: "Europe/Berlin", runs: 44 * 5 * 4, days: SPRING },
    // The last of them is Friday, 1 January 2027, in Berlin.
    { patterns: ["0 0 13 * 5"], timezone: "Europe/Berlin", runs: 62 },
    { patterns: ["0 0 */2 * 1"], timezone: "UTC", runs: 26 },
    { patterns: ["0 4 */9 * *"], timezone: "UTC", runs: 48 },
    { patterns: ["15 6 31 * *"], timezone: "UTC", runs: 7 },
    { patterns: ["0 12 * */3 0,6-7"], timezone: "America/New_York", runs: 34 },
    { patterns: ["0 12 1-7 apr-jun *", "5 12 29 2 *"], timezone: "UTC", runs: 21 },
    { patterns: ["0 0 * * */2"], timezone: "UTC", runs: 209 },
  ])("$patterns in $timezone", ({ patterns, timezone, runs, days = YEAR }) => {
    const ours = listOurs(patterns, timezone, days);
    expect(listSystemds(patterns, timezone, days, ours.length)).toEqual(ours);
    expect(ours).toHaveLength(runs);
  });
});

const BERLIN_SPRING = { timezone: "Europe/Berlin", days: { from: "2026-03-27", until: "2026-03-31" } };
const BERLIN_AUTUMN = { timezone: "Europe/Berlin", days: { from: "2026-10-23", until: "2026-10-27" } };
const NEW_YORK_AUTUMN = { timezone: "America/New_York", days: { from: "2026-10-30", until: "2026-11-03" } };
type Differences = { onlyCron: string[]; onlySystemd: string[] };
const SAME: Differences = { onlyCron: [], onlySystemd: [] };

describe.skipIf(withoutSystemd)("where the clocks change", () => {
  test.each<{ name: string; pattern: string; timezone: string; days: Days; differs: Differences }>([
    {
      name: "a time that does not exist: systemd leaves the day out, cron runs at the end of the gap",
      pattern: "30 2 * * *",
      ...BERLIN_SPRING,
      differs: { ...SAME, onlyCron: ["2026-03-29T01:00"] },
    },
    { name: "the end of the gap itself", pattern: "0 3 * * *", ...BERLIN_SPRING, differs: SAME },
    { name: "every hour over the gap", pattern: "0 * * * *", ...BERLIN_SPRING, differs: SAME },
    { name: "a time that exists twice: both take the first", pattern: "30 2 * * *", ...BERLIN_AUTUMN, differs: SAME },
    { name: "the same in New York", pattern: "30 1 * * *", ...NEW_YORK_AUTUMN, differs: SAME },
    {
      name: "every hour over the repeated one: systemd runs in the first only, cron in both",
      pattern: "0 * * * *",
      ...BERLIN_AUTUMN,
      differs: { ...SAME, onlyCron: ["2026-10-25T01:00"] },
    },
    {
      name: "every half hour in New York: the same",
      pattern: "*/30 * * * *",
      ...NEW_YORK_AUTUMN,
      differs: { ...SAME, onlyCron: ["2026-11-01T06:00", "2026-11-01T06:30"] },
    },
  ])("$name", ({ pattern, timezone, days, differs }) => {
    const cron = listOurs([pattern], timezone, days);
    const systemd = listSystemds([pattern], timezone, days, cron.length);
    expect(cron.length).toBeGreaterThan(3);
    expect({
      onlyCron: cron.filter((instant) => !systemd.includes(instant)),
      onlySystemd: systemd.filter((instant) => !cron.includes(instant)),
    }).toEqual(differs);
  });
});
