/** What must make no difference: the order of the rows, the weeks they are of, spellings of words, other CRMs in the table. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../../src/report/document/schema.ts";
import { DAY_MS, HOUR_MS, WEEK_MS } from "../../src/time/units.ts";
import { draws } from "../making/draws.ts";
import { mustReport } from "../making/reports.ts";
import { drawFrom, drawOneOf, type Random } from "../making/simulation/chance.ts";
import { SEASONS, simulateMixture, type SimulatedCrm, type SimulatedRule } from "../making/simulation/crms.ts";
import { FAULT_NAMES, FAULTS } from "../making/simulation/faults.ts";
import { PATTERN_NAMES } from "../making/simulation/patterns.ts";
import type { SimulatedRun } from "../making/simulation/runs.ts";
import { writeCrm } from "../making/simulation/warehouse.ts";

const HISTORY_DAYS = 45;
const WINDOW_HOURS = [1, 24, 168];
const FAULTS_AGO_DAYS = [0.1, 0.5, 2, 8, 20];
const MOVED_MS = 3 * WEEK_MS;
const RULES = 6;
/** They are not as they were three weeks ago. */
const OF_MONTHS: SimulatedRule["pattern"][] = ["monthly", "every-30-days"];

type Made = { crm: SimulatedCrm; atMs: number };
type Relation = {
  change?: (rule: SimulatedRule) => SimulatedRule;
  /** By how much the moment of the report moves with it. */
  movedMs?: number;
  /** Done to the file once its rows are there. */
  sql?: string;
};

const RELATIONS: Record<string, Relation> = {
  "rows in reverse": { change: (rule) => ({ ...rule, runs: rule.runs.toReversed() }) },
  "three weeks later": {
    movedMs: MOVED_MS,
    change: (rule) =>
      mapRuns(rule, (run) => ({
        ...run,
        startedMs: run.startedMs + MOVED_MS,
        endedMs: run.endedMs === null ? null : run.endedMs + MOVED_MS,
      })),
  },
  "other spellings of the words": {
    sql: `UPDATE sync_history SET status = CASE status WHEN 'success' THEN ' Succeeded' WHEN 'failed' THEN 'FAILURE' || char(10)
      WHEN 'running' THEN 'in progress' ELSE status END`,
  },
  "beside a CRM of which all fails": {
    sql: `INSERT INTO sync_history (crm_source, sync_type, start_time, end_time, status, records_processed, error_message)
      SELECT 'other', sync_type, start_time, end_time, 'failed', 0, 'HTTP 401 Unauthorized' FROM sync_history`,
  },
};

describe.each(Object.entries(RELATIONS))("%s", (name, relation) => {
  const { numRuns, seed } = draws(2, 40);
  test.each(Array.from({ length: numRuns }, (_, nth) => seed + nth))(
    "seed %d: every rule is judged alike",
    async (drawn) => {
      const { crm, atMs } = drawCrm(drawn);
      const changed = { ...crm, rules: crm.rules.map(relation.change ?? ((rule) => rule)) };
      const [before, after] = [writeFile(crm), writeFile(changed)];
      if (relation.sql !== undefined) {
        using database = new Database(after);
        database.run(relation.sql);
      }
      for (const hours of WINDOW_HOURS) {
        const ofBefore = tell(await look(before, crm, atMs, hours), 0);
        expect(ofBefore.rules.length, name).toBe(crm.rules.length);
        const movedMs = relation.movedMs ?? 0;
        expect(tell(await look(after, crm, atMs + movedMs, hours), movedMs)).toEqual(ofBefore);
      }
    },
  );
});

/** Half a dozen rules of all patterns, half of which something is wrong with. */
function drawCrm(drawn: number): Made {
  const random = drawFrom(drawn, "relations");
  const mixture = simulateMixture(drawn, PATTERN_NAMES.length, { season: SEASONS.autumn, timezone: "UTC" });
  const { looks } = SEASONS.autumn;
  const atMs = looks.startMs + Math.floor(random() * (looks.endMs - looks.startMs));
  const movable = mixture.rules.filter(({ pattern }) => !OF_MONTHS.includes(pattern));
  const chosen = movable
    .map((rule) => ({ rule, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, RULES)
    .map(({ rule }, nth) => (nth % 2 === 0 ? strike(rule, atMs, random) : rule));
  const rules = chosen.map((rule) => ({
    ...rule,
    runs: rule.runs.filter(({ startedMs }) => startedMs >= atMs - HISTORY_DAYS * DAY_MS && startedMs < atMs),
  }));
  return { crm: { ...mixture, rules: rules.map((rule) => mapRuns(rule, (run) => leaveRunning(run, atMs))) }, atMs };
}

function mapRuns(rule: SimulatedRule, change: (run: SimulatedRun) => SimulatedRun): SimulatedRule {
  return { ...rule, runs: rule.runs.map(change) };
}

function strike(rule: SimulatedRule, atMs: number, random: Random): SimulatedRule {
  const fault = FAULTS[drawOneOf(random, FAULT_NAMES)];
  const fromMs = atMs - drawOneOf(random, FAULTS_AGO_DAYS) * DAY_MS;
  const before = rule.runs.filter(({ startedMs }) => startedMs < fromMs);
  const after = rule.runs.filter(({ startedMs }) => startedMs >= fromMs && startedMs < atMs);
  return { ...rule, runs: [...before, ...fault.strike(after, random)] };
}

/** Nobody knows yet how it ends. */
function leaveRunning(run: SimulatedRun, atMs: number): SimulatedRun {
  if (run.endedMs === null || run.endedMs <= atMs) return run;
  return { ...run, status: "running", endedMs: null, records: 0, error: null };
}

function writeFile(crm: SimulatedCrm): string {
  const { target } = writeCrm(crm, mkdtempSync(join(tmpdir(), "relations-")));
  if (target.kind !== "sqlite") throw new Error("a simulated CRM is an SQLite file");
  return target.path;
}

async function look(path: string, { name, timezone }: SimulatedCrm, atMs: number, hours: number): Promise<Report> {
  const window = { startMs: atMs - hours * HOUR_MS, endMs: atMs };
  return await mustReport(`sqlite:${path}`, { schedule_timezone: timezone }, { window, name, nowMs: atMs });
}

/** As of the moment before it was moved. */
function tell({ rules, findings, verdict }: Report, movedMs: number) {
  const moveBack = (time: string | null) => (time === null ? null : new Date(Date.parse(time) - movedMs).toISOString());
  return {
    verdict,
    rules: rules.map(({ rule_name: rule, condition, severity, since, expected, missed, total, failed }) => {
      return { rule, condition, severity, since: moveBack(since), expected, missed, total, failed };
    }),
    findings: findings.map(({ id, severity, rule_name: rule }) => ({ id, severity, rule })),
  };
}
