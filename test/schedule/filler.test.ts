/** What fills the memory gives way to reports: it ends before one begins, and goes on after the last. */
import { expect, test } from "bun:test";
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
  return { filler, events };
}

test("it begins after a report, and has ended when the next one begins", async () => {
  const { filler, events } = makeFiller();
  await filler.pause();
  expect(events).toEqual([]);
  filler.resume(CONFIG);
  expect(events).toEqual(["begun"]);
  await filler.pause();
  expect(events).toEqual(["begun", "ended"]);
  filler.resume(CONFIG);
  expect(events).toEqual(["begun", "ended", "begun"]);
  await filler.stop();
});

test("of reports at the same time the last one to end lets it begin, once", async () => {
  const { filler, events } = makeFiller();
  await Promise.all([filler.pause(), filler.pause()]);
  filler.resume(CONFIG);
  expect(events).toEqual([]);
  filler.resume(CONFIG);
  expect(events).toEqual(["begun"]);
  await filler.stop();
  expect(events).toEqual(["begun", "ended"]);
});

test("where no report was made nothing begins, but what was broken off goes on", async () => {
  const { filler, events } = makeFiller();
  await filler.pause();
  filler.resume(null);
  expect(events).toEqual([]);
  await filler.pause();
  filler.resume(CONFIG);
  await filler.pause();
  filler.resume(null);
  expect(events).toEqual(["begun", "ended", "begun"]);
  await filler.stop();
});

test("after the stop nothing begins any more", async () => {
  const { filler, events } = makeFiller();
  await filler.pause();
  await filler.stop();
  filler.resume(CONFIG);
  expect(events).toEqual([]);
});
