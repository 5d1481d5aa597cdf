/** The slots of a schedule against an oracle of their own: Temporal's calendar, day by day. */
import { describe, expect, test } from "bun:test";
import { latestSlot, listSlots, nextSlots } from "../../src/schedule/slots.ts";

const ZONES = ["UTC", "America/New_York", "Asia/Kolkata"];
const twiceADay = (timezone: string) => ({ cron: ["0 4 * * *", "0 21 * * *"], timezone });

/** Every day's 04:00 and 21:00 of the year 2026 on that zone's clocks. */
function oracle(timezone: string): number[] {
  return Array.from({ length: 365 }, (_, index) => Temporal.PlainDate.from("2026-01-01").add({ days: index })).flatMap(
    (day) =>
      ["04:00", "21:00"].map(
        (time) =>
          day.toZonedDateTime({ timeZone: timezone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds,
      ),
  );
}

describe.each(ZONES)("%s", (timezone) => {
  const slots = oracle(timezone);

  test("a year of two slots a day", () => {
    expect(slots).toHaveLength(730);
    expect(listSlots(twiceADay(timezone), slots[0]!, slots.at(-1)! + 1)).toEqual(slots);
  });

  test("the next five and the latest, from between any two", () => {
    for (const index of [3, 100, 133, 134, 612, 613, 700]) {
      const between = slots[index]! + 1000;
      expect(nextSlots(twiceADay(timezone), between, 5)).toEqual(slots.slice(index + 1, index + 6));
      expect(latestSlot(twiceADay(timezone), between)).toBe(slots[index]!);
    }
  });
});

test("at the very moment: the slot is the latest, and not the next", () => {
  const slot = Date.parse("2026-07-10T21:00:00Z");
  expect(latestSlot(twiceADay("UTC"), slot)).toBe(slot);
  expect(nextSlots(twiceADay("UTC"), slot, 1)).toEqual([Date.parse("2026-07-11T04:00:00Z")]);
  expect(listSlots(twiceADay("UTC"), slot, slot)).toEqual([]);
  expect(listSlots(twiceADay("UTC"), slot, slot + 1)).toEqual([slot]);
});

test("where two patterns meet there is one slot", () => {
  const both = { cron: ["0 * * * *", "0 21 * * *"], timezone: "UTC" };
  expect(listSlots(both, Date.parse("2026-07-10T20:30:00Z"), Date.parse("2026-07-10T22:30:00Z"))).toHaveLength(2);
});

test("a leap day is found years ahead", () => {
  const leap = { cron: ["0 0 29 2 *"], timezone: "UTC" };
  expect(nextSlots(leap, Date.parse("2026-07-10T21:00:00Z"), 1)).toEqual([Date.parse("2028-02-29T00:00:00Z")]);
  expect(latestSlot(leap, Date.parse("2026-07-10T21:00:00Z"))).toBe(Date.parse("2024-02-29T00:00:00Z"));
});
