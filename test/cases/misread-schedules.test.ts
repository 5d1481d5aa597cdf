/** Runs that are missed in words only: the schedule is in local time, or names the rule in other capitals. */
import { describe, expect, test } from "bun:test";
import { alarms, cron, DAY, ENGINES, HOUR, judge, MINUTE, repeat, type ScheduleRow } from "../making/cases.ts";

async function advise(engine: (typeof ENGINES)[number], rows: Parameters<typeof judge>[1], as?: string) {
  const { recommendations, findings } = await judge(engine, rows, as === undefined ? {} : { as });
  return { findings, advice: recommendations.map(({ recommendation }) => recommendation) };
}

describe.each(ENGINES)("%s", (engine) => {
  const nightly: ScheduleRow[] = [cron("0 3 * * *", "contacts")];

  test.each([
    { from: "06-10 07:00", to: "07-09 07:00", offset: "4h after" },
    { from: "06-10 21:31", to: "07-08 21:31", offset: "5h 30m before" },
  ])("runs that always start $offset their time: the zone of schedules is named", async ({ from, to, offset }) => {
    const { findings, advice } = await advise(
      engine,
      { runs: repeat({ from, to, every: DAY }), schedules: nightly },
      "07-10 06:00",
    );
    expect(findings.map(({ id }) => id)).toContain("rule-overdue");
    expect(advice[0]).toBe(
      `Each of its newest runs started ${offset} its time: set schedule_timezone if the schedule is in local time. Else restart contacts, or its scheduler and worker`,
    );
  });

  test("runs that always start 4h after their time, and are late: the zone of schedules is named as well", async () => {
    const runs = repeat({ from: "06-10 07:00", to: "07-10 07:00", every: DAY });
    const { findings, advice } = await advise(engine, { runs, schedules: nightly });
    expect(findings.map(({ evidence }) => evidence["degradation"])).toEqual(["late"]);
    expect(advice).toEqual([
      "Each of its newest runs started 4h after its time: set schedule_timezone if the schedule is in local time. Else spread the schedules around contacts, or add workers",
    ]);
  });

  test.each([
    { name: "in time", every: DAY, from: "06-10 03:00" },
    { name: "at other minutes each day", every: DAY + 7 * MINUTE, from: "06-10 07:00" },
  ])("runs $name say nothing about a zone", async ({ every, from }) => {
    const { advice } = await advise(engine, { runs: repeat({ from, to: "07-08 23:00", every }), schedules: nightly });
    expect(advice.join()).not.toContain("schedule_timezone");
    expect(advice).not.toEqual([]);
  });

  test("a schedule whose runs go under two spellings by turns: the other one is named", async () => {
    const runs = repeat({ from: "06-26 00:00", to: "07-10 20:00", every: HOUR }, (_, index) => ({
      rule: index % 2 === 0 ? "Contacts" : "contacts",
    }));
    const { findings, advice } = await advise(engine, { runs, schedules: [cron("0 * * * *", "Contacts")] });
    expect(findings.find(({ rule_name: rule }) => rule === "Contacts")?.evidence["also_written"]).toEqual(["contacts"]);
    expect(advice.join("\n")).toContain(
      "Let every run write one spelling of the name: contacts ran too, and has no schedule. Else see whether",
    );
    const once = await judge(engine, {
      runs: runs.filter(({ rule }) => rule === "Contacts"),
      schedules: [cron("0 */2 * * *", "Contacts")],
    });
    expect(alarms(once)).toEqual([]);
  });
});
