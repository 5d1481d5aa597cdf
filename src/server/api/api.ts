/** The API below `/api/v1`, its contract, and the metrics. */
import { Hono } from "hono";
import type { ServeContext, ServeEnv } from "../context.ts";
import { sendChecked } from "./answer.ts";
import { describeContract } from "./contract.ts";
import { API } from "./links.ts";
import { addCrms } from "./routes/crms.ts";
import { addMetrics } from "./routes/metrics.ts";
import { addPasses } from "./routes/passes.ts";
import { addReports } from "./routes/reports.ts";
import { addSchedules } from "./routes/schedules.ts";
import { addStatus } from "./routes/status.ts";

/** Its routes are relative to the base path. */
export function createApi(context: ServeContext): Hono<ServeEnv> {
  const api = new Hono<ServeEnv>();
  addStatus(api, context);
  addCrms(api, context);
  addReports(api, context);
  addPasses(api, context);
  addSchedules(api, context);
  const all = new Hono<ServeEnv>();
  all.route(API, api);
  addMetrics(all, context);
  addContract(all, context);
  return all;
}

/** It describes every route that is there before it. */
function addContract(all: Hono<ServeEnv>, { version }: ServeContext): void {
  let known: Promise<object> | null = null;
  all.get("/openapi.json", async (c) => {
    known ??= describeContract(all, version);
    const servers = [{ url: c.env.basePath === "" ? "/" : c.env.basePath }];
    return sendChecked(c, { ...(await known), servers });
  });
}
