/** What open pages are told, and what they are told again. */
import { expect, test } from "bun:test";
import { Hono } from "hono";
import type { ServeContext, ServeEnv } from "../../src/server/context.ts";
import { createEventStream } from "../../src/server/event-stream.ts";
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

/** The body of an answer to a page that has seen `lastId`. */
async function stream(events: Events, lastId: string): Promise<ReadableStream<Uint8Array>> {
  const app = new Hono<ServeEnv>().route("/", createEventStream({ events } as ServeContext));
  const response = await app.request("/", { headers: { "Last-Event-ID": lastId } }, { keepOpen: () => {} });
  return response.body as ReadableStream<Uint8Array>;
}

test("a page that has slept is told 200 events at once", async () => {
  const events = createEvents("a");
  for (let count = 0; count < 200; count += 1) events.publish("pass", { pass_id: Bun.randomUUIDv7() });
  const body = await stream(events, "a-0");
  events.close();
  const text = await new Response(body).text();
  expect(text).toStartWith('retry: 2000\n\nid: a-1\nevent: pass\ndata: {"pass_id":');
  expect(text.match(/^id: /gm)).toHaveLength(200);
});

test("a page that does not read is let go, so that it holds no memory; one that reads stays", async () => {
  const events = createEvents("a");
  const idle = await stream(events, "a-0");
  const reading = await stream(events, "a-0");
  const reader = reading.getReader();
  const read = (async () => {
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return bytes;
      bytes += value.length;
    }
  })();
  for (let count = 0; count < 400; count += 1) {
    events.publish("slot", { schedule: "x".repeat(1000) });
    await Bun.sleep(0);
  }
  expect(events.count()).toBe(1);
  events.close();
  expect(await read).toBeGreaterThan(400_000);
  expect((await new Response(idle).arrayBuffer()).byteLength).toBeLessThan(270_000);
});
