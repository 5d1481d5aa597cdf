/** The past of a simulated CRM as of any moment, from cells that were counted once. */
import type { RunRow } from "../../../src/report/run-row.ts";
import { mergePasts } from "../../../src/report/memory/merge.ts";
import type { Past } from "../../../src/report/memory/cells.ts";
import { DAY_MS, HOUR_MS } from "../../../src/time/units.ts";
import { countPast } from "../past.ts";
import type { SimulatedCrm, SimulatedRule } from "../simulation/crms.ts";
import type { SimulatedRun } from "../simulation/runs.ts";

/** What is known at that moment of the days before it. */
export type PastReader = (atMs: number) => Past;

const KEPT_DAYS = 56;

/** What has ended in an hour that is over is known in that hour: only the hour that goes on is counted anew for each moment. */
export function createPastReader({ rules }: Pick<SimulatedCrm, "rules">): PastReader {
  const rows = rules.map((rule) => ({ rule: rule.name, runs: listRows(rule) }));
  const firstMs = Math.min(...rows.flatMap(({ runs }) => runs[0]?.startedMs ?? []));
  const lastMs = Math.max(...rows.flatMap(({ runs }) => runs.at(-1)?.startedMs ?? [])) + 2 * DAY_MS;
  const whole = countPast(rows, [[Math.floor(firstMs / HOUR_MS), Math.ceil(lastMs / HOUR_MS)]]);
  return (atMs) => {
    const hour = Math.floor(atMs / HOUR_MS);
    const fromHour = Math.max(Math.floor(firstMs / HOUR_MS), hour - KEPT_DAYS * 24);
    const isWithin = (at: number) => at >= fromHour && at < hour;
    const over: Past = {
      covered: [[fromHour, hour]],
      rules: whole.rules
        .filter(({ firstMs: ruleFirstMs }) => ruleFirstMs < atMs)
        .map((rule) => ({
          ...rule,
          cells: rule.cells.filter((cell) => isWithin(cell.hour)),
          starts: rule.starts.filter(([at]) => isWithin(at)),
          runs: [],
        })),
    };
    const recent = rows.map(({ rule, runs }) => ({ rule, runs: listRecent(runs, atMs) }));
    return mergePasts(over, countPast(recent, [[hour, hour + 1]], atMs)) ?? over;
  };
}

export function toRunRow({ startedMs, endedMs, status, records, error }: SimulatedRun): RunRow {
  return { id: null, startedMs, endedMs, status, records, error };
}

function listRows({ runs }: SimulatedRule): RunRow[] {
  return runs.map(toRunRow);
}

/** Those that may have ended or begun in the hour that goes on. */
function listRecent(runs: RunRow[], atMs: number): RunRow[] {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.startedMs ?? Infinity) < atMs - 2 * DAY_MS) low = middle + 1;
    else high = middle;
  }
  const recent: RunRow[] = [];
  for (let index = low; index < runs.length; index += 1) {
    const run = runs[index];
    if (run === undefined || run.startedMs >= atMs) break;
    recent.push(run);
  }
  return recent;
}
