/** The CRMs, each CRM's rules, and one rule with all that is known of it. */
import type { Hono } from "hono";
import { validator } from "hono-openapi";
import * as v from "valibot";
import type { Report } from "../../../report/schema.ts";
import { CONDITIONS, SEVERITIES } from "../../../report/words.ts";
import type { Store } from "../../../store/store.ts";
import type { ServeContext } from "../../context.ts";
import { sendProblem } from "../problem.ts";
import { stateOf } from "../../state.ts";
import { sendDocument, sendFrom, type ApiEnv } from "../answer.ts";
import { json, NOT_MODIFIED, publish, PUBLISHED } from "../contract.ts";
import { CrmSchema, CrmsSchema, publishCrm } from "../documents/crms.ts";
import { publishRule, publishRules, RuleSchema, RulesSchema, type Kept } from "../documents/rules.ts";
import { hrefOf } from "../links.ts";
import { crmName, crmParam, name, refuse, sendNoCrm, whole, noQuery } from "../request.ts";

const ruleParam = v.strictObject({ crm: crmName, rule: name("A rule's name, percent-encoded") });
const rulesQuery = v.strictObject({
  condition: v.optional(v.picklist(CONDITIONS)),
  severity: v.optional(v.picklist(SEVERITIES)),
  name: v.optional(name("Only the rule of that name")),
});
const ruleQuery = v.strictObject({ history: whole("How many kept reports are looked at", 0, 100, 20) });

/** Whose rules may have changed with this one. */
const MOST_OTHERS = 20;

export function addCrms(api: Hono<ApiEnv>, context: ServeContext): void {
  const state = stateOf(context);
  const find = async (crm: string) => (await state.crms()).find((one) => one.name === crm);

  api.get(
    "/crms",
    publish({
      tag: "crms",
      id: "listCrms",
      summary: "Every CRM: verdict, conditions of its rules, last report",
      responses: { 200: json("The CRMs", CrmsSchema, "Crms"), ...NOT_MODIFIED },
    }),
    validator("query", noQuery, refuse("query"), PUBLISHED),
    async (c) => {
      const states = await state.crms();
      return sendFrom(c, states, CrmsSchema, () => ({
        crms: states.map((crm) => publishCrm(crm, hrefOf(c, "reports"))),
      }));
    },
  );
  api.get(
    "/crms/:crm",
    publish({
      tag: "crms",
      id: "getCrm",
      summary: "One CRM",
      responses: { 200: json("The CRM", CrmSchema, "Crm"), ...NOT_MODIFIED },
      problems: [404],
    }),
    validator("query", noQuery, refuse("query"), PUBLISHED),
    validator("param", crmParam, refuse("param"), PUBLISHED),
    async (c) => {
      const crm = await find(c.req.valid("param").crm);
      return crm === undefined ? sendNoCrm() : sendFrom(c, crm, CrmSchema, () => publishCrm(crm, hrefOf(c, "reports")));
    },
  );
  api.get(
    "/crms/:crm/rules",
    publish({
      tag: "crms",
      id: "listRules",
      summary: "A CRM's rules, as its newest report has them",
      responses: { 200: json("The rules", RulesSchema, "Rules"), ...NOT_MODIFIED },
      problems: [404],
    }),
    validator("param", crmParam, refuse("param"), PUBLISHED),
    validator("query", rulesQuery, refuse("query"), PUBLISHED),
    async (c) => {
      const crm = await find(c.req.valid("param").crm);
      if (crm === undefined) return sendNoCrm();
      const kept = await readKept(context.store, crm.newest?.id);
      if (kept === null) return sendProblem(404, NO_REPORT);
      return sendDocument(c, RulesSchema, publishRules(kept.id, kept.report, c.req.valid("query")));
    },
  );
  api.get(
    "/crms/:crm/rules/:rule",
    publish({
      tag: "crms",
      id: "getRule",
      summary: "One rule: condition, limits, newest runs, each time it was due, history",
      responses: { 200: json("The rule", RuleSchema, "Rule"), ...NOT_MODIFIED },
      problems: [404],
    }),
    validator("param", ruleParam, refuse("param"), PUBLISHED),
    validator("query", ruleQuery, refuse("query"), PUBLISHED),
    async (c) => {
      const { crm: crmName, rule } = c.req.valid("param");
      const crm = context.config().crms.find((one) => one.name === crmName);
      if (crm === undefined) return sendNoCrm();
      const newest = await readKept(context.store, (await find(crmName))?.newest?.id);
      if (newest === null) return sendProblem(404, NO_REPORT);
      const document = publishRule({
        newest,
        name: rule,
        others: await readOthers(context.store, newest),
        past: await readPast(context.store, newest, c.req.valid("query").history),
        crm,
        nowMs: context.clock(),
      });
      if (document !== null) return sendDocument(c, RuleSchema, document);
      return sendProblem(404, "The newest report of this CRM has no rule of that name: see its rules.");
    },
  );
}

const NO_REPORT = "No report of this CRM is kept yet.";

async function readKept(store: Store, id: string | undefined): Promise<Kept | null> {
  if (id === undefined) return null;
  const read = await store.reports.read(id);
  return read.status === "read" ? { id, report: read.report } : null;
}

/** Of the same pass. */
async function readOthers(store: Store, { id, report }: Kept): Promise<Report[]> {
  const rows = await store.reports.list({ passIds: [report.metadata.pass_id], limit: MOST_OTHERS });
  const others: Report[] = [];
  for (const row of rows) {
    const kept = row.id === id ? null : await readKept(store, row.id);
    if (kept !== null) others.push(kept.report);
  }
  return others;
}

async function readPast(store: Store, { report }: Kept, limit: number): Promise<Kept[]> {
  if (limit === 0) return [];
  const rows = await store.reports.list({ sources: [report.metadata.source], limit });
  const past: Kept[] = [];
  for (const { id } of rows.toSorted((a, b) => b.windowEndMs - a.windowEndMs)) {
    const kept = await readKept(store, id);
    if (kept !== null) past.push(kept);
  }
  return past;
}
