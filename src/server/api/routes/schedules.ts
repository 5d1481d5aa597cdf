/** When reports are made by themselves, the slots there were, and which program answers. */
import type { Hono } from "hono";
import * as v from "valibot";
import type { ScheduleConfig } from "../../../config/schema.ts";
import { SCHEMA_VERSION } from "../../../report/words.ts";
import { judgeKeptSlots } from "../../../schedule/judge-kept.ts";
import { publishSchedule, SchedulesSchema } from "../../../schedule/published.ts";
import { SLOT_STATES } from "../../../store/slot.ts";
import type { ServeContext, ServeEnv } from "../../context.ts";
import { sendDocument } from "../answer.ts";
import { json, NOT_MODIFIED, publish } from "../contract.ts";
import { publishApiSlot, ScheduleListSchema, SlotPageSchema, VersionSchema } from "../documents/lists.ts";
import { nextPage } from "../links.ts";
import { sendProblem } from "../problem.ts";
import {
  cursor,
  moment,
  name,
  readCursor,
  readSpan,
  whole,
  noQuery,
  checkQuery,
  checkParam,
  cutPage,
} from "../request.ts";

const scheduleParam = v.strictObject({ schedule: name("A schedule's name in the configuration") });
const slotsQuery = v.strictObject({
  schedule: v.optional(name("Of the schedule of that name")),
  state: v.optional(v.picklist(SLOT_STATES)),
  since: moment("Due at that moment or later"),
  until: moment("Due before that moment"),
  limit: whole("How many at most", 1, 500, 50),
  cursor,
});

export function addSchedules(api: Hono<ServeEnv>, context: ServeContext): void {
  const { config, store, clock } = context;
  const describe = async (schedule: ScheduleConfig) => {
    const nowMs = clock();
    return publishSchedule(schedule, await judgeKeptSlots(schedule, store, nowMs, "scheduler"), nowMs);
  };
  api.get(
    "/schedules",
    publish({
      tag: "schedules",
      id: "listSchedules",
      summary: "The schedules: how each does its work, and its next slots",
      responses: { 200: json("The schedules", ScheduleListSchema, "Schedules"), ...NOT_MODIFIED },
    }),
    noQuery,
    async (c) => {
      const schedules: v.InferOutput<typeof SchedulesSchema> = [];
      for (const schedule of config().schedules) schedules.push(await describe(schedule));
      return sendDocument(c, ScheduleListSchema, { schedules });
    },
  );
  api.get(
    "/schedules/:schedule",
    publish({
      tag: "schedules",
      id: "getSchedule",
      summary: "One schedule",
      responses: { 200: json("The schedule", SchedulesSchema.item, "Schedule"), ...NOT_MODIFIED },
      problems: [404],
    }),
    noQuery,
    checkParam(scheduleParam),
    async (c) => {
      const { schedule: wanted } = c.req.valid("param");
      const schedule = config().schedules.find((one) => one.name === wanted);
      if (schedule !== undefined) return sendDocument(c, SchedulesSchema.item, await describe(schedule));
      return sendProblem(404, "No schedule of that name is configured: see schedules.");
    },
  );
  api.get(
    "/slots",
    publish({
      tag: "schedules",
      id: "listSlots",
      summary: "The slots there were and what became of them, newest first",
      responses: { 200: json("A page of slots", SlotPageSchema, "Slots"), ...NOT_MODIFIED },
    }),
    checkQuery(slotsQuery),
    async (c) => {
      const query = c.req.valid("query");
      const after = readCursor(query.cursor);
      const rows = await store.slots.list({
        ...(query.schedule === undefined ? {} : { schedules: [query.schedule] }),
        ...(query.state === undefined ? {} : { states: [query.state] }),
        ...(await readSpan(query, clock(), store.reports)),
        ...(after === undefined ? {} : { after: { slotMs: after.ms, schedule: after.id } }),
        limit: query.limit + 1,
      });
      const { shown, cursor: next } = cutPage(rows, query.limit, ({ slotMs: ms, schedule: id }) => ({ ms, id }));
      return sendDocument(c, SlotPageSchema, {
        slots: shown.map(publishApiSlot),
        next: nextPage(c, "/slots", next),
      });
    },
  );
  api.get(
    "/version",
    publish({
      tag: "server",
      id: "getVersion",
      summary: "Which program answers",
      responses: { 200: json("The version", VersionSchema, "Version"), ...NOT_MODIFIED },
    }),
    noQuery,
    (c) =>
      sendDocument(c, VersionSchema, {
        name: "automation-reports",
        version: context.version,
        api: "v1",
        schema_version: SCHEMA_VERSION,
      }),
  );
}
