/** The statements of a pass on PostgreSQL, with their parameters: one finds the tables, one reads them. */
import type postgres from "postgres";
import { computeBounds, type Bounds } from "../bounds.ts";
import { PARTS } from "../document.ts";
import type { ReadRequest } from "../request.ts";
import type { Source } from "../source.ts";
import { candidateNames, type TableConfig } from "../tables.ts";
import { fillPlaceholders, numberParameters, type Statement } from "../template.ts";
import activitySql from "./activity.sql" with { type: "text" };
import { writeCleanedUp } from "../vocabulary.ts";
import findTablesSql from "./find-tables.sql" with { type: "text" };
import { chooseLookback, type Lookback, type TableFacts } from "./lookback.ts";

export type Parameter = postgres.ParameterOrJSON<never>;

/** The words of the numbers activity.sql counts with, from 0, as `PARTS` are. They are constants, because to join a list of them costs more. */
const STATES = ["success", "partial", "failed", "running", "skipped", "unknown", "dry_run", "wrapper"];

/** Its rows are `TableFacts`. */
export function composeSearch(crm: TableConfig): Statement<Parameter> {
  return numberParameters<Parameter>(findTablesSql, { names: candidateNames(crm) }, "postgres");
}

/** `actions`: what the catalog says of the source's table of runs. */
export function composeActivity(
  source: Source,
  actions: TableFacts,
  request: ReadRequest,
): Statement<Parameter> & { lookback: Lookback["kind"] } {
  const bounds = computeBounds(request);
  const { kind, sql, ofCrm } = chooseLookback(actions, source.columns);
  const text = fillPlaceholders(activitySql, {
    actions: source.actions,
    rules: source.rules,
    starts: composeStarts(source),
    lookback: sql,
    cleaned_up: writeCleanedUp(source.dialect),
    parts: `('{${PARTS.join()}}'::text[])`,
    states: `('{${STATES.join()}}'::text[])`,
  });
  const parameters = { ...bindRequest(request, bounds), ...bindLookback(kind, ofCrm, bounds) };
  return { ...numberParameters<Parameter>(text, parameters, source.dialect), lookback: kind };
}

function composeStarts({ columns: { source, start }, actionsTable }: Source): string {
  return `  SELECT id, ${source} AS crm_source, ${start} AS started_at FROM ${actionsTable}`;
}

function bindRequest({ crm, recent }: ReadRequest, bounds: Bounds): Record<string, Parameter> {
  return {
    crm: crm.crmSource,
    from: writeInstant(bounds.fromMs),
    to: writeInstant(bounds.toMs),
    before: writeInstant(bounds.beforeMs),
    baseline_from: bounds.baselineFromMs === null ? null : writeInstant(bounds.baselineFromMs),
    baseline_to: bounds.baselineToMs === null ? null : writeInstant(bounds.baselineToMs),
    latest_start: writeInstant(bounds.latestStartMs),
    excluded: crm.excludeRules.length === 0 ? null : crm.excludeRules,
    wrappers: crm.wrapperRules,
    statuses: Object.keys(crm.statuses).length === 0 ? null : crm.statuses,
    recent,
  };
}

function bindLookback(kind: Lookback["kind"], ofCrm: boolean, bounds: Bounds): Record<string, Parameter> {
  if (kind === "none") return {};
  const back = {
    lookback_from: writeInstant(bounds.lookbackFromMs),
    week_before: writeInstant(bounds.weekBeforeMs),
    hour_and_week_before: writeInstant(bounds.hourAndWeekBeforeMs),
  };
  return kind === "each-rule" ? back : { ...back, near: writeInstant(bounds.nearMs), of_crm: ofCrm };
}

/** As the statements cast it to a time. */
export function writeInstant(ms: number): string {
  return new Date(ms).toISOString();
}
