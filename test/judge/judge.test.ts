/** The short form of scripts/judge: what is told of rules that are well, and whether faults are told, in about 80 looks. */
import { expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JudgedFault, judgeFault, sumCases } from "../making/judging/faulted.ts";
import { judgeHealthy, sumReports } from "../making/judging/healthy.ts";
import { simulatePattern, simulateRealistic } from "../making/simulation/crms.ts";
import type { PatternName } from "../making/simulation/patterns.ts";

const SEED = 1;
const options = { seed: SEED, withPast: true, directory: mkdtempSync(join(tmpdir(), "automation-reports-judge-")) };
/** How busy the machine is otherwise is not what is tested. */
const TIMEOUT_MS = 300_000;

/** Findings per 100 rules looked at. */
const REALISTIC_PER_HUNDRED = 0.1;
/** The share of realistic reports with a critical finding. */
const REALISTIC_CRITICAL = 0;
/** Findings per 100 rules looked at, of single patterns. */
const PATTERNS_PER_HUNDRED = 0.5;
/** The share of reports on single patterns with a critical finding. */
const PATTERNS_CRITICAL = 0;

test(
  "a realistic CRM in which all is well",
  () => {
    const crms = simulateRealistic(SEED).filter(({ crm }) => crm.name === "realistic-new_york-autumn");
    const { reports, passes } = judgeHealthy(crms, { ...options, everyDays: 20 });
    const { perHundred, critical, ...counted } = sumReports(reports);
    expect(counted.reports).toBe(9);
    expect(perHundred).toBeLessThanOrEqual(REALISTIC_PER_HUNDRED);
    expect(critical).toBeLessThanOrEqual(REALISTIC_CRITICAL);
    expect(passes.shared).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  "rules of one pattern that are well, while the clocks change",
  () => {
    const patterns: PatternName[] = ["office-hours", "nightly", "weekly"];
    const crms = patterns.flatMap((pattern) => simulatePattern(SEED, pattern));
    const { reports } = judgeHealthy(
      crms.filter(({ season, crm }) => season.name === "autumn" && crm.timezone === "Europe/Berlin"),
      { ...options, everyDays: 12 },
    );
    const { perHundred, critical, ...counted } = sumReports(reports);
    expect(counted.reports).toBe(45);
    expect(perHundred).toBeLessThanOrEqual(PATTERNS_PER_HUNDRED);
    expect(critical).toBeLessThanOrEqual(PATTERNS_CRITICAL);
  },
  TIMEOUT_MS,
);

type FaultLimit = {
  name: string;
  fault: JudgedFault;
  pattern: PatternName;
  /** Whether the first report that can know it tells it. */
  namedAtOnce: boolean;
  /** At least this share of the reports tell it while it lasts. */
  toldShare: number;
};

const FAULT_LIMITS: FaultLimit[] = [
  { name: "a nightly rule fails", fault: "every-run-fails", pattern: "nightly", namedAtOnce: true, toldShare: 1 },
  { name: "a rule of office hours stops", fault: "stops", pattern: "office-hours", namedAtOnce: true, toldShare: 1 },
  {
    name: "the one run of the night hangs",
    fault: "one-run-stuck",
    pattern: "nightly",
    namedAtOnce: true,
    toldShare: 1,
  },
  { name: "all runs hang", fault: "all-runs-stuck", pattern: "every-15-minutes", namedAtOnce: true, toldShare: 1 },
  { name: "a nightly rule brings nothing", fault: "zero-records", pattern: "nightly", namedAtOnce: true, toldShare: 1 },
  {
    name: "a rule of office hours brings nothing",
    fault: "zero-records",
    pattern: "office-hours",
    namedAtOnce: true,
    toldShare: 1,
  },
  {
    name: "it brings a tenth",
    fault: "records-to-a-tenth",
    pattern: "office-hours",
    namedAtOnce: true,
    toldShare: 1,
  },
  {
    name: "it takes twice as long",
    fault: "durations-double",
    pattern: "office-hours",
    namedAtOnce: true,
    toldShare: 1,
  },
  { name: "three CRMs fail", fault: "three-crms-fail", pattern: "hourly", namedAtOnce: true, toldShare: 1 },
];

test.each(FAULT_LIMITS)(
  "$name",
  ({ fault, pattern, ...limit }) => {
    const figures = sumCases(judgeFault(fault, [pattern], options));
    expect(figures.cases).toBe(1);
    expect(figures.namedAtOnce).toBeGreaterThanOrEqual(limit.namedAtOnce ? 1 : 0);
    expect(figures.toldShare).toBeGreaterThanOrEqual(limit.toldShare);
  },
  TIMEOUT_MS,
);
