/** What open pages are told, and what they are told again. */
import { expect, test } from "bun:test";
import { createEvents, type Events, type ServerEvent } from "../../src/server/events.ts";

const CLOSED = "closed";

function listen(events: Events, lastId: string | null): { told: string[]; end: () => void } {
  const told: string[] = [];
  const tell = ({ id, type }: ServerEvent) => told.push(`${id} ${type}`);
  return { told, end: events.subscribe(lastId, { tell, close: () => told.push(CLOSED) }) };
}

test.each<{ name: string; after: number; lastId: string | null; told: string[] }>([
  { name: "a new page is told where it begins", after: 3, lastId: null, told: ["a-3 hello"] },
  { name: "one that missed nothing is told nothing", after: 3, lastId: "a-3", told: [] },
  { name: "one that missed two is told two", after: 3, lastId: "a-1", told: ["a-2 pass", "a-3 pass"] },
  { name: "one from before the first event", after: 2, lastId: "a-0", told: ["a-1 pass", "a-2 pass"] },
  { name: "one that missed too many asks again for all", after: 300, lastId: "a-1", told: ["a-300 resync"] },
  { name: "one of an earlier process asks again for all", after: 3, lastId: "b-3", told: ["a-3 resync"] },
  { name: "one that makes its id up asks again for all", after: 3, lastId: "a-99", told: ["a-3 resync"] },
])("$name", ({ after, lastId, told }) => {
  const events = createEvents("a");
  for (let count = 0; count < after; count += 1) events.publish("pass", {});
  expect(listen(events, lastId).told).toEqual(told);
});

test("256 missed events are told one by one", () => {
  const events = createEvents("a");
  for (let count = 0; count < 300; count += 1) events.publish("slot", {});
  expect(listen(events, "a-44").told).toHaveLength(256);
  expect(listen(events, "a-43").told).toEqual(["a-300 resync"]);
});

test("every page is told, until it goes; those that stay are closed at the end", () => {
  const events = createEvents("a");
  const [one, other] = [listen(events, null), listen(events, null)];
  expect(events.count()).toBe(2);
  one.end();
  events.publish("config", {});
  events.close();
  expect([one.told, other.told]).toEqual([["a-0 hello"], ["a-0 hello", "a-1 config", CLOSED]]);
  expect(events.count()).toBe(1);
});
