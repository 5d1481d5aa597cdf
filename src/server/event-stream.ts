/** Server-sent events: what an open page is told (WHATWG HTML, 9.2). */
import { Hono } from "hono";
import { writeJsonLine } from "../text/json.ts";
import { SECOND_MS } from "../time/units.ts";
import type { ServeContext, ServeEnv } from "./context.ts";
import type { ServerEvent } from "./events.ts";
import { writeProblem } from "./problems.ts";

/** A page that waits longer knows that the line is lost. */
const HEARTBEAT_MS = 15 * SECOND_MS;
const MOST_STREAMS = 1000;
/** That a reader has not taken: then it is let go, and comes back with `Last-Event-ID`. All that is kept of events is less. */
const MOST_WAITING_BYTES = 262_144;
/** How long a browser waits before it comes back, milliseconds. */
const RETRY_MS = 2000;

export function createEventStream({ events }: ServeContext): Hono<ServeEnv> {
  const routes = new Hono<ServeEnv>();
  routes.get("/", (c) => {
    if (events.count() >= MOST_STREAMS) {
      return writeProblem({
        status: 503,
        detail: "Too many pages are open: close some, or ask again later.",
        headers: { "Retry-After": "30" },
      });
    }
    c.env.keepOpen();
    // A page that opens the stream itself cannot set the header.
    const lastId = c.req.header("Last-Event-ID") ?? c.req.query("last_event_id") ?? null;
    return new Response(openStream(lastId, events), {
      headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" },
    });
  });
  return routes;
}

function openStream(lastId: string | null, events: ServeContext["events"]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let [isOpen, unsubscribe] = [true, () => {}];
  let beat: Timer | undefined;
  const end = () => {
    isOpen = false;
    clearInterval(beat);
    unsubscribe();
  };
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const close = () => {
      if (!isOpen) return;
      end();
      controller.close();
    };
    const send = (text: string) => {
      if (!isOpen) return;
      if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(text));
      else close();
    };
    send(`retry: ${RETRY_MS}\n\n`);
    unsubscribe = events.subscribe(lastId, { tell: (event) => send(writeEvent(event)), close });
    beat = setInterval(() => send(": \n\n"), HEARTBEAT_MS);
  };
  return new ReadableStream(
    { start, cancel: end },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING_BYTES }),
  );
}

/** JSON in one line: no data can bring a line of its own. */
function writeEvent({ id, type, data }: ServerEvent): string {
  return `id: ${id}\nevent: ${type}\ndata: ${writeJsonLine(data)}\n\n`;
}
