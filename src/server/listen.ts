/** The socket: opened, answered, closed. */
import type { Listen } from "../config/schema.ts";
import type { Hono } from "hono";
import type { ServeContext, ServeEnv } from "./context.ts";

export type Listening = {
  /** Where it is, as it would be asked for. */
  place: string;
  /** From now on other routes answer. */
  replace: (app: Hono<ServeEnv>) => void;
  /** Lets what is being answered end, for so long. */
  close: (withinMs: number) => Promise<void>;
};

/** Throws an `AppError` where the address is taken or not ours. */
export function listen(where: Listen, app: Hono<ServeEnv>, context: ServeContext): Listening {
  let current = app;
  const address = where.kind === "tcp" ? { hostname: where.hostname, port: where.port } : { unix: where.path };
  const server = Bun.serve({
    ...address,
    development: false,
    fetch: async (request, open) =>
      await current.fetch(request, {
        address: open.requestIP(request)?.address ?? null,
        origin: new URL(request.url).origin,
        basePath: context.config().serve.basePath,
        principal: { name: "anyone", scopes: ["read", "run"], by: "nothing" },
        keepOpen: () => open.timeout(request, 0),
      }),
    error: () => new Response("", { status: 500 }),
  });
  return {
    place: where.kind === "tcp" ? `http://${where.hostname}:${server.port}` : `unix:${where.path}`,
    replace: (changed) => {
      current = changed;
    },
    close: async (withinMs) => {
      const forced = setTimeout(() => void server.stop(true), withinMs);
      await server.stop();
      clearTimeout(forced);
    },
  };
}
