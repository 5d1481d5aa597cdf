/** The API, below `/api/v1`, and its contract. */
import { Hono } from "hono";
import type { ServeContext, ServeEnv } from "../context.ts";
import { createMetrics } from "../metrics.ts";
import { describeContract } from "./contract.ts";
import { CACHE, sendChecked } from "./answer.ts";
import { API } from "./links.ts";
import { addCrms } from "./routes/crms.ts";
import { addPasses } from "./routes/passes.ts";
import { addReports } from "./routes/reports.ts";
import { addSchedules } from "./routes/schedules.ts";
import { addStatus } from "./routes/status.ts";

/** Its routes are relative to `/api/v1`. */
export function createApi(context: ServeContext): Hono<ServeEnv> {
  const api = new Hono<ServeEnv>();
  addStatus(api, context);
  addCrms(api, context);
  addReports(api, context);
  addPasses(api, context);
  addSchedules(api, context);
  return api;
}

/** `/openapi.json`, relative to the base path. */
export function createContract(context: ServeContext): Hono<ServeEnv> {
  const contract = new Hono<ServeEnv>();
  let known: Promise<object> | null = null;
  contract.get("/openapi.json", async (c) => {
    known ??= describeContract(
      new Hono<ServeEnv>().route(API, createApi(context)).route("/", createMetrics(context)),
      context.version,
    );
    return sendChecked(
      c,
      { ...(await known), servers: [{ url: c.env.basePath === "" ? "/" : c.env.basePath }] },
      {
        cache: CACHE.check,
      },
    );
  });
  return contract;
}
