/** What the memory would know of a simulated CRM at any moment: read once with the product's own statement, as the fill does. */
import { settledAt } from "../../../src/report/rules/attempts.ts";
import type { RunRow } from "../../../src/report/rules/run-row.ts";
import { withHours } from "../../../src/report/memory/without.ts";
import type { CrmConfig } from "../../../src/config/schema.ts";
import type { Past } from "../../../src/report/memory/cells.ts";
import { LONGEST_PAST_DAYS } from "../../../src/report/memory/known.ts";
import { HOUR_MS, HOURS_A_DAY } from "../../../src/time/units.ts";
import type { Window } from "../../../src/time/window.ts";
import { queryHours } from "../../../src/warehouse/sqlite/hours.ts";

/** What is known at that moment of the hours that were over by then. */
export type PastReader = (atMs: number) => Past;

/** A memory that was filled before the fault began goes on from there. */
const KEPT_HOURS = LONGEST_PAST_DAYS * HOURS_A_DAY;

export function readPasts(crm: CrmConfig, { startMs, endMs }: Window): PastReader {
  if (crm.target.kind !== "sqlite") throw new Error("a simulated CRM is an SQLite file");
  const read = queryHours({ crm, nowMs: endMs, fromMs: startMs, toMs: endMs }, crm.target.path);
  if (read.kind !== "read") throw new Error("a simulated CRM has its tables");
  return createPastReader(read.past);
}

/** A run that ended in an hour that is over had ended then: no hour of the past changes any more. */
function createPastReader(whole: Past): PastReader {
  return (atMs) => {
    const toHour = Math.floor(atMs / HOUR_MS);
    const fromHour = Math.max(whole.covered[0]?.[0] ?? toHour, toHour - KEPT_HOURS);
    const isWithin = (hour: number) => hour >= fromHour && hour < toHour;
    const isOver = (run: RunRow) => settledAt(run) < toHour * HOUR_MS;
    return {
      covered: [[fromHour, toHour]],
      rules: whole.rules
        .filter(({ firstMs }) => firstMs < atMs)
        .map((rule) => withHours(rule, isWithin, rule.runs.filter(isOver))),
    };
  };
}
