/** Where things are, as answers name them. */
import type { Context } from "hono";
import type { ServeEnv } from "../context.ts";

export const API = "/api/v1";

/** The path of one thing of a kind, behind whatever proxy. */
export function hrefOf(c: Context<ServeEnv>, kind: string): (id: string) => string {
  return (id) => `${c.env.basePath}${API}/${kind}/${encodeURIComponent(id)}`;
}

/** The path that was asked for, with another cursor; null: there is no other page. */
export function nextPage(c: Context<ServeEnv>, path: string, cursor: string | null): string | null {
  if (cursor === null) return null;
  const query = new URLSearchParams(c.req.query());
  query.set("cursor", cursor);
  return `${c.env.basePath}${API}${path}?${query.toString()}`;
}
