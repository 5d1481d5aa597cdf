/** What is told of faults that were put into healthy data: each is there, and known from the moment its rows can tell. */
import type { Finding } from "../../../src/report/document/schema.ts";
import { rankSeverity, type Severity } from "../../../src/report/words.ts";
import { DAY_MS, HOUR_MS } from "../../../src/time/units.ts";
import { isWithin, type Window } from "../../../src/time/window.ts";
import { drawBetween, drawFrom } from "../simulation/chance.ts";
import {
  SEASONS,
  type SimulatedCrm,
  simulateMixture,
  simulateRealistic,
  spanOf,
  TIMEZONES,
} from "../simulation/crms.ts";
import { type Fault, FAULT_NAMES, FAULTS } from "../simulation/faults.ts";
import { PATTERN_NAMES, type PatternName } from "../simulation/patterns.ts";
import { failRun } from "../simulation/runs.ts";
import { writeCrm } from "../simulation/warehouse.ts";
import { isRare } from "./healthy.ts";
import { listReportTimes, lookAt, type LookedAt, mentions } from "./looks.ts";
import { readPasts } from "./pasts.ts";

/** Those of one rule among sixteen, one of a rule among thirty, and one of three CRMs. */
export const JUDGED_FAULTS = [...FAULT_NAMES, "one-of-30-dies", "three-crms-fail"] as const;
export type JudgedFault = (typeof JUDGED_FAULTS)[number];

/** One fault, and the reports since it began: one at least that can know of it. */
export type FaultCase = {
  fault: JudgedFault;
  subject: string;
  /** Of the subject; null: several rules fail. */
  pattern: PatternName | null;
  knowableMs: number;
  reports: FaultReport[];
};

type FaultReport = {
  /** Its place among the reports that can know the fault, from 0; null: its rows do not show it, or not any more. */
  nth: number | null;
  /** Hours since the fault began. */
  hours: number;
  /** For how many reports it stands. */
  weight: number;
  /** Full days since the fault began. */
  day: number;
  /** Whether a finding that is no milder than the fault's mildest names the subject among the first three. */
  told: boolean;
  /** The worst of all findings that name it. */
  severity: Severity | null;
};

/** How soon and how steadily a fault was told. */
export type FaultFigures = {
  cases: number;
  /** At any of the reports. */
  named: number;
  /** At the first of them. */
  namedAtOnce: number;
  /** In reports, of the faults that were told at all. */
  medianDelay: number | null;
  latestDelay: number | null;
  /** Of all reports that can know. */
  toldShare: number | null;
  /** Hours from the beginning of a fault to the first report that told it, of those that were told. */
  medianHours: number | null;
  /** Hours from the beginning to the first report that can know it: none can tell it sooner. */
  soonestHours: number | null;
  /** Of all reports since the faults began, those that tell it, and those that can. */
  lastingShare: number;
  knowableShare: number;
};

type FaultOptions = { seed: number; directory: string; withPast: boolean };

const SEASON = SEASONS.autumn;
const NOW_MS = SEASON.looks.endMs;
const WINDOW_HOURS = 24;
const FIRST_FINDINGS = 3;
/** The first reports that can know a fault are all made. Later, one of five is: at 04:00 and 21:00 in turn. */
const CLOSELY_LOOKED_AT = 4;
const LATER_EVERY = 5;
const WORST_FIRST: Severity[] = ["critical", "warning", "info"];
const OUTAGE_MS = 4 * HOUR_MS;
const OUTAGE_ERROR = "Could not connect to proxy.internal:3128: Connection refused";

/** A case for each of the patterns whose rows can tell of the fault. */
export function judgeFault(name: JudgedFault, patterns: PatternName[], options: FaultOptions): FaultCase[] {
  if (name === "three-crms-fail") return patterns.map((_, nth) => judgeOutage(nth, options));
  const [fault, rules] =
    name === "one-of-30-dies" ? [{ ...FAULTS.stops, days: 10 }, 30] : [FAULTS[name], PATTERN_NAMES.length];
  return patterns.flatMap((pattern) => judgeRule(name, fault, { pattern, rules }, options));
}

export function sumCases(cases: FaultCase[]): FaultFigures {
  const delays = cases.flatMap((one) => findDelay(one) ?? []);
  const reports = cases.flatMap((one) => one.reports.filter(canKnow));
  const hoursUntil = (isIt: (report: FaultReport) => boolean) =>
    findMiddle(cases.flatMap((one) => one.reports.find(isIt)?.hours ?? []));
  const all = cases.flatMap((one) => one.reports);
  return {
    cases: cases.length,
    named: delays.length,
    namedAtOnce: delays.filter((delay) => delay === 0).length,
    medianDelay: findMiddle(delays),
    latestDelay: delays.length === 0 ? null : Math.max(...delays),
    toldShare: reports.length === 0 ? null : reports.filter(({ told }) => told).length / reports.length,
    medianHours: hoursUntil(({ told }) => told),
    soonestHours: hoursUntil(canKnow),
    lastingShare: addWeights(all.filter(({ told }) => told)) / Math.max(1, addWeights(all)),
    knowableShare: addWeights(all.filter(canKnow)) / Math.max(1, addWeights(all)),
  };
}

function findMiddle(numbers: number[]): number | null {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? null;
}

/** How many reports could have told it before the first that did; null where none did. */
export function findDelay({ reports }: FaultCase): number | null {
  return reports.find((report) => report.told && canKnow(report))?.nth ?? null;
}

function canKnow({ nth }: FaultReport): boolean {
  return nth !== null;
}

function addWeights(reports: FaultReport[]): number {
  return reports.reduce((sum, { weight }) => sum + weight, 0);
}

