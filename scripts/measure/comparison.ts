/** Whether two ways of making a report say the same: a faster one that counts something else would prove nothing. */
import * as v from "valibot";
import { PassSchema } from "../../src/report/document/pass-schema.ts";
import { runCommand, type Command } from "./processes.ts";

/** What a CRM's report says; `successes` are the rules' last ones in epoch milliseconds. */
type Comparable = {
  total: number;
  successful: number;
  before: number;
  /** Failed runs with a message. */
  messages: number;
  /** Kinds of contradictions. */
  contradictions: number;
  successes: [rule: string, lastMs: number | null][];
};

/** Throws where the product's reports and Django's of the same CRMs differ in what both count. */
export function compareReports(ours: Command, older: Command): void {
  const [counted, expected] = [readOurs(runCommand(ours)), readOlder(runCommand(older))];
  if (Bun.deepEquals(counted, expected)) return;
  throw new Error(`ours: ${JSON.stringify(counted)}; Django: ${JSON.stringify(expected)}`);
}

function readOurs(json: string): Comparable[] {
  const { reports } = v.parse(PassSchema, JSON.parse(json));
  return reports.map(({ performance_metrics: now, comparison, ...report }) => ({
    total: now.total_actions,
    successful: now.successful_actions,
    before: comparison?.total_actions ?? 0,
    messages: addCounts(report.error_groups.filter(({ example }) => example !== null)),
    contradictions: report.data_quality.length,
    successes: report.rules.map((rule) => [rule.rule_name, parseTime(rule.last_success_at)]),
  }));
}

function readOlder(json: string): Comparable[] {
  type Totals = { total_actions: number; successful_actions: number };
  type Older = Totals & {
    before: Totals;
    errors: { count: number }[];
    contradictions: object;
    freshness: { rules: Record<string, { last_success: string | null }> };
  };
  return (JSON.parse(json) as Older[]).map((report) => ({
    total: report.total_actions,
    successful: report.successful_actions,
    before: report.before.total_actions,
    messages: addCounts(report.errors),
    contradictions: Object.keys(report.contradictions).length,
    successes: Object.entries(report.freshness.rules).map(([name, rule]) => [name, parseTime(rule.last_success)]),
  }));
}

function addCounts(groups: { count: number }[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

function parseTime(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}
