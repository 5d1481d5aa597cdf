/** Signs of trouble in the plan of the report's query, as EXPLAIN (FORMAT JSON) of PostgreSQL writes it. */
import { formatCount } from "../text/figures.ts";
import type { PlanDocument, PlanNode } from "../warehouse/facts.ts";

export type PlanSign = { sign: string; advice: string | null };

/** What the plan's reader knows of the table. */
export type PlanContext = { table: string; source: string; start: string; pages: number; windowDays: number };

/** Below that many pages (8 KiB each) reading the whole table is the quickest way. */
const SMALL_TABLE_PAGES = 1000;
const LONGEST_INDEXED_DAYS = 7;
const MOST_REMOVED_RATIO = 2;
const MOST_HEAP_FETCH_SHARE = 0.1;
/** Fewer rows than this prove nothing. */
const FEWEST_ROWS = 1000;

/** Empty: nothing is wrong with it. */
export function findPlanSigns(document: PlanDocument, context: PlanContext): PlanSign[] {
  const nodes = flatten(document.Plan);
  const scans = nodes.filter((node) => node["Relation Name"] === context.table);
  const found = [
    ...scans.flatMap((node) => judgeScan(node, context)),
    ...nodes.flatMap(judgeWalk(context)),
    ...nodes.flatMap(judgeSpill),
    ...(document.JIT === undefined ? [] : [{ sign: "JIT was used although it is switched off", advice: null }]),
  ];
  return found.filter(({ sign }, index) => found.findIndex((other) => other.sign === sign) === index);
}

function judgeScan(node: PlanNode, { table, source, start, pages, windowDays }: PlanContext): PlanSign[] {
  const rows = (node["Actual Rows"] ?? 0) * (node["Actual Loops"] ?? 1);
  const removed = (node["Rows Removed by Filter"] ?? 0) * (node["Actual Loops"] ?? 1);
  const fetches = node["Heap Fetches"] ?? 0;
  const signs: PlanSign[] = [];
  if (node["Node Type"].endsWith("Seq Scan") && pages > SMALL_TABLE_PAGES && windowDays <= LONGEST_INDEXED_DAYS) {
    signs.push({
      sign: `the query reads the whole table ${table}`,
      advice: `create an index on (${source}, ${start})`,
    });
  }
  if (removed > Math.max(FEWEST_ROWS, MOST_REMOVED_RATIO * rows)) {
    signs.push({
      sign: `the query reads ${formatCount(removed)} rows that it does not need, for ${formatCount(rows)} that it does`,
      advice: `create an index on (${source}, ${start})`,
    });
  }
  if (fetches > Math.max(FEWEST_ROWS, MOST_HEAP_FETCH_SHARE * rows)) {
    signs.push({
      sign: `${formatCount(fetches)} of ${formatCount(rows)} rows had to be looked up in the table too, for want of a VACUUM`,
      advice: `VACUUM ${table} more often`,
    });
  }
  return signs;
}

/** An index on the start alone walks over every CRM's rows. */
function judgeWalk({ source, start, pages }: PlanContext): (node: PlanNode) => PlanSign[] {
  return (node) => {
    const condition = node["Index Cond"] ?? "";
    const walks = condition.includes(start) && !condition.includes(source) && pages > SMALL_TABLE_PAGES;
    if (!walks) return [];
    const sign = `the query reads the rows of all CRMs (index ${node["Index Name"] ?? ""})`;
    return [{ sign, advice: `create an index on (${source}, ${start})` }];
  };
}

function judgeSpill(node: PlanNode): PlanSign[] {
  const spills = node["Sort Method"]?.startsWith("external") === true || (node["Disk Usage"] ?? 0) > 0;
  return spills
    ? [
        {
          sign: "the query writes to temporary files",
          advice: "ask for shorter windows, or raise work_mem for this role",
        },
      ]
    : [];
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}
