/** Whether all is well: for monitors, for people, as a picture. */
import type { Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import * as v from "valibot";
import type { ScheduleConfig } from "../../../config/schema.ts";
import { covers } from "../../../schedule/coverage.ts";
import { judgeKeptSlots } from "../../../schedule/judge-kept.ts";
import type { ScheduleJudgement } from "../../../schedule/judge.ts";
import type { ServeContext, ServeEnv } from "../../context.ts";
import { sourcesOf } from "../../../report/pass/standing-causes.ts";
import { loadCauses } from "../../causes.ts";
import { stateOf } from "../../state.ts";
import { sendDocument, sendText } from "../answer.ts";
import { ALSO_PROBLEM, json, publish } from "../contract.ts";
import { drawBadge } from "../documents/badge.ts";
import { describeStatus, httpStatusOf, StatusSchema, type StatusDocument } from "../documents/status.ts";
import { crmParam, sendNoCrm, noQuery, checkQuery, checkParam } from "../request.ts";

const TEXT = "text/plain; charset=UTF-8";
const SVG = "image/svg+xml";

const formatQuery = v.strictObject({ format: v.optional(v.picklist(["text", "json"])) });
type Format = v.InferOutput<typeof formatQuery>["format"];

const described = {
  tag: "status",
  description:
    "One line of text, unless JSON is asked for by Accept or format=json. A monitor needs no more than curl -f.",
  responses: {
    200: answer("Nothing is critical"),
    503: answer("Something is critical, or nothing new is known of a CRM", ALSO_PROBLEM),
  },
};
const badge = {
  tag: "status",
  responses: { 200: { description: "SVG", content: { [SVG]: { schema: { type: "string" as const } } } } },
};

export function addStatus(api: Hono<ServeEnv>, context: ServeContext): void {
  api.get(
    "/status",
    publish({ ...described, id: "getStatus", summary: "Whether all is well" }),
    checkQuery(formatQuery),
    async (c) => sendStatus(c, c.req.valid("query").format, await describeAll(context)),
  );
  api.get(
    "/badge.svg",
    publish({ ...badge, id: "getBadge", summary: "The verdict as a picture" }),
    noQuery,
    async (c) => sendText(c, drawBadge("automations", (await describeAll(context)).verdict), SVG),
  );
  api.get(
    "/crms/:crm/status",
    publish({ ...described, id: "getCrmStatus", summary: "Whether one CRM is well", problems: [404] }),
    checkParam(crmParam),
    checkQuery(formatQuery),
    async (c) => {
      const status = await describeOne(context, c.req.valid("param").crm);
      return status === null ? sendNoCrm() : sendStatus(c, c.req.valid("query").format, status);
    },
  );
  api.get(
    "/crms/:crm/badge.svg",
    publish({ ...badge, id: "getCrmBadge", summary: "A CRM's verdict as a picture", problems: [404] }),
    checkParam(crmParam),
    noQuery,
    async (c) => {
      const { crm } = c.req.valid("param");
      const status = await describeOne(context, crm);
      return status === null ? sendNoCrm() : sendText(c, drawBadge(crm, status.verdict), SVG);
    },
  );
}

async function describeAll(context: ServeContext): Promise<StatusDocument> {
  const states = await stateOf(context).crms();
  const causes = await loadCauses(states, context.store, context.clock());
  return describeStatus(states, await judgeSchedules(context, () => true), causes);
}

/** Null: no CRM of that name is configured. */
async function describeOne(context: ServeContext, crm: string): Promise<StatusDocument | null> {
  const states = await stateOf(context).crms();
  const state = states.find(({ name }) => name === crm);
  if (state === undefined) return null;
  const causes = await loadCauses(states, context.store, context.clock());
  return describeStatus(
    [state],
    await judgeSchedules(context, (schedule) => covers(schedule, crm)),
    causes.filter((cause) => sourcesOf(cause).includes(crm)),
  );
}

async function judgeSchedules(
  { config, store, clock }: ServeContext,
  isAbout: (schedule: ScheduleConfig) => boolean,
): Promise<ScheduleJudgement[]> {
  const judgements: ScheduleJudgement[] = [];
  for (const schedule of config().schedules) {
    if (isAbout(schedule)) judgements.push(await judgeKeptSlots(schedule, store, clock(), "scheduler"));
  }
  return judgements;
}

function sendStatus(c: Context<ServeEnv>, format: Format, status: StatusDocument): Response {
  const asked = accepts(c, { header: "Accept", supports: ["text/plain", "application/json"], default: "text/plain" });
  const shape = { status: httpStatusOf(status), headers: { Vary: "Accept" } };
  const isJson = format === "json" || (format === undefined && asked === "application/json");
  return isJson ? sendDocument(c, StatusSchema, status, shape) : sendText(c, `${status.message}\n`, TEXT, shape);
}

function answer(meaning: string, more: object = {}) {
  const { description, content } = json(meaning, StatusSchema, "Status");
  const line = { "text/plain": { schema: { type: "string" as const, description: "One line" } } };
  return { description, content: { ...line, ...content, ...more } };
}
