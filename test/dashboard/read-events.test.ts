/** An event stream, however it is cut into pieces. */
import { expect, test } from "bun:test";
import { readEvents } from "../../src/dashboard/client/read-events.ts";

const STREAM =
  'retry: 2000\n\n: \n\nid: a-1\nevent: pass\ndata: {"pass_id":"1"}\n\nevent: config\ndata: {}\n\n: \n\nid: a-2\n\n';

const cuts = [
  { name: "in one piece", pieces: [STREAM] },
  { name: "letter by letter", pieces: Array.from(STREAM) },
  { name: "in the midst of an event", pieces: [STREAM.slice(0, 40), STREAM.slice(40)] },
];

test.each(cuts)("$name: each event once with its id, and every piece is a sign of life", async ({ pieces }) => {
  const events: (string | null)[] = [];
  let signs = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  await readEvents(body, { onSign: () => (signs += 1), onEvent: (id) => events.push(id) });
  expect(events).toEqual(["a-1", null]);
  expect(signs).toBe(pieces.length);
});