function judgeRule(
  name: JudgedFault,
  fault: Fault,
  { pattern, rules }: { pattern: PatternName; rules: number },
  { seed, directory, withPast }: FaultOptions,
): FaultCase[] {
  const timezone = TIMEZONES[PATTERN_NAMES.indexOf(pattern) % TIMEZONES.length] ?? "UTC";
  const crm = simulateMixture(seed, rules, { season: SEASON, timezone });
  const victim = crm.rules.find((rule) => rule.pattern === pattern);
  if (victim === undefined) throw new Error(`no rule of the pattern ${pattern}`);
  const random = drawFrom(seed, `${name} ${pattern}`);
  const fromMs = SEASON.looks.startMs + Math.floor((3 + 2 * random()) * DAY_MS);
  const before = victim.runs.filter(({ startedMs }) => startedMs < fromMs);
  const spared = victim.runs.filter(({ startedMs }) => startedMs >= fromMs);
  const struck = fault.strike(spared, random);
  const rule = { before, spared, struck, isDeclared: victim.schedule !== null, isRare: isRare(victim) };
  const knowableMs = fault.findKnowable(rule);
  if (knowableMs === null) return [];
  const others = crm.rules.filter((other) => other !== victim);
  const config = writeCrm({ ...crm, rules: [...others, { ...victim, runs: [...before, ...struck] }] }, directory);
  const untilMs = Math.min(NOW_MS, knowableMs + fault.days * DAY_MS);
  const readPast = withPast ? readPasts(config, spanOf(SEASON)) : null;
  let nth = 0;
  const moments = listReportTimes({ startMs: fromMs, endMs: untilMs }).map((atMs, index) => {
    const isKnowable = atMs > knowableMs && (fault.showsAt?.(rule, atMs) ?? true);
    const place = isKnowable ? nth++ : null;
    const isClose = index < CLOSELY_LOOKED_AT || (place !== null && place < CLOSELY_LOOKED_AT);
    return { atMs, fromMs, nth: place, index, weight: isClose ? 1 : LATER_EVERY };
  });
  const reports = moments
    .filter(({ weight, index }) => weight === 1 || index % LATER_EVERY === 0)
    .map((report): FaultReport => {
      const seen = lookAt([{ config, readPast }], { atMs: report.atMs, hours: WINDOW_HOURS }, NOW_MS);
      return tell([...seen.pass, ...seen.reports.flat()], [victim.name], { ...report, mildest: fault.mildest });
    });
  return nth === 0 ? [] : [{ fault: name, subject: victim.name, pattern, knowableMs, reports }];
}

/** Every run of three CRMs that starts within the same four hours fails alike. One report is looked at: the next. */
function judgeOutage(nth: number, { seed, directory, withPast }: FaultOptions): FaultCase {
  const random = drawFrom(seed, `outage ${nth}`);
  const fromMs = SEASON.looks.startMs + (3 + 3 * nth) * DAY_MS + drawBetween(random, 0, 23) * HOUR_MS;
  const outage = { startMs: fromMs, endMs: fromMs + OUTAGE_MS };
  const crms = simulateRealistic(seed)
    .filter(({ season }) => season === SEASON)
    .map(({ crm }) => failDuring(crm, outage));
  const names = crms.map(({ name }) => name);
  const knowableMs = Math.max(...crms.map((crm) => findSecondFailure(crm, outage)));
  const configs = crms.map((crm): LookedAt => {
    const config = writeCrm(crm, directory);
    return { config, readPast: withPast ? readPasts(config, spanOf(SEASON)) : null };
  });
  const reports = listReportTimes({ startMs: knowableMs, endMs: knowableMs + DAY_MS })
    .slice(0, 1)
    .map((atMs) =>
      tell(lookAt(configs, { atMs, hours: WINDOW_HOURS }, NOW_MS).pass, names, { atMs, nth: 0, fromMs, weight: 1 }),
    );
  return { fault: "three-crms-fail", subject: names.join(" + "), pattern: null, knowableMs, reports };
}

function tell(
  findings: Finding[],
  names: string[],
  {
    atMs,
    nth,
    fromMs,
    weight,
    mildest = "warning",
  }: { atMs: number; nth: number | null; fromMs: number; weight: number; mildest?: Severity | undefined },
): FaultReport {
  const tells = ({ severity }: Finding) => rankSeverity(severity) >= rankSeverity(mildest);
  const isNamed = (finding: Finding) => names.every((name) => mentions(finding, name));
  const naming = findings.filter(isNamed).map(({ severity }) => severity);
  return {
    nth,
    weight,
    hours: (atMs - fromMs) / HOUR_MS,
    day: Math.floor((atMs - fromMs) / DAY_MS),
    told: findings.slice(0, FIRST_FINDINGS).some((finding) => tells(finding) && isNamed(finding)),
    severity: WORST_FIRST.find((severity) => naming.includes(severity)) ?? null,
  };
}

function failDuring(crm: SimulatedCrm, outage: Window): SimulatedCrm {
  const rules = crm.rules.map((rule) => {
    const runs = rule.runs.map((run) => (isWithin(run.startedMs, outage) ? failRun(run, OUTAGE_ERROR) : run));
    return { ...rule, runs };
  });
  return { ...crm, rules };
}

/** When the CRM's second run of the outage ended: one may have failed by chance. */
function findSecondFailure({ rules }: SimulatedCrm, outage: Window): number {
  const [, second] = rules
    .flatMap(({ runs }) => runs.filter(({ startedMs }) => isWithin(startedMs, outage)))
    .map(({ startedMs, endedMs }) => endedMs ?? startedMs)
    .toSorted((a, b) => a - b);
  return second ?? outage.endMs;
}
