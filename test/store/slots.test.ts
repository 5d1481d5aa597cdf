/** Slots over both engines: each is claimed once, and taken over only from a holder that has lost it. */
import { isLong } from "../making/draws.ts";
import { describe, expect, test } from "bun:test";
import { describeHolder, judgeHolder } from "../../src/processes.ts";
import { openStore } from "../../src/store/open.ts";
import { alterStore, madePass, newStoreUrl, startClaimer, STORE_KINDS, targetOf } from "../making/stores.ts";

const KEY = { schedule: "daily", slotMs: 1000 };
const OTHER = describeHolder().replace(/^[^/]+/, "elsewhere");
const MADE = { state: "made", exitCode: 0, note: null } as const;
const OURS = { ...KEY, holder: OTHER, attempt: 1 };
const THEIRS = { ...KEY, holder: "b", attempt: 1 };

describe.each(STORE_KINDS)("%s", (kind) => {
  const open = async () => await openStore(targetOf(await newStoreUrl(kind)));

  test("a slot is claimed, renewed and ended by its holder alone, and then never claimed again", async () => {
    await using store = await open();
    expect(await store.slots.claim(KEY, OTHER, 60_000)).toEqual({ kind: "claimed", attempt: 1 });
    expect(await store.slots.claim(KEY, "b", 60_000)).toEqual({ kind: "held", holder: OTHER });
    expect([await store.slots.renew(THEIRS, 60_000), await store.slots.renew(OURS, 90_000)]).toEqual([false, true]);
    expect([await store.slots.end(THEIRS, MADE, null), await store.slots.end(OURS, MADE, null)]).toEqual([false, true]);
    expect(await store.slots.claim(KEY, "b", 60_000)).toEqual({ kind: "ended", state: "made" });
    expect(await store.slots.renew(OURS, 60_000)).toBe(false);
    const [slot] = await store.slots.list({ limit: 5 });
    expect(slot).toEqual({
      ...KEY,
      state: "made",
      holder: OTHER,
      attempts: 1,
      claimedMs: expect.any(Number),
      endedMs: expect.any(Number),
      leaseUntilMs: null,
      exitCode: 0,
      note: null,
      passId: null,
      crashes: 0,
    });
    expect(Math.abs((slot?.endedMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test.each([
    { state: "made", again: { kind: "ended", state: "made" } },
    { state: "failed", again: { kind: "ended", state: "failed" } },
    { state: "skipped", again: { kind: "ended", state: "skipped" } },
    { state: "interrupted", again: { kind: "claimed", attempt: 2 } },
  ] as const)("after $state", async ({ state, again }) => {
    await using store = await open();
    await store.slots.claim(KEY, OTHER, 60_000);
    await store.slots.end(OURS, { state, exitCode: null, note: "why" }, null);
    expect(await store.slots.claim(KEY, OTHER, 60_000)).toEqual(again);
  });

  test("an unfinished slot is given up in one step; one that is held or has ended stays", async () => {
    await using store = await open();
    const later = { ...KEY, slotMs: 2000 };
    expect(await store.slots.giveUp(KEY, "no such slot")).toBe(true);
    await store.slots.claim(KEY, OTHER, 60_000);
    expect(await store.slots.giveUp(KEY, "held")).toBe(false);
    await store.slots.end(OURS, { state: "interrupted", exitCode: 143, note: null }, null);
    expect(await store.slots.giveUp(KEY, "given up")).toBe(true);
    await store.slots.claim(later, OTHER, 60_000);
    await store.slots.end({ ...OURS, ...later }, MADE, null);
    expect(await store.slots.giveUp(later, "over")).toBe(true);
    expect((await store.slots.list({ limit: 5 })).map(({ state, note }) => [state, note])).toEqual([
      ["made", null],
      ["skipped", "given up"],
    ]);
  });

  test("one slot of a schedule at a time; another schedule's is free", async () => {
    await using store = await open();
    const later = { ...KEY, slotMs: 2000 };
    await store.slots.claim(KEY, OTHER, 60_000);
    expect(await store.slots.claim(later, "b", 60_000)).toEqual({ kind: "overlapping", holder: OTHER });
    expect(await store.slots.claim({ ...later, schedule: "hourly" }, "b", 60_000)).toMatchObject({ kind: "claimed" });
    await store.slots.end(OURS, MADE, null);
    expect(await store.slots.claim(later, "b", 60_000)).toEqual({ kind: "claimed", attempt: 1 });
  });

  test("a slot whose holder has lost it is in no other slot's way", async () => {
    await using store = await open();
    await store.slots.claim(KEY, OTHER, -1);
    expect(await store.slots.claim({ ...KEY, slotMs: 2000 }, "b", 60_000)).toEqual({ kind: "claimed", attempt: 1 });
  });

  test("a lease that has passed is taken over, and its old holder learns that", async () => {
    await using store = await open();
    await store.slots.claim(KEY, OTHER, -1);
    expect(await store.slots.claim(KEY, "b", 60_000)).toEqual({ kind: "claimed", attempt: 2 });
    expect([await store.slots.renew(OURS, 60_000), await store.slots.end(OURS, MADE, null)]).toEqual([false, false]);
  });

  test("a lease that ends later than any does is void: check names it, and the slot is taken over", async () => {
    await using store = await open();
    await store.slots.claim(KEY, OTHER, 3 * 3_600_000);
    expect(await store.check()).toEqual([
      expect.stringMatching(/^slot \d+ of \w+: its lease ends later than any does, and is void/),
    ]);
    expect(await store.slots.areRunning()).toBe(false);
    expect(await store.slots.claim(KEY, "b", 60_000)).toEqual({ kind: "claimed", attempt: 2 });
    expect(await store.check()).toEqual([]);
  });

  test("of one holder's two attempts the older one ends nothing and keeps nothing", async () => {
    await using store = await open();
    const [lost, kept] = [madePass(["hubspot"]), madePass(["hubspot"])];
    await store.slots.claim(KEY, OTHER, -1);
    expect(await store.slots.claim(KEY, OTHER, 60_000)).toEqual({ kind: "claimed", attempt: 2 });
    expect(await store.slots.renew(OURS, 60_000)).toBe(false);
    expect(await store.slots.end(OURS, MADE, lost)).toBe(false);
    expect(await store.slots.end({ ...OURS, attempt: 2 }, MADE, kept)).toBe(true);
    expect((await store.reports.list({ limit: 5 })).map(({ passId }) => passId)).toEqual([kept.pass.pass_id]);
    expect((await store.slots.list({ limit: 5 })).map(({ passId }) => passId)).toEqual([kept.pass.pass_id]);
  });

  test("an end whose answer was lost is recorded again: it is the holder's, and nothing is doubled", async () => {
    await using store = await open();
    const made = madePass(["hubspot", "genius"]);
    await store.slots.claim(KEY, OTHER, 60_000);
    expect([await store.slots.end(OURS, MADE, made), await store.slots.end(OURS, MADE, made)]).toEqual([true, true]);
    expect((await store.reports.list({ limit: 5 })).map(({ source }) => source)).toEqual(["genius", "hubspot"]);
    expect(await store.slots.end(OURS, { ...MADE, state: "failed" }, null)).toBe(false);
    expect(await store.check()).toEqual([]);
  });

  test("a slot in which two processes ended is failed by who asks next, one that only lost its lease is not", async () => {
    await using store = await open();
    const [ours, dead] = [describeHolder(), describeHolder().replace(/[^/]+$/, "0")];
    await store.slots.claim(KEY, dead, -1);
    expect(await store.slots.countCrashes(KEY.schedule)).toBe(1);
    expect(await store.slots.claim(KEY, dead, -1)).toEqual({ kind: "claimed", attempt: 2 });
    expect(await store.slots.countCrashes(KEY.schedule)).toBe(2);
    expect(await store.slots.countCrashes("hourly")).toBe(0);
    const note = "its process ended twice before the report was made";
    expect(await store.slots.claim(KEY, "b", 60_000)).toEqual({ kind: "crashed", exitCode: 4, note });
    expect(await store.slots.claim(KEY, "b", 60_000)).toEqual({ kind: "ended", state: "failed" });
    const [slot] = await store.slots.list({ limit: 1 });
    expect(slot).toMatchObject({ state: "failed", attempts: 2, crashes: 2, exitCode: 4, note, passId: null });
    if (kind === "SQLite") return;
    const later = { ...KEY, slotMs: 2000 };
    for (const attempt of [1, 2, 3])
      expect(await store.slots.claim(later, ours, -1)).toEqual({ kind: "claimed", attempt });
    // One made slot, and what was before it is forgotten.
    await store.slots.end({ ...later, holder: ours, attempt: 3 }, MADE, null);
    expect(await store.slots.countCrashes(KEY.schedule)).toBe(0);
  });

  test("a slot that no process ran is recorded once, and not run later", async () => {
    await using store = await open();
    expect([await store.slots.skip(KEY, "late"), await store.slots.skip(KEY, "late")]).toEqual([true, false]);
    expect(await store.slots.claim(KEY, OTHER, 60_000)).toEqual({ kind: "ended", state: "skipped" });
  });

  test("a note is kept as it is, whatever is in it", async () => {
    await using store = await open();
    const note = "ä 漢 \u0000 \ud800 'x' $1";
    await store.slots.claim(KEY, OTHER, 60_000);
    expect(await store.slots.end(OURS, { state: "failed", exitCode: 4, note }, null)).toBe(true);
    expect((await store.slots.list({ limit: 1 })).map((slot) => [slot.note, slot.exitCode])).toEqual([[note, 4]]);
  });

  test("check names the slots that can no longer be read, however many are in order", async () => {
    const url = await newStoreUrl(kind);
    await using store = await openStore(targetOf(url));
    for (const key of [
      { ...KEY, slotMs: 1 },
      { ...KEY, schedule: "e" },
    ])
      await store.slots.skip(key, "");
    const others = Array.from({ length: 200 }, (_, index) => `(${index + 2})`).join();
    await alterStore(
      kind,
      url,
      `INSERT INTO automation_reports_slots (schedule, slot_ms, state, attempts, ended_ms, note)
        SELECT schedule, column1, state, attempts, ended_ms, note FROM automation_reports_slots, (VALUES ${others}) AS numbers
        WHERE slot_ms = 1`,
    );
    expect(await store.check()).toEqual([]);
    await alterStore(kind, url, "UPDATE automation_reports_slots SET state = 'odd' WHERE slot_ms IN (1, 201, 1000)");
    await alterStore(kind, url, "UPDATE automation_reports_slots SET note = '{' WHERE slot_ms = 200");
    expect(await store.check()).toEqual([
      "slot 1 of daily: state is not as this program writes it",
      "slot 200 of daily: note is not as this program writes it",
      "slot 201 of daily: state is not as this program writes it",
      "slot 1000 of e: state is not as this program writes it",
    ]);
  });

  test("slots are listed newest first, by schedule and time", async () => {
    await using store = await open();
    for (const [schedule, slotMs] of [
      ["a", 1],
      ["a", 3],
      ["b", 2],
      ["b", 4],
    ] as const)
      await store.slots.skip({ schedule, slotMs }, "");
    const times = async (filter: Partial<Parameters<typeof store.slots.list>[0]>) =>
      (await store.slots.list({ limit: 10, ...filter })).map(({ slotMs }) => slotMs);
    expect(await times({})).toEqual([4, 3, 2, 1]);
    expect(await times({ schedules: ["a"] })).toEqual([3, 1]);
    expect(await times({ sinceMs: 2, untilMs: 4 })).toEqual([3, 2]);
    expect(await times({ limit: 1 })).toEqual([4]);
    await store.slots.claim({ schedule: "c", slotMs: 5 }, OTHER, 60_000);
    expect(await times({ states: ["running", "interrupted"] })).toEqual([5]);
  });

  // A connection for each call takes PostgreSQL its time: all of it in the long form.
  const [processes, count] = kind === "SQLite" || isLong ? [6, 200] : [3, 60];
  test(`${processes} processes, ${count} slots: each slot once`, async () => {
    const url = await newStoreUrl(kind);
    const claimers = Array.from({ length: processes }, () => startClaimer(url, count, 60_000));
    const outputs = await Promise.all(claimers.map(async (claimer) => await claimer.stdout.text()));
    expect(await Promise.all(claimers.map(async ({ exited }) => await exited))).toEqual(claimers.map(() => 0));
    const got = outputs.flatMap((text) => text.split("\n").filter(Boolean).map(Number));
    expect(got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    await using store = await openStore(targetOf(url));
    const slots = await store.slots.list({ limit: 500 });
    expect(slots.map(({ state, attempts }) => [state, attempts])).toEqual(
      Array.from({ length: count }, () => ["made", 1]),
    );
  });
});

test("PostgreSQL: a killed holder's slot is another's once its lease has passed by the server's clock, not before", async () => {
  const url = await newStoreUrl("PostgreSQL");
  const claimer = startClaimer(url, 1, 8000, "hold");
  await claimer.stdout.getReader().read();
  claimer.kill("SIGKILL");
  await claimer.exited;
  await using store = await openStore(targetOf(url));
  const [held] = await store.slots.list({ limit: 1 });
  let claim = await store.slots.claim({ schedule: "daily", slotMs: 1 }, "b", 60_000);
  expect(claim.kind).toBe("held");
  while (claim.kind === "held") claim = await store.slots.claim({ schedule: "daily", slotMs: 1 }, "b", 60_000);
  expect(claim).toEqual({ kind: "claimed", attempt: 2 });
  const [taken] = await store.slots.list({ limit: 1 });
  expect(taken?.claimedMs).toBeGreaterThanOrEqual(held?.leaseUntilMs ?? Infinity);
});

describe("SQLite, one machine: the holder's life counts, not the clock", () => {
  const holding = async (leaseMs: number) => {
    const url = await newStoreUrl("SQLite");
    const claimer = startClaimer(url, 1, leaseMs, "hold");
    const { value } = await claimer.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toBe("1\n");
    return { claimer, store: await openStore(targetOf(url)), key: { schedule: "daily", slotMs: 1 } };
  };

  test("a living holder keeps a slot whose lease the clock says has passed; a killed one loses it at once", async () => {
    const { claimer, store, key } = await holding(-3 * 86_400_000);
    expect(await store.slots.claim(key, describeHolder(), 60_000)).toMatchObject({ kind: "held" });
    claimer.kill("SIGKILL");
    await claimer.exited;
    expect(await store.slots.claim(key, describeHolder(), 60_000)).toEqual({ kind: "claimed", attempt: 2 });
    expect(await store.check()).toEqual([]);
    await store[Symbol.asyncDispose]();
  });

  const ours = describeHolder();
  test.each([
    { name: "this process", holder: ours, life: "alive" },
    { name: "another with this number", holder: `${ours}0`, life: "dead" },
    { name: "before the machine was started", holder: ours.replace(/^([^/]+)\/[^/]+/, "$1/boot"), life: "dead" },
    { name: "in a container", holder: ours.replace(/^([^/]+\/[^/]+)\/[^/]+/, "$1/1"), life: "unknown" },
    { name: "on another machine", holder: OTHER, life: "unknown" },
    { name: "no holder of ours", holder: "b", life: "unknown" },
  ] as const)("$name: $life", ({ holder, life }) => expect(judgeHolder(holder)).toBe(life));
});
