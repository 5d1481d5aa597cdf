/** The one statement of a pass, and its parameters in the order of activity.sql. */
import type postgres from "postgres";
import { windowBefore } from "../../time/window.ts";
import { PARTS } from "../document.ts";
import type { ReadRequest } from "../request.ts";
import type { Source } from "../source.ts";
import { fillPlaceholders } from "../template.ts";
import activitySql from "./activity.sql" with { type: "text" };
import { chooseLookback, type Lookback, type TableFacts } from "./lookback.ts";

type Statement = { text: string; values: postgres.ParameterOrJSON<never>[]; lookback: Lookback };

/** The words of the numbers activity.sql counts with, from 0, as `PARTS` are. Constants, for to join a list of them costs more. */
const STATES = ["success", "partial", "failed", "running", "skipped", "unknown", "dry_run", "wrapper"];

/** `actions`: what the catalog says of the source's table of runs. */
export function composeActivity(source: Source, actions: TableFacts, request: ReadRequest): Statement {
  const lookback = chooseLookback(actions, source.columns);
  const text = fillPlaceholders(activitySql, {
    actions: source.actions,
    rules: source.rules,
    starts: composeStarts(source),
    lookback: lookback.sql,
    parts: `('{${PARTS.join()}}'::text[])`,
    states: `('{${STATES.join()}}'::text[])`,
  });
  return { text, values: bindParameters(request, lookback), lookback };
}

function composeStarts({ columns: { source, start }, actionsTable }: Source): string {
  return `  SELECT id, ${source} AS crm_source, ${start} AS started_at FROM ${actionsTable}`;
}

function bindParameters(
  { crm, window, recent, baselineSeconds, nowMs }: ReadRequest,
  lookback: Lookback,
): postgres.ParameterOrJSON<never>[] {
  return [
    crm.crm_source,
    new Date(window.startMs).toISOString(),
    new Date(window.endMs).toISOString(),
    new Date(windowBefore(window).startMs).toISOString(),
    crm.exclude_rules.length === 0 ? null : crm.exclude_rules,
    crm.wrapper_rules,
    Object.keys(crm.statuses).length === 0 ? null : crm.statuses,
    recent,
    baselineSeconds,
    new Date(nowMs).toISOString(),
    lookback.ofCrm,
    lookback.rows,
  ];
}
