/** The one statement of a pass, and its parameters in the order of activity.sql. */
import type postgres from "postgres";
import { composeStatement, quoteTable } from "../compose.ts";
import { windowBefore } from "../../time/window.ts";
import { PARTS } from "../document.ts";
import { PRESETS } from "../presets.ts";
import type { ReadRequest } from "../request.ts";
import type { Located } from "../tables.ts";
import activitySql from "./activity.sql" with { type: "text" };
import { chooseLookback, type Lookback, type TableFacts } from "./lookback.ts";

export type LocatedTables = Extract<Located<TableFacts>, { kind: "located" }>;

type Statement = { text: string; values: postgres.ParameterOrJSON<never>[]; lookback: Lookback };

/** The words of the numbers activity.sql counts with, from 0, as `PARTS` are. Constants, for to join a list of them costs more. */
const STATES = ["success", "partial", "failed", "running", "skipped", "unknown", "dry_run", "wrapper"];

export function composeActivity(located: LocatedTables, request: ReadRequest): Statement {
  const lookback = chooseLookback(located.actions, located.preset);
  const text = composeStatement(activitySql, located, "postgres", {
    starts: composeStarts(located),
    lookback: lookback.sql,
    parts: `('{${PARTS.join()}}'::text[])`,
    states: `('{${STATES.join()}}'::text[])`,
  });
  return { text, values: bindParameters(request, lookback), lookback };
}

function composeStarts({ preset, actions }: LocatedTables): string {
  const { source, start } = PRESETS[preset].columns;
  return `  SELECT id, ${source} AS crm_source, ${start} AS started_at FROM ${quoteTable(actions)}`;
}

function bindParameters(
  { crm, window, recent, baselineSeconds, nowMs }: ReadRequest,
  lookback: Lookback,
): postgres.ParameterOrJSON<never>[] {
  return [
    crm.crmSource,
    new Date(window.startMs).toISOString(),
    new Date(window.endMs).toISOString(),
    new Date(windowBefore(window).startMs).toISOString(),
    crm.excludeRules.length === 0 ? null : crm.excludeRules,
    crm.wrapperRules,
    Object.keys(crm.statuses).length === 0 ? null : crm.statuses,
    recent,
    baselineSeconds,
    new Date(nowMs).toISOString(),
    lookback.ofCrm,
    lookback.rows,
  ];
}
