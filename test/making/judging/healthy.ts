/** What is told of rules that are well: nothing of it is true. */
import type { Finding } from "../../../src/report/document/schema.ts";
import type { Severity } from "../../../src/report/words.ts";
import { DAY_MS, WEEK_MS } from "../../../src/time/units.ts";
import type { Window } from "../../../src/time/window.ts";
import { drawFrom } from "../simulation/chance.ts";
import {
  type CrmKind,
  type Season,
  SEASONS,
  type SimulatedCrm,
  type SimulatedRule,
  spanOf,
} from "../simulation/crms.ts";
import { writeCrm } from "../simulation/warehouse.ts";
import { isTrouble, listLooks, lookAt, type Look, type LookedAt, mentions } from "./looks.ts";
import { readPasts } from "./pasts.ts";

/** One finding too many. */
export type FalseAlarm = { kind: CrmKind; crm: string; look: Look; finding: Finding };

/** One report on a CRM in which all is well, and what it tells in spite of it. */
export type HealthyReport = {
  kind: CrmKind;
  hours: number;
  rules: number;
  alarms: FalseAlarm[];
  /** Less than three weeks ago the clocks were changed where its rules live. */
  isAfterClockChange: boolean;
};

export type HealthyResult = {
  reports: HealthyReport[];
  /** Of several realistic CRMs at once, and what was told as one cause of failures that had none in common. */
  passes: { looks: number; shared: Finding[] };
};

/** What is told too much: findings per 100 rules looked at, and the shares of reports with a warning and a critical one. */
export type HealthyFigures = { reports: number; perHundred: number; warned: number; critical: number };

type HealthyOptions = {
  seed: number;
  everyDays: number;
  directory: string;
  /** False: nothing is known of the past, as on the first day. */
  withPast: boolean;
};

/** A rule that runs no more often cannot be told from a broken one while its newest run has failed. */
const RARE_RUNS_A_DAY = 2;
const CHANGED_MS = 3 * WEEK_MS;

export function judgeHealthy(
  simulated: { season: Season; crm: SimulatedCrm }[],
  { seed, everyDays, directory, withPast }: HealthyOptions,
): HealthyResult {
  const result: HealthyResult = { reports: [], passes: { looks: 0, shared: [] } };
  for (const season of Object.values(SEASONS)) {
    const crms = simulated
      .filter((one) => one.season === season)
      .map(({ crm }) => {
        const config = writeCrm(crm, directory);
        return { crm, config, readPast: withPast ? readPasts(config, spanOf(season)) : null };
      });
    const [realistic, others] = [true, false].map((is) => crms.filter(({ crm }) => (crm.kind === "realistic") === is));
    const looks = listLooks(season.looks, everyDays, drawFrom(seed, season.name));
    for (const look of looks) {
      const { reports, shared } = judgeLook(realistic ?? [], look, spanOf(season).endMs);
      result.reports.push(...reports, ...judgeLook(others ?? [], look, spanOf(season).endMs).reports);
      result.passes.looks += 1;
      result.passes.shared.push(...shared);
    }
  }
  return result;
}

/** Of no report at all, everything is 0. */
export function sumReports(reports: HealthyReport[]): HealthyFigures {
  const rules = reports.reduce((sum, report) => sum + report.rules, 0);
  const shareWith = (severity: Severity) =>
    divide(
      reports.filter(({ alarms }) => alarms.some(({ finding }) => finding.severity === severity)).length,
      reports.length,
    );
  const alarms = reports.reduce((sum, report) => sum + report.alarms.length, 0);
  return {
    reports: reports.length,
    perHundred: 100 * divide(alarms, rules),
    warned: shareWith("warning"),
    critical: shareWith("critical"),
  };
}

function divide(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function judgeLook(
  crms: ({ crm: SimulatedCrm } & LookedAt)[],
  look: Look,
  nowMs: number,
): { reports: HealthyReport[]; shared: Finding[] } {
  const seen = lookAt(crms, look, nowMs);
  const reports = crms.map(({ crm }, index): HealthyReport => {
    const rules = crm.rules.filter(({ runs }) => (runs[0]?.startedMs ?? Infinity) < look.atMs);
    const alarms = (seen.reports[index] ?? [])
      .filter((finding) => isTrouble(finding) && !isExcused(finding, rules, look.atMs))
      .map((finding) => ({ kind: crm.kind, crm: crm.name, look, finding }));
    const isAfterClockChange = wereClocksChanged(crm.timezone, { startMs: look.atMs - CHANGED_MS, endMs: look.atMs });
    return { kind: crm.kind, hours: look.hours, rules: rules.length, alarms, isAfterClockChange };
  });
  return { reports, shared: seen.pass };
}

function wereClocksChanged(timezone: string, { startMs, endMs }: Window): boolean {
  const start = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(timezone);
  const change = start.getTimeZoneTransition("next");
  return change !== null && change.epochMilliseconds < endMs;
}

/** It is about rare rules alone, the newest run of each of which failed. */
function isExcused(finding: Finding, rules: SimulatedRule[], atMs: number): boolean {
  const meant = rules.filter(({ name }) => mentions(finding, name));
  return meant.length > 0 && meant.every((rule) => isRare(rule) && newestFailed(rule, atMs));
}

export function isRare({ runs }: SimulatedRule): boolean {
  const [first, last] = [runs[0], runs.at(-1)];
  const days = Math.max(1, ((last?.startedMs ?? 0) - (first?.startedMs ?? 0)) / DAY_MS);
  return runs.length / days <= RARE_RUNS_A_DAY;
}

function newestFailed({ runs }: SimulatedRule, atMs: number): boolean {
  const newest = runs.findLast(({ endedMs }) => endedMs !== null && endedMs <= atMs);
  return newest !== undefined && newest.status !== "success";
}
