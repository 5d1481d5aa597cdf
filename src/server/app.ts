/** Every route and what holds for all of them. */
import { Hono } from "hono";
import { createApi } from "./api/api.ts";
import type { ServeContext, ServeEnv } from "./context.ts";
import { createPages } from "./pages.ts";

export function createApp(context: ServeContext): Hono<ServeEnv> {
  const app = new Hono<ServeEnv>();
  app.route("/api/v1", createApi(context));
  app.route("/", createPages(context));
  return app;
}
