/** The CRMs, each CRM's rules, and one rule with all that is known of it. */
import type { Hono } from "hono";
import * as v from "valibot";
import { sayRulesListed } from "../../../report/document/left-out.ts";
import { CONDITIONS, SEVERITIES } from "../../../report/words.ts";
import type { ServeContext, ServeEnv } from "../../context.ts";
import { libraryOf, type Kept } from "../../library.ts";
import { stateOf } from "../../state.ts";
import { sendDocument, sendFrom } from "../answer.ts";
import { json, NOT_MODIFIED, publish } from "../contract.ts";
import { CrmSchema, CrmsSchema, publishCrm, sortStates } from "../documents/crms.ts";
import { publishRule, publishRules, RuleSchema, RulesSchema } from "../documents/rules.ts";
import { hrefOf } from "../links.ts";
import { sendProblem } from "../problem.ts";
import { crmName, crmParam, name, sendNoCrm, whole, noQuery, checkQuery, checkParam } from "../request.ts";

const ruleParam = v.strictObject({ crm: crmName, rule: name("A rule's name, percent-encoded") });
const rulesQuery = v.strictObject({
  condition: v.optional(v.picklist(CONDITIONS)),
  severity: v.optional(v.picklist(SEVERITIES)),
  name: v.optional(name("Only the rule of that name")),
});
const ruleQuery = v.strictObject({ history: whole("How many kept reports are looked at", 0, 100, 20) });

export function addCrms(api: Hono<ServeEnv>, context: ServeContext): void {
  const state = stateOf(context);
  const library = libraryOf(context);
  const find = async (crm: string) => (await state.crms()).find((one) => one.name === crm);
  const readNewest = async (crm: string): Promise<Kept | null> => {
    const id = (await find(crm))?.newest?.id;
    const report = id === undefined ? null : await library.read(id);
    return id === undefined || report === null ? null : { id, report };
  };
  /** The newest window first. */
  const readPast = async (crm: string, limit: number): Promise<Kept[]> => {
    if (limit === 0) return [];
    const { reports } = context.store;
    const untilMs = await reports.findPresent(context.clock());
    const rows = await reports.list({ sources: [crm], untilMs, limit });
    return await library.readSlims(rows.toSorted((a, b) => b.windowEndMs - a.windowEndMs).map(({ id }) => id));
  };

  api.get(
    "/crms",
    publish({
      tag: "crms",
      id: "listCrms",
      summary: "Every CRM: verdict, conditions of its rules, last report",
      responses: { 200: json("The CRMs", CrmsSchema, "Crms"), ...NOT_MODIFIED },
    }),
    noQuery,
    async (c) => {
      const states = await state.crms();
      return sendFrom(c, states, CrmsSchema, () => ({
        crms: sortStates(states).map((crm) => publishCrm(crm, hrefOf(c, "reports"))),
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
    noQuery,
    checkParam(crmParam),
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
    checkParam(crmParam),
    checkQuery(rulesQuery),
    async (c) => {
      const { crm } = c.req.valid("param");
      if ((await find(crm)) === undefined) return sendNoCrm();
      const kept = await readNewest(crm);
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
    checkParam(ruleParam),
    checkQuery(ruleQuery),
    async (c) => {
      const { crm: crmName, rule } = c.req.valid("param");
      const crm = context.config().crms.find((one) => one.name === crmName);
      if (crm === undefined) return sendNoCrm();
      const newest = await readNewest(crmName);
      if (newest === null) return sendProblem(404, NO_REPORT);
      const document = publishRule({
        newest,
        name: rule,
        others: (await library.readOthers(newest)).map(({ report }) => report),
        past: await readPast(crmName, c.req.valid("query").history),
        crm,
        nowMs: context.clock(),
      });
      if (document !== null) return sendDocument(c, RuleSchema, document);
      const listed = sayRulesListed(newest.report);
      return sendProblem(
        404,
        listed === null
          ? "The newest report of this CRM has no rule of that name: see its rules."
          : `The newest report of this CRM ${listed}, and none of that name: automation-reports explain CRM RULE reads any of them.`,
      );
    },
  );
}

const NO_REPORT = "No report of this CRM is kept yet.";
