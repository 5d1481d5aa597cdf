/** The scheduler's loop under a clock that the test drives, over a real store. */
import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/errors.ts";
import { isLong } from "../making/draws.ts";
import {
  configOf,
  drive,
  type Driven,
  freshStore,
  HOUR_MS,
  MINUTE_MS,
  START,
  statesOf,
  times,
} from "../making/loop-driver.ts";
import { SCHEDULE } from "../making/schedules.ts";

const INTERRUPTED = { state: "interrupted", exitCode: 143, note: null } as const;

/** 04:00 and 21:00 of so many days from `first` on, on that zone's clocks, without croner. */
function oracle(timezone: string, first: string, days: number): number[] {
  return Array.from({ length: days }, (_, index) => Temporal.PlainDate.from(first).add({ days: index })).flatMap(
    (day) =>
      ["04:00", "21:00"].map(
        (time) =>
          day.toZonedDateTime({ timeZone: timezone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds,
      ),
  );
}

const SPANS = isLong
  ? [{ first: "2026-01-01", days: 365 }]
  : [
      { first: "2026-02-24", days: 30 },
      { first: "2026-10-18", days: 30 },
    ];
const YEAR = ["UTC", "America/New_York", "Asia/Kolkata"].flatMap((timezone) =>
  SPANS.map((span) => ({ timezone, ...span })),
);

test.each(YEAR)(
  "two slots a day in $timezone, $days days from $first: each exactly once, at its time",
  async ({ timezone, first, days }) => {
    const slots = oracle(timezone, first, days);
    const driven = await drive({
      schedules: [{ ...SCHEDULE, timezone }],
      startMs: slots[0]! - HOUR_MS,
      beatMs: 24 * HOUR_MS,
    });
    await driven.until(slots.at(-1)! + HOUR_MS);
    expect(driven.ran.map(({ slotMs }) => slotMs)).toEqual(slots);
    expect(driven.ran.every(({ slotMs, atMs }) => atMs - slotMs < 1000)).toBe(true);
    await driven.store[Symbol.asyncDispose]();
  },
);

describe("after downtime", () => {
  test("latest: the newest missed slot is made late, the others are recorded", async () => {
    const driven = await drive();
    await driven.until(START + 2 * HOUR_MS);
    driven.clock.ms = Date.parse("2026-07-12T12:00:00Z");
    await driven.until(driven.clock.ms + MINUTE_MS);
    expect(times(driven)).toEqual(["07-10T21:00", "07-12T04:00"]);
    expect(await statesOf(driven.store)).toEqual([
      // Where it began.
      ["07-10T04:00", "skipped"],
      ["07-10T21:00", "made"],
      ["07-11T04:00", "skipped"],
      ["07-11T21:00", "skipped"],
      ["07-12T04:00", "made"],
    ]);
  });

  test("none: all of them are recorded, and the next one runs", async () => {
    const driven = await drive({ schedules: [{ ...SCHEDULE, catchUp: "none" }] });
    await driven.until(START + 2 * HOUR_MS);
    driven.clock.ms = Date.parse("2026-07-11T12:00:00Z");
    await driven.until(Date.parse("2026-07-11T21:01:00Z"));
    expect(times(driven)).toEqual(["07-10T21:00", "07-11T21:00"]);
  });

  test("a clock that began in 1970: the newest missed slots of a minutely schedule are recorded, and the others not counted", async () => {
    const driven = await drive({
      schedules: [{ ...SCHEDULE, name: "often", cron: ["* * * * *"] }],
      startMs: 3 * MINUTE_MS,
    });
    await driven.until(5 * MINUTE_MS);
    driven.clock.ms = START;
    await driven.until(START + MINUTE_MS);
    const states = await statesOf(driven.store, 1000);
    expect(states.filter(([, state]) => state === "skipped").length).toBeLessThan(110);
    expect(driven.ran.at(-1)?.slotMs).toBe(START);
  });

  test("a schedule that is new begins now", async () => {
    const driven = await drive({ startMs: Date.parse("2026-07-10T21:30:00Z") });
    await driven.until(Date.parse("2026-07-11T03:00:00Z"));
    expect(times(driven)).toEqual([]);
  });

  test("what the store could not be told is told with the next beat, and the slots after it are made", async () => {
    const driven = await drive({ unrecorded: [Date.parse("2026-07-10T21:00:00Z")] });
    await driven.until(START + 34 * HOUR_MS);
    expect(times(driven)).toEqual(["07-10T21:00", "07-11T04:00", "07-11T21:00", "07-12T04:00"]);
    expect(await statesOf(driven.store)).toEqual([
      ["07-10T04:00", "skipped"],
      ["07-10T21:00", "made"],
      ["07-11T04:00", "made"],
      ["07-11T21:00", "made"],
      ["07-12T04:00", "made"],
    ]);
  });

  test("a reload takes a schedule away, another brings it back while its pass goes on: no second one beside it", async () => {
    const pass = Promise.withResolvers<void>();
    const hour = (hours: number) => START + hours * HOUR_MS;
    const steps: [atMs: number, step: (driven: Driven) => void][] = [
      [hour(2), ({ reload }) => (reload.config = configOf([]))],
      [hour(3), ({ reload }) => (reload.config = configOf([SCHEDULE]))],
      [hour(9), () => pass.resolve()],
    ];
    const driven = await drive({
      concurrent: true,
      run: async (_, slotMs) => (slotMs === hour(1) ? await pass.promise : undefined),
      onRest: (all) => {
        while (steps[0] !== undefined && steps[0][0] <= all.clock.ms) steps.shift()?.[1](all);
      },
    });
    await driven.until(hour(26));
    expect(times(driven)).toEqual(["07-10T21:00", "07-11T21:00"]);
    expect((await statesOf(driven.store)).slice(1)).toEqual([
      ["07-10T21:00", "made"],
      ["07-11T04:00", "skipped"],
      ["07-11T21:00", "made"],
    ]);
    expect(driven.told.map(({ state }) => state)).toEqual(["skipped", "running", "skipped", "made", "running", "made"]);
  });

  test.each(["latest", "none"] as const)(
    "a slot that fell due while the store was away is recorded as missed, catching up: %s",
    async (catchUp) => {
      const driven = await drive({ schedules: [{ ...SCHEDULE, catchUp }] });
      const { claim, skip, giveUp } = driven.store.slots;
      await driven.until(START + 30 * MINUTE_MS);
      const away = async () => await Promise.reject(new AppError("delivery", "store: away"));
      Object.assign(driven.store.slots, { claim: away, skip: away, giveUp: away });
      await driven.until(START + 8.1 * HOUR_MS);
      Object.assign(driven.store.slots, { claim, skip, giveUp });
      await driven.until(START + 26 * HOUR_MS);
      const states = new Map((await statesOf(driven.store)) as [string, string][]);
      expect(states.get("07-10T21:00")).toBe("skipped");
      expect(states.get("07-11T21:00")).toBe("made");
      expect([...states.values()]).not.toContain("running");
      expect(states.has("07-11T04:00")).toBe(true);
    },
  );

  test("a new configuration is in force when the store has answered for its schedules, not before", async () => {
    const weekly = configOf([SCHEDULE, { ...SCHEDULE, name: "weekly" }]);
    const store = await freshStore();
    const { list } = store.slots;
    let isAway = false;
    const answer: typeof list = async (filter) => {
      if (isAway) throw new AppError("delivery", "store: away");
      return await list(filter);
    };
    Object.assign(store.slots, { list: answer });
    const heard: number[] = [];
    const steps: ((driven: Driven) => void)[] = [() => (isAway = true), () => {}, () => (isAway = false), () => {}];
    const driven = await drive({
      store,
      onRest: (now) => {
        heard.push(now.inForce.length);
        steps.shift()?.(now);
        now.reload.config = weekly;
      },
    });
    await driven.until(START + 5 * MINUTE_MS);
    expect(heard).toEqual([0, 0, 0, 1, 2]);
    expect(driven.inForce[0]).toBe(weekly);
  });

  test("a slot that was interrupted before others were made is given up, not made months later", async () => {
    const store = await freshStore();
    for (const [slot, state] of [
      ["2026-04-01T21:00:00Z", "interrupted"],
      ["2026-07-10T04:00:00Z", "made"],
    ] as const) {
      const key = { schedule: SCHEDULE.name, slotMs: Date.parse(slot) };
      await store.slots.claim(key, "dead", 60_000);
      await store.slots.end({ ...key, holder: "dead", attempt: 1 }, { state, exitCode: null, note: null }, null);
    }
    const driven = await drive({ store });
    await driven.until(START + 2 * HOUR_MS);
    expect(times(driven)).toEqual(["07-10T21:00"]);
    expect(await statesOf(store)).toEqual([
      ["04-01T21:00", "skipped"],
      ["07-10T04:00", "made"],
      ["07-10T21:00", "made"],
    ]);
  });

  test("an interrupted slot is made again, unless a later one is due", async () => {
    const store = await freshStore();
    for (const hour of ["04", "21"]) {
      const key = { schedule: SCHEDULE.name, slotMs: Date.parse(`2026-07-10T${hour}:00:00Z`) };
      await store.slots.claim(key, "dead", MINUTE_MS);
      await store.slots.end({ ...key, holder: "dead", attempt: 1 }, INTERRUPTED, null);
    }
    const driven = await drive({ store, startMs: Date.parse("2026-07-10T21:10:00Z") });
    await driven.until(Date.parse("2026-07-10T21:12:00Z"));
    expect(times(driven)).toContain("07-10T21:00");
    const last = (await store.slots.list({ limit: 1 }))[0];
    expect([last?.state, last?.attempts]).toEqual(["made", 2]);
  });
});

describe("whatever the clock does, each slot once", () => {
  test.each([
    { name: "90 minutes forward over a slot", from: "2026-07-10T20:30:00Z", to: "2026-07-10T22:00:00Z" },
    { name: "an hour back over a slot that was made", from: "2026-07-10T21:20:00Z", to: "2026-07-10T20:20:00Z" },
    { name: "three days forward", from: "2026-07-10T22:00:00Z", to: "2026-07-13T22:00:00Z" },
  ])("$name", async ({ from, to }) => {
    const driven = await drive();
    await driven.until(Date.parse(from));
    driven.clock.ms = Date.parse(to);
    await driven.until(Date.parse(to) + 8 * HOUR_MS);
    expect(new Set(times(driven)).size).toBe(driven.ran.length);
    expect(times(driven)).toContain("07-10T21:00");
  });

  test("back within the running loop: seen again, made once", async () => {
    let jumped = false;
    const driven: Driven = await drive({
      run: async ({ clock }) => {
        if (!jumped) clock.ms -= HOUR_MS;
        jumped = true;
      },
    });
    await driven.until(START + 3 * HOUR_MS);
    expect(times(driven)).toEqual(["07-10T21:00"]);
  });
});

test("a slot that comes while the one before it runs is recorded as skipped", async () => {
  const often = { ...SCHEDULE, name: "often", cron: ["* * * * *"] };
  const driven = await drive({
    schedules: [often],
    concurrent: true,
    run: async ({ clock, ran }) => {
      const began = clock.ms;
      while (ran.length === 1 && clock.ms < began + 3 * MINUTE_MS) await Bun.sleep(1);
    },
  });
  await driven.until(START + 6 * MINUTE_MS);
  const states = await statesOf(driven.store);
  expect(states.filter(([, state]) => state === "skipped").length).toBeGreaterThanOrEqual(2);
  expect(new Set(driven.ran.map(({ slotMs }) => slotMs)).size).toBe(driven.ran.length);
});

test("a monitor that does not answer keeps no later slot from being made", async () => {
  using mute = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const often = { ...SCHEDULE, name: "often", cron: ["* * * * *"], pingUrl: `http://127.0.0.1:${mute.port}/ping` };
  const driven = await drive({ schedules: [often] });
  await driven.until(START + 3 * MINUTE_MS);
  expect(driven.ran.map(({ slotMs }) => (slotMs - START) / MINUTE_MS)).toEqual([0, 1, 2]);
});

test("whoever follows is told of a slot's begin and of its end, when what it made is in the store", async () => {
  const driven = await drive();
  await driven.until(START + 90 * MINUTE_MS);
  const slotMs = START + HOUR_MS;
  const { told, store } = driven;
  expect(told).toEqual([
    // From then on the schedule is known.
    { schedule: SCHEDULE.name, slotMs: expect.any(Number) as number, state: "skipped", passId: null },
    { schedule: SCHEDULE.name, slotMs, state: "running", passId: null },
    { schedule: SCHEDULE.name, slotMs, state: "made", passId: expect.any(String) as string },
  ]);
  expect(await store.reports.readPass(told[2]?.passId ?? "")).toMatchObject({ status: "read" });
});

test("an unfinished slot is found behind any number of skipped ones", async () => {
  const store = await freshStore();
  const left = { schedule: SCHEDULE.name, slotMs: START - 24 * HOUR_MS };
  await store.slots.claim(left, "dead", -1);
  for (let index = 1; index <= 40; index += 1)
    await store.slots.skip({ schedule: SCHEDULE.name, slotMs: left.slotMs + index * MINUTE_MS }, "");
  const driven = await drive({ store });
  await driven.until(START + 90 * MINUTE_MS);
  expect(times(driven)).toContain("07-10T21:00");
  expect(await store.slots.list({ states: ["running"], limit: 10 })).toEqual([]);
});

test("a slot is skipped while another process still makes an older one, however many were skipped since", async () => {
  const store = await freshStore();
  const often = { ...SCHEDULE, name: "often", cron: ["* * * * *"] };
  // Whether this holder lives cannot be told: its lease counts, by the real clock.
  await store.slots.claim({ schedule: "often", slotMs: START - MINUTE_MS }, "elsewhere", HOUR_MS);
  const driven = await drive({ store, schedules: [often] });
  await driven.until(START + 30 * MINUTE_MS);
  expect(times(driven)).toEqual([]);
  expect((await store.slots.list({ states: ["skipped"], limit: 100 })).length).toBeGreaterThanOrEqual(29);
});

test.each([
  // 02:30 is left out on 8 March: at the end of the gap, 03:00 EDT.
  { cron: "30 2 * * *", from: "2026-03-07T12:00:00Z", slots: ["03-08T07:00", "03-09T06:30"] },
  // 01:30 is there twice on 1 November: the first.
  { cron: "30 1 * * *", from: "2026-10-31T12:00:00Z", slots: ["11-01T05:30", "11-02T06:30"] },
])("where clocks change, $cron in New York: each slot once", async ({ cron, from, slots }) => {
  const schedule = { ...SCHEDULE, cron: [cron], timezone: "America/New_York" };
  const driven = await drive({ schedules: [schedule], startMs: Date.parse(from) });
  await driven.until(Date.parse(from) + 48 * HOUR_MS);
  expect(times(driven)).toEqual([...slots]);
});

test("a slot that another process makes is left to it, and taken over when it ends", async () => {
  const store = await freshStore();
  const key = { schedule: SCHEDULE.name, slotMs: Date.parse("2026-07-10T21:00:00Z") };
  const driven = await drive({ store, startMs: Date.parse("2026-07-10T20:59:00Z") });
  await store.slots.claim(key, "other", MINUTE_MS);
  await driven.until(Date.parse("2026-07-10T21:02:00Z"));
  expect(times(driven)).toEqual([]);
  await store.slots.end({ ...key, holder: "other", attempt: 1 }, INTERRUPTED, null);
  await driven.until(Date.parse("2026-07-10T21:04:00Z"));
  expect(times(driven)).toEqual(["07-10T21:00"]);
});
