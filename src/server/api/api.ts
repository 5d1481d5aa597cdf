/** The API, below `/api/v1`. */
import { Hono } from "hono";
import type { ServeContext, ServeEnv } from "../context.ts";

/** Its routes are relative to `/api/v1`. */
export function createApi(context: ServeContext): Hono<ServeEnv> {
  const api = new Hono<ServeEnv>();
  api.get("/version", (c) => c.json({ version: context.version }));
  return api;
}
