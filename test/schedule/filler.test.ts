/** What fills the memory gives way to reports: it ends before one begins, and goes on after the last. */
import { expect, test } from "bun:test";
import type { Config } from "../../src/config/schema.ts";
import { createFiller } from "../../src/schedule/filler.ts";
import { configOf } from "../making/loop-driver.ts";

const CONFIG = configOf([]);

/** A fill that goes on until it is told to end. */
function makeFiller() {
  const events: string[] = [];
  const filler = createFiller(async (_, signal) => {
    events.push("begun");
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    events.push("ended");
  });
  filler.follow(CONFIG);
  return { filler, events };
}

test("it begins after a report, and has ended when the next one begins", async () => {
  const { filler, events } = makeFiller();
  await filler.pause();
  expect(events).toEqual([]);
  filler.resume(true);
  expect(events).toEqual(["begun"]);
  await filler.pause();
  expect(events).toEqual(["begun", "ended"]);
  filler.resume(true);
  expect(events).toEqual(["begun", "ended", "begun"]);
  await filler.stop();
});

test("of reports at the same time the last one to end lets it begin, once", async () => {
  const { filler, events } = makeFiller();
  await Promise.all([filler.pause(), filler.pause()]);
  filler.resume(true);
  expect(events).toEqual([]);
  filler.resume(true);
  expect(events).toEqual(["begun"]);
  await filler.stop();
  expect(events).toEqual(["begun", "ended"]);
});

test("where no report was made nothing begins, but what was broken off goes on", async () => {
  const { filler, events } = makeFiller();
  await filler.pause();
  filler.resume(false);
  expect(events).toEqual([]);
  await filler.pause();
  filler.resume(true);
  await filler.pause();
  filler.resume(false);
  expect(events).toEqual(["begun", "ended", "begun"]);
  await filler.stop();
});

test("after the stop nothing begins any more", async () => {
  const { filler, events } = makeFiller();
  await filler.pause();
  await filler.stop();
  filler.resume(true);
  expect(events).toEqual([]);
});

test("it fills by the configuration that is in force: a reload lets it begin anew", async () => {
  const changed = configOf([]);
  const begun: Config[] = [];
  const filler = createFiller(async (config, signal) => {
    begun.push(config);
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  });
  filler.follow(CONFIG);
  await filler.pause();
  filler.resume(true);
  filler.follow(changed);
  await filler.pause();
  filler.resume(false);
  await filler.stop();
  expect(begun[0]).toBe(CONFIG);
  expect(begun.slice(1).every((config) => config === changed)).toBe(true);
  expect(begun.length).toBeGreaterThanOrEqual(2);
});
