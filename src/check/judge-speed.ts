/** How quick a report is, and what would make it quicker. */
import { formatCount, formatHours, formatInstant } from "../text/figures.ts";
import type { FoundTables, PostgresFacts, WarehouseFacts } from "../warehouse/facts.ts";
import { describeAge, formatBytes, formatMs } from "../text/figures.ts";
import { adviseIndexes, hasReportIndex } from "./indexes.ts";
import type { CheckContext, Judged, Judgement } from "./judged.ts";
import { findPlanSigns } from "./plan.ts";
import { WEEK_MS } from "../time/units.ts";

const MOST_MODIFIED_SHARE = 0.2;
const STALE_MODIFIED_SHARE = 0.1;
const STALE_STATISTICS_MS = WEEK_MS;
/** Below that many rows statistics decide nothing. */
const FEWEST_ROWS = 10_000;

export function judgeSpeed(facts: WarehouseFacts, found: FoundTables, context: CheckContext): Judgement[] {
  if (facts.kind === "sqlite") {
    const scan = `SCAN ${found.actions.relation}`;
    // A covering index is read whole only where the CRM has no rows, for names like its own.
    const scanned = facts.plan.some(
      (line) => line === scan || (line.startsWith(`${scan} `) && !line.startsWith(`${scan} USING COVERING INDEX `)),
    );
    const ddl = `CREATE INDEX actions_by_start ON ${found.actions.name} (${found.columns.source}, ${found.columns.start})`;
    const item: Judged = scanned
      ? { status: "warn", message: `every report reads the whole of ${found.actions.name}`, advice: ddl }
      : { status: "ok", message: "the report's query uses an index" };
    return [["plan", [item]]];
  }
  if (!found.actions.readable) return [];
  return [
    ["plan", [...judgePlan(facts, found, context), ...judgeLocks(facts, context)]],
    ["statistics", judgeStatistics(facts, found, context)],
    ["indexes", judgeIndexes(facts, found)],
  ];
}

function judgePlan({ plan }: PostgresFacts, { actions, columns }: FoundTables, context: CheckContext): Judged[] {
  if (plan.document === null) {
    return [{ status: "error", message: plan.problem ?? "the report's query cannot be planned" }];
  }
  const signs = findPlanSigns(plan.document, {
    table: actions.relation,
    source: columns.source,
    start: columns.start,
    pages: actions.pages,
    windowDays: context.windowDays,
  });
  const took = plan.document["Execution Time"];
  const evidence = { analyzed: context.analyzed, seconds: took === undefined ? null : took / 1000 };
  if (signs.length === 0) {
    const how = took === undefined ? "" : `, ran in ${formatMs(took)}`;
    return [{ status: "ok", message: `the report's query has no sign of trouble${how}`, evidence }];
  }
  return signs.map(({ sign, advice }) => ({ status: "warn", message: sign, advice, evidence }));
}

/** Every index of each partition that a plan may read is locked with it. */
function judgeLocks({ excessLocks }: PostgresFacts, { windowDays }: CheckContext): Judged[] {
  if (excessLocks === null) return [];
  return [
    {
      status: "warn",
      message: `a report of ${formatHours(windowDays * 24)} locks ${formatCount(excessLocks)} tables and indexes until it is read: those of each partition in it and in the window before`,
      advice: "ask for shorter windows, or keep larger partitions with fewer indexes",
      evidence: { locks: excessLocks },
    },
  ];
}

function judgeStatistics({ statistics }: PostgresFacts, { actions }: FoundTables, { nowMs }: CheckContext): Judged[] {
  if (statistics === null) return [];
  const advice = `ANALYZE ${actions.name}`;
  const { analyzedMs, modifiedShare } = statistics;
  if (analyzedMs === null || actions.rows === null) {
    return [{ status: "warn", message: `${actions.name} was never analysed: the planner guesses`, advice }];
  }
  const evidence = { analyzed_at: formatInstant(Math.round(analyzedMs)), modified_share: modifiedShare };
  const age = describeAge(analyzedMs, nowMs);
  const stale = (modifiedShare ?? 0) > MOST_MODIFIED_SHARE && actions.rows > FEWEST_ROWS;
  if (stale || (nowMs - analyzedMs > STALE_STATISTICS_MS && (modifiedShare ?? 0) > STALE_MODIFIED_SHARE)) {
    const message = `statistics are stale: ${Math.round((modifiedShare ?? 0) * 100)} % of ${actions.name} changed since they were made ${age}`;
    return [{ status: "warn", message, advice, evidence }];
  }
  return [{ status: "ok", message: `statistics were made ${age}`, evidence }];
}

function judgeIndexes({ indexes }: PostgresFacts, found: FoundTables): Judged[] {
  const invalid = indexes
    .filter(({ valid }) => !valid)
    .map(({ name }): Judged => ({
      status: "warn",
      message: `the index ${name} is invalid: it costs every write and serves no reading`,
      advice: `DROP INDEX CONCURRENTLY ${name}, then create it again`,
      evidence: { index: name },
    }));
  const advised = adviseIndexes(found, indexes, found.actions.rows ?? 0).map(({ ddl, bytes, gain }): Judged => ({
    status: "warn",
    message: `an index (about ${formatBytes(bytes)}) would ${gain}`,
    advice: ddl,
    evidence: { ddl, bytes },
  }));
  if (invalid.length + advised.length > 0) return [...invalid, ...advised];
  const there = hasReportIndex(indexes, found.columns);
  const message = there
    ? "the index for the report's query is there"
    : "the table is small enough without an index of its own";
  return found.actions.stored ? [{ status: "ok", message }] : [];
}
