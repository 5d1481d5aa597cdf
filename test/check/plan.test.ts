/** Plans as PostgreSQL writes them, cut down to what counts. */
import { expect, test } from "bun:test";
import { findPlanSigns } from "../../src/check/plan.ts";
import type { PlanDocument } from "../../src/warehouse/facts.ts";

const context = { table: "sync_history", source: "crm_source", start: "start_time", pages: 50_000, windowDays: 1 };
const scan = {
  "Node Type": "Index Scan",
  "Relation Name": "sync_history",
  "Index Cond": "((crm_source = 'x') AND (start_time >= 'y'))",
};
const inside = (node: object): PlanDocument =>
  ({ Plan: { "Node Type": "Aggregate", Plans: [{ "Node Type": "CTE Scan" }, node] } }) as PlanDocument;

test.each<{ name: string; plan: PlanDocument; override?: Partial<typeof context>; signs: string[] }>([
  { name: "an index on CRM and start", plan: inside(scan), signs: [] },
  {
    name: "the whole table for a day",
    plan: inside({ ...scan, "Node Type": "Seq Scan", "Index Cond": undefined }),
    signs: ["the query reads the whole table sync_history"],
  },
  {
    name: "the whole table by several workers",
    plan: inside({ ...scan, "Node Type": "Parallel Seq Scan", "Index Cond": undefined }),
    signs: ["the query reads the whole table sync_history"],
  },
  {
    name: "the whole table for a month is the quickest way",
    plan: inside({ ...scan, "Node Type": "Seq Scan", "Index Cond": undefined }),
    override: { windowDays: 30 },
    signs: [],
  },
  {
    name: "the whole of a small table too",
    plan: inside({ ...scan, "Node Type": "Seq Scan", "Index Cond": undefined }),
    override: { pages: 10 },
    signs: [],
  },
  {
    name: "the whole of another table",
    plan: inside({ "Node Type": "Seq Scan", "Relation Name": "sync_schedule" }),
    signs: [],
  },
  {
    name: "a walk along the start alone",
    plan: inside({ ...scan, "Index Name": "by_start", "Index Cond": "(start_time >= 'y')" }),
    signs: ["the query reads the rows of all CRMs (index by_start)"],
  },
  {
    name: "twice as many rows thrown away as read: at the limit",
    plan: inside({ ...scan, "Actual Rows": 5000, "Actual Loops": 1, "Rows Removed by Filter": 10_000 }),
    signs: [],
  },
  {
    name: "one more",
    plan: inside({ ...scan, "Actual Rows": 5000, "Actual Loops": 1, "Rows Removed by Filter": 10_001 }),
    signs: ["the query reads 10,001 rows that it does not need, for 5,000 that it does"],
  },
  {
    name: "few rows prove nothing",
    plan: inside({ ...scan, "Actual Rows": 1, "Rows Removed by Filter": 900 }),
    signs: [],
  },
  {
    name: "a tenth looked up in the table: at the limit",
    plan: inside({ ...scan, "Actual Rows": 20_000, "Heap Fetches": 2000 }),
    signs: [],
  },
  {
    name: "more than a tenth",
    plan: inside({ ...scan, "Actual Rows": 20_000, "Heap Fetches": 2001 }),
    signs: ["2,001 of 20,000 rows had to be looked up in the table too, for want of a VACUUM"],
  },
  {
    name: "a sort on disk",
    plan: inside({ "Node Type": "Sort", "Sort Method": "external merge" }),
    signs: ["the query writes to temporary files"],
  },
  {
    name: "a hash on disk",
    plan: inside({ "Node Type": "Aggregate", "Disk Usage": 8 }),
    signs: ["the query writes to temporary files"],
  },
  { name: "JIT", plan: { ...inside(scan), JIT: {} }, signs: ["JIT was used although it is switched off"] },
])("$name", ({ plan, override = {}, signs }) => {
  expect(findPlanSigns(plan, { ...context, ...override }).map(({ sign }) => sign)).toEqual(signs);
});
