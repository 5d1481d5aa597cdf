/** Passes that were kept, and fresh ones on demand. */
import type { Context, Hono, MiddlewareHandler } from "hono";
import * as v from "valibot";
import { AGE_LIMITS } from "../../../config/sections/fields.ts";
import { describe } from "../../../report/document/schema-figures.ts";
import { publishKeptReport } from "../../../store/published.ts";
import { parseDuration } from "../../../time/duration.ts";
import { HOUR_MS } from "../../../time/units.ts";
import type { ServeContext, ServeEnv } from "../../context.ts";
import type { Ticket } from "../../passes.ts";
import { ASKED_WINDOW_MS } from "../../usual-window.ts";
import { CACHE, sendDocument } from "../answer.ts";
import { json, NOT_MODIFIED, publish } from "../contract.ts";
import { PassesSchema, PassSchema, publishPass, publishRequest, RequestSchema } from "../documents/lists.ts";
import { hrefOf, nextPage } from "../links.ts";
import { sendProblem } from "../problem.ts";
import {
  crmName,
  cursor,
  moment,
  name,
  readCursor,
  readSpan,
  whole,
  noQuery,
  checkQuery,
  checkParam,
  checkBody,
  requireObject,
  cutPage,
} from "../request.ts";

const MOST_CRMS = 10_000;

const passesQuery = v.strictObject({
  since: moment("Begun at that moment or later"),
  until: moment("Begun before that moment"),
  origin: v.optional(name("Made for the schedule of that name; adhoc: for none")),
  limit: whole("How many at most", 1, 200, 20),
  cursor,
});
const idParam = v.strictObject({ id: name("A pass's id, or a request's") });
const isWindow = (text: string) => readWindow(text) !== null;
const wanted = v.strictObject({
  crms: v.optional(
    describe(v.pipe(v.array(crmName), v.minLength(1), v.maxLength(MOST_CRMS)), "Which CRMs; all without it"),
  ),
  time_window: v.optional(
    describe(
      v.pipe(v.string(), v.maxLength(20), v.check(isWindow, `a length of time such as 24h or 7d, ${AGE_LIMITS.says}`)),
      "How much time the reports are about, up to now: such as 24h or 7d. By default 24h. Of another length than this and those of its schedules it is kept, and does not become the newest of the CRM",
    ),
  ),
});

export function addPasses(api: Hono<ServeEnv>, context: ServeContext): void {
  const { store, clock, fresh, config } = context;
  api.get(
    "/passes",
    publish({
      tag: "passes",
      id: "listPasses",
      summary: "Kept passes, newest first",
      responses: { 200: json("A page of passes", PassesSchema, "Passes"), ...NOT_MODIFIED },
    }),
    checkQuery(passesQuery),
    async (c) => {
      const query = c.req.valid("query");
      const after = readCursor(query.cursor);
      const rows = await store.reports.listPasses({
        ...(await readSpan(query, clock(), store.reports)),
        ...(query.origin === undefined ? {} : { origins: [query.origin] }),
        ...(after === undefined ? {} : { after: { startedMs: after.ms, id: after.id } }),
        limit: query.limit + 1,
      });
      const { shown, cursor: next } = cutPage(rows, query.limit, ({ startedMs: ms, id }) => ({ ms, id }));
      return sendDocument(c, PassesSchema, {
        passes: shown.flatMap((row) => publishPass(row) ?? []),
        next: nextPage(c, "/passes", next),
      });
    },
  );
  api.post(
    "/passes",
    publish({
      tag: "passes",
      id: "requestPass",
      summary: "Ask for fresh reports",
      description:
        "Needs the scope run. A CRM that is being read, or was read within min_interval, is not read again: the answer is then the pass that does, or did.",
      responses: { 202: json("Begun: Location says where its state is", RequestSchema, "Request") },
      problems: [404, 413, 415],
    }),
    noQuery,
    requireJson,
    requireObject,
    checkBody(wanted),
    async (c) => {
      const { crms, time_window: window } = c.req.valid("json");
      const known = config().crms.map(({ name }) => name);
      if (crms?.some((crm) => !known.includes(crm)) === true) {
        return sendProblem(404, "One of the crms is not configured: see crms.");
      }
      const ticket = await fresh.request([...new Set(crms ?? known)], readWindow(window ?? "") ?? ASKED_WINDOW_MS);
      return sendRequest(c, ticket, 202);
    },
  );
  api.get(
    "/passes/requests/:id",
    publish({
      tag: "passes",
      id: "getPassRequest",
      summary: "What became of a request for fresh reports",
      responses: { 200: json("Its state", RequestSchema, "Request") },
      problems: [404],
    }),
    noQuery,
    checkParam(idParam),
    (c) => {
      const ticket = fresh.find(c.req.valid("param").id);
      if (ticket !== null) return sendRequest(c, ticket, 200);
      return sendProblem(404, "No such request is known: it may be too long ago.");
    },
  );
  api.get(
    "/passes/:id",
    publish({
      tag: "passes",
      id: "getPass",
      summary: "One kept pass, and which reports it made",
      responses: { 200: json("The pass", PassSchema, "Pass"), ...NOT_MODIFIED },
      problems: [404],
    }),
    noQuery,
    checkParam(idParam),
    async (c) => {
      const { id } = c.req.valid("param");
      const [row] = await store.reports.listPasses({ ids: [id], limit: 1 });
      const pass = row === undefined ? null : publishPass(row);
      if (pass === null) return sendProblem(404, "No pass of that id is kept, or it can no longer be read.");
      const reports = await store.reports.list({ passIds: [id], limit: MOST_CRMS });
      return sendDocument(c, PassSchema, { ...pass, reports: reports.map(publishKeptReport) }, { cache: CACHE.fixed });
    },
  );
}

/** Another type would be taken for an empty body. */
const requireJson: MiddlewareHandler<ServeEnv> = async (c, next) => {
  const [type = ""] = (c.req.header("Content-Type") ?? "").split(";");
  if (type.trim().toLowerCase() === "application/json") return await next();
  return sendProblem(415, 'The body must be application/json: {} asks for all CRMs, {"crms":["NAME"]} for one.');
};

function sendRequest(c: Context<ServeEnv>, ticket: Ticket, status: 200 | 202): Response {
  const hrefs = { request: hrefOf(c, "passes/requests"), pass: hrefOf(c, "passes") };
  const document = publishRequest(ticket, hrefs);
  return sendDocument(c, RequestSchema, document, {
    status,
    cache: CACHE.none,
    headers: status === 202 ? { Location: document.href } : {},
  });
}

/** Milliseconds; a bare number means hours. */
function readWindow(text: string): number | null {
  const ms = parseDuration(text, HOUR_MS);
  return ms !== null && ms >= AGE_LIMITS.minMs && ms <= AGE_LIMITS.maxMs ? Math.round(ms) : null;
}
