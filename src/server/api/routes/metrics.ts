/** `/metrics`: what Prometheus scrapes. */
import type { Hono } from "hono";
import type { ServeContext, ServeEnv } from "../../context.ts";
import { CACHE, sendText } from "../answer.ts";
import { publish } from "../contract.ts";

export function addMetrics(all: Hono<ServeEnv>, context: ServeContext): void {
  all.get(
    "/metrics",
    publish({
      tag: "server",
      id: "getMetrics",
      summary: "Gauges for Prometheus, in its text format",
      description: "How many series there are follows from the configuration, never from the data.",
      responses: { 200: { description: "The gauges", content: { "text/plain": { schema: { type: "string" } } } } },
    }),
    async (c) => {
      // Loaded only here: the library is larger than all else of the server.
      const { writeMetrics } = await import("../../measure.ts");
      const { text, type } = await writeMetrics(context);
      return sendText(c, text, type, { cache: CACHE.none });
    },
  );
}
