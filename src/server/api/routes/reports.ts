/** Kept reports: listed, the newest of a CRM, one by its id; and what they tell over time. */
import type { Hono } from "hono";
import * as v from "valibot";
import { ReportSchema } from "../../../report/document/schema.ts";
import { REPORT_STATUSES, VERDICTS } from "../../../report/words.ts";
import { publishKeptReport } from "../../../store/published.ts";
import type { ReportRow } from "../../../store/reports.ts";
import type { ServeContext, ServeEnv } from "../../context.ts";
import { stateOf } from "../../state.ts";
import { CACHE, sendChecked, sendDocument, sendFrom } from "../answer.ts";
import { json, NOT_MODIFIED, publish } from "../contract.ts";
import { ErrorSchema, ErrorsSchema, publishError, publishErrors, type DigestOf } from "../documents/errors.ts";
import { ReportsSchema } from "../documents/lists.ts";
import { FIGURE_NAMES, publishSeries, SeriesSchema } from "../documents/series.ts";
import { nextPage } from "../links.ts";
import { sendProblem } from "../problem.ts";
import {
  crmName,
  cursor,
  moment,
  name,
  readCursor,
  readSpan,
  sendNoCrm,
  whole,
  noQuery,
  checkQuery,
  checkParam,
  cutPage,
} from "../request.ts";

const span = {
  since: moment("Made at that moment or later"),
  until: moment("Made before that moment"),
};
const origin = v.optional(name("Made by the schedule of that name; adhoc: by none"));
const reportsQuery = v.strictObject({
  crm: v.optional(crmName),
  ...span,
  origin,
  status: v.optional(v.picklist(REPORT_STATUSES)),
  verdict: v.optional(v.picklist(VERDICTS)),
  limit: whole("How many at most", 1, 200, 50),
  cursor,
});
const latestQuery = v.strictObject({ crm: crmName });
const idParam = v.strictObject({ id: name("A report's id") });
const printParam = v.strictObject({ fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{12}$/)) });
const errorQuery = v.strictObject({
  crm: v.optional(crmName),
  ...span,
  limit: whole("How many kept reports are looked at", 1, 500, 100),
});
const seriesParam = v.strictObject({ crm: crmName, metric: v.picklist(FIGURE_NAMES) });
const seriesQuery = v.strictObject({
  ...span,
  origin,
  limit: whole("How many points at most, the newest", 1, 500, 100),
});

const report = { 200: json("The report", ReportSchema, "Report"), ...NOT_MODIFIED };

