/** Where things are, as answers name them. */
import type { Context } from "hono";
import type { ApiEnv } from "./answer.ts";

export const API = "/api/v1";

/** The path of one thing of a kind, behind whatever proxy. */
export function hrefOf(c: Context<ApiEnv>, kind: string): (id: string) => string {
  return (id) => `${c.env.basePath}${API}/${kind}/${encodeURIComponent(id)}`;
}

/** The path that was asked for, with another cursor. */
export function nextPage(c: Context<ApiEnv>, path: string, cursor: string): string {
  const query = new URLSearchParams(c.req.query());
  query.set("cursor", cursor);
  return `${c.env.basePath}${API}${path}?${query.toString()}`;
}
