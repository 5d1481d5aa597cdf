/** The dashboard's pages. */
import { Hono } from "hono";
import type { ServeContext, ServeEnv } from "./context.ts";

/** Its routes are relative to the base path. */
export function createPages(context: ServeContext): Hono<ServeEnv> {
  const pages = new Hono<ServeEnv>();
  pages.get("/", (c) => c.html(`<!doctype html><title>automation-reports</title><p>${context.version}</p>`));
  return pages;
}