export function addReports(api: Hono<ServeEnv>, context: ServeContext): void {
  const { store, clock } = context;
  const state = stateOf(context);
  const digestAll = async (rows: ReportRow[]) => {
    const kept: (DigestOf & { origin: string })[] = [];
    for (const { id, origin } of rows) {
      const digest = await state.digest(id);
      if (digest !== null) kept.push({ id, origin, digest });
    }
    return kept;
  };
  /** Of a CRM that is no longer configured there may be reports. */
  const isKnown = async (crm: string) =>
    context.config().crms.some((one) => one.name === crm) || (await store.reports.count({ sources: [crm] })) > 0;

  api.get(
    "/reports",
    publish({
      tag: "reports",
      id: "listReports",
      summary: "Kept reports, newest first",
      responses: { 200: json("A page of reports", ReportsSchema, "Reports"), ...NOT_MODIFIED },
      problems: [404],
    }),
    checkQuery(reportsQuery),
    async (c) => {
      const query = c.req.valid("query");
      if (query.crm !== undefined && !(await isKnown(query.crm)))
        return sendProblem(404, "No CRM of that name is configured, and no report of it is kept: see crms.");
      const after = readCursor(query.cursor);
      const rows = await store.reports.list({
        ...(await readSpan(query, clock(), store.reports)),
        ...(query.crm === undefined ? {} : { sources: [query.crm] }),
        ...(query.origin === undefined ? {} : { origins: [query.origin] }),
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.verdict === undefined ? {} : { verdicts: [query.verdict] }),
        ...(after === undefined ? {} : { after: { generatedMs: after.ms, id: after.id } }),
        limit: query.limit + 1,
      });
      const { shown, cursor: next } = cutPage(rows, query.limit, ({ generatedMs: ms, id }) => ({ ms, id }));
      return sendDocument(c, ReportsSchema, {
        reports: shown.map(publishKeptReport),
        next: nextPage(c, "/reports", next),
      });
    },
  );
  api.get(
    "/reports/latest",
    publish({
      tag: "reports",
      id: "getLatestReport",
      summary: "The newest kept report of a CRM: of the window that ends last, of the lengths that its schedules use",
      responses: report,
      problems: [404],
    }),
    checkQuery(latestQuery),
    async (c) => {
      const { crm } = c.req.valid("query");
      const found = (await state.crms()).find((one) => one.name === crm);
      if (found === undefined) return sendNoCrm();
      const read = await store.reports.read(found.newest?.id ?? "");
      if (read.status !== "read") return sendProblem(404, "No report of this CRM is kept yet.");
      return sendChecked(c, read.report);
    },
  );
  api.get(
    "/reports/:id",
    publish({ tag: "reports", id: "getReport", summary: "One kept report", responses: report, problems: [404] }),
    noQuery,
    checkParam(idParam),
    async (c) => {
      const read = await store.reports.read(c.req.valid("param").id);
      if (read.status === "read") return sendChecked(c, read.report, { cache: CACHE.fixed });
      return sendProblem(
        404,
        read.status === "missing"
          ? "No report of that id is kept: it may have been deleted by its age."
          : "The report can no longer be read: automation-reports store check says why.",
      );
    },
  );
  api.get(
    "/errors",
    publish({
      tag: "reports",
      id: "listErrors",
      summary: "Failures by cause, in the newest report of each CRM",
      responses: { 200: json("The causes", ErrorsSchema, "Errors"), ...NOT_MODIFIED },
    }),
    noQuery,
    async (c) => {
      const states = await state.crms();
      return sendFrom(c, states, ErrorsSchema, () => publishErrors(states.flatMap((crm) => crm.newest ?? [])));
    },
  );
  api.get(
    "/errors/:fingerprint",
    publish({
      tag: "reports",
      id: "getError",
      summary: "One cause in the kept reports",
      responses: { 200: json("The cause", ErrorSchema, "Error"), ...NOT_MODIFIED },
      problems: [404],
    }),
    checkParam(printParam),
    checkQuery(errorQuery),
    async (c) => {
      const { crm, limit, ...times } = c.req.valid("query");
      const sources = crm === undefined ? {} : { sources: [crm] };
      const when = await readSpan(times, clock(), store.reports);
      const looked = await digestAll(await store.reports.list({ ...when, ...sources, limit }));
      const document = publishError(
        c.req.valid("param").fingerprint,
        looked.toSorted((a, b) => b.digest.windowEndMs - a.digest.windowEndMs),
      );
      if (document !== null) return sendDocument(c, ErrorSchema, document);
      return sendProblem(404, "None of the kept reports that were looked at has such a failure.");
    },
  );
  api.get(
    "/crms/:crm/series/:metric",
    publish({
      tag: "crms",
      id: "getSeries",
      summary: "One figure of a CRM over time, a point for each kept report",
      responses: { 200: json("The points", SeriesSchema, "Series"), ...NOT_MODIFIED },
      problems: [404],
    }),
    checkParam(seriesParam),
    checkQuery(seriesQuery),
    async (c) => {
      const { crm, metric } = c.req.valid("param");
      const { limit, origin, ...times } = c.req.valid("query");
      if (!context.config().crms.some((one) => one.name === crm)) return sendNoCrm();
      const origins = origin === undefined ? {} : { origins: [origin] };
      const rows = await store.reports.list({
        ...(await readSpan(times, clock(), store.reports)),
        ...origins,
        sources: [crm],
        limit: limit + 1,
      });
      const points = await digestAll(rows.slice(0, limit));
      return sendDocument(c, SeriesSchema, publishSeries(crm, metric, points, rows.length <= limit));
    },
  );
}
