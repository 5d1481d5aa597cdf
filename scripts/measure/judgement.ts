/** The tables of a judgement: text for a terminal, with what must hold below each of them. */
import { type FaultCase, findDelay, type JudgedFault, sumCases } from "../../test/making/judging/faulted.ts";
import {
  type FalseAlarm,
  type HealthyReport,
  type HealthyResult,
  sumReports,
} from "../../test/making/judging/healthy.ts";
import type { PatternName } from "../../test/making/simulation/patterns.ts";
import { formatLine, type Line } from "./line.ts";

const WINDOW_HOURS = [1, 24, 168];
/** Days after the beginning of a stop at which its severity is told. */
const STOP_DAYS = [1, 4, 10, 20, 40];
const MESSAGE_WIDTH = 160;

/** What must hold on healthy data: findings per 100 rules looked at, and critical reports per 1,000. */
const MOST_PER_HUNDRED = { realistic: 0.1, "all patterns": 0.5, tough: 1.5, "after a clock change": 1 };
const MOST_CRITICAL = 0;

type Least = {
  /** The share of faults that are told at all. */
  named: number;
  /** The median time to the first report that tells it is no longer, or that to the first which can know it. */
  hours: number;
  /** The share of all reports since it began that tell it, or of those that can. */
  lasting: number;
};

/** What must hold of faults of rules that run on most days: the figures of 51 cases drawn elsewhere. */
const LEAST: Partial<Record<JudgedFault, Least>> = {
  stops: { named: 1, hours: 11, lasting: 0.9 },
  "every-run-fails": { named: 1, hours: 11, lasting: 0.95 },
  "fails-to-85-percent": { named: 0.84, hours: 24, lasting: 0.57 },
  "durations-double": { named: 0.94, hours: 24, lasting: 0.65 },
  "zero-records": { named: 1, hours: 16, lasting: 0.89 },
  "records-to-a-tenth": { named: 1, hours: 16, lasting: 0.9 },
  "ten-times-as-often": { named: 1, hours: 11, lasting: 0.88 },
  "one-run-stuck": { named: 1, hours: 11, lasting: 0.97 },
  "all-runs-stuck": { named: 1, hours: 11, lasting: 0.97 },
  "failures-creep": { named: 0.82, hours: 204, lasting: 0.28 },
  "durations-creep": { named: 1, hours: 339, lasting: 0.25 },
  "records-creep": { named: 1, hours: 303, lasting: 0.25 },
};
/** Fewer than one run on most days: told below the table, but not in it. */
const RARE: PatternName[] = ["weekly", "monthly", "every-30-days"];

type Group = { name: string; reports: HealthyReport[] };

export function formatHealthy({ reports, passes }: HealthyResult): string[] {
  const realistic = { name: "realistic", reports: reports.filter(({ kind }) => kind === "realistic") };
  const tough = { name: "tough", reports: reports.filter(({ kind }) => kind === "tough") };
  const patterns = {
    name: "all patterns",
    reports: reports.filter(({ kind }) => kind !== "realistic" && kind !== "tough"),
  };
  const changed = {
    name: "after a clock change",
    reports: reports.filter(({ kind, isAfterClockChange }) => kind !== "tough" && isAfterClockChange),
  };
  const groups = [realistic, patterns, tough, changed].filter((group) => group.reports.length > 0);
  const kinds = [...Map.groupBy(patterns.reports, ({ kind }) => kind)].map(([name, reports]) => ({ name, reports }));
  const alarms = reports.flatMap((report) => report.alarms);
  return [
    "What is told of rules that are well, as findings per 100 rules looked at and as shares of reports",
    ...formatTable(
      ["", "window", "reports", "per 100", "a warning", "a critical"],
      [...groups.flatMap(listWindows), ...kinds.map((group) => describeGroup(group, "all"))],
    ),
    "",
    ...formatTable(["finding", ...groups.map(({ name }) => `${name}, per 100`)], listFindings(alarms, groups)),
    "",
    ...(realistic.reports.length === 0
      ? []
      : [`One cause was told ${passes.shared.length} times in ${passes.looks} passes over realistic CRMs`, ""]),
    ...listExamples(alarms),
    "",
    ...mustHoldHealthy(groups, reports).map(formatLine),
  ];
}

export function formatFaults(cases: FaultCase[]): string[] {
  const usual = cases.filter(({ pattern }) => pattern === null || !RARE.includes(pattern));
  const byFault = [...Map.groupBy(usual, ({ fault }) => fault)];
  const rows = byFault.map(([fault, all]) => {
    const { cases: n, named, namedAtOnce, latestDelay, toldShare, medianHours, lastingShare } = sumCases(all);
    return [
      fault,
      ...[n, named, namedAtOnce].map(String),
      latestDelay?.toString() ?? "-",
      formatShare(toldShare ?? 0),
      medianHours === null ? "-" : `${medianHours.toFixed(0)} h`,
      formatShare(lastingShare),
    ];
  });
  const stops = cases.filter(({ fault }) => fault === "stops");
  return [
    "What is told of faults among the first three findings, by reports of 24 h at 04:00 and 21:00 UTC, of rules that run on most days.",
    "At once, latest (in reports) and told are of the reports that can know; the last two columns are from the beginning of the fault on",
    ...formatTable(["fault", "cases", "named", "at once", "latest", "told", "median delay", "of all reports"], rows),
    "",
    ...(stops.length === 0 ? [] : listStops(stops)),
    ...listUntold(cases),
    "",
    ...byFault.flatMap(([fault, all]) => mustHoldFault(fault, all)).map(formatLine),
  ];
}

function listWindows(group: Group): string[][] {
  const windows = WINDOW_HOURS.map((hours) => {
    const reports = group.reports.filter((report) => report.hours === hours);
    return describeGroup({ name: group.name, reports }, hours === 168 ? "7 d" : `${hours} h`);
  });
  return [...windows, describeGroup(group, "all")];
}

function describeGroup({ name, reports }: Group, window: string): string[] {
  const { perHundred, warned, critical } = sumReports(reports);
  return [name, window, String(reports.length), perHundred.toFixed(2), formatShare(warned), formatShare(critical)];
}

function listFindings(alarms: FalseAlarm[], groups: Group[]): string[][] {
  const ids = [...new Set(alarms.map(({ finding }) => finding.id))].toSorted();
  return ids.map((id) => [
    id,
    ...groups.map(({ reports }) => {
      const only = reports.map((report) => ({
        ...report,
        alarms: report.alarms.filter(({ finding }) => finding.id === id),
      }));
      return sumReports(only).perHundred.toFixed(3);
    }),
  ]);
}

function listExamples(alarms: FalseAlarm[]): string[] {
  const alike = Map.groupBy(alarms, ({ kind, finding }) => `${kind} ${finding.id} ${finding.severity}`);
  return [...alike].map(([what, [first, ...more]]) => {
    if (first === undefined) return what;
    const { crm, look, finding } = first;
    const at = `${new Date(look.atMs).toISOString().slice(0, 16)}Z, ${look.hours} h`;
    return `${what}, ${more.length + 1} times, such as ${crm} at ${at}: ${finding.message.slice(0, MESSAGE_WIDTH)}`;
  });
}

function mustHoldHealthy(groups: Group[], all: HealthyReport[]): Line[] {
  const limits: [string, number][] = Object.entries(MOST_PER_HUNDRED);
  return [
    ...groups.flatMap(({ name, reports }) =>
      limits
        .filter(([group]) => group === name)
        .map(([, atMost]) => ({
          what: `findings per 100 rules looked at, ${name}`,
          ratio: sumReports(reports).perHundred,
          limit: { atMost },
        })),
    ),
    {
      what: "reports with a critical finding of 1,000",
      ratio: 1000 * sumReports(all).critical,
      limit: { atMost: MOST_CRITICAL },
    },
  ];
}

/** A stop must never become milder. */
function listStops(stops: FaultCase[]): string[] {
  const severities = ["critical", "warning", "info", null] as const;
  const rows = STOP_DAYS.map((day) => {
    const then = stops.flatMap(({ reports }) => reports.findLast((report) => report.day <= day) ?? []);
    return [String(day), ...severities.map((one) => String(then.filter(({ severity }) => severity === one).length))];
  });
  return [
    "The worst that is told of a rule that has stopped, by days since it did, where its rows can tell",
    ...formatTable(["day", "critical", "warning", "info", "nothing"], rows),
    "",
  ];
}

/** Each case that the first report which could know it did not tell. */
function listUntold(cases: FaultCase[]): string[] {
  return cases.flatMap((one) => {
    const { fault, subject, knowableMs, reports } = one;
    const delay = findDelay(one);
    if (delay === 0) return [];
    const since = `${new Date(knowableMs).toISOString().slice(0, 16)}Z`;
    const how = delay === null ? `by none of ${reports.length} reports` : `${delay} reports too late`;
    return [`${fault}, ${subject}, known since ${since}: told ${how}`];
  });
}

function mustHoldFault(fault: JudgedFault, cases: FaultCase[]): Line[] {
  const { named, namedAtOnce, lastingShare, knowableShare, medianHours, soonestHours } = sumCases(cases);
  const least = LEAST[fault];
  if (least === undefined) {
    return [{ what: `${fault}: named at once`, ratio: namedAtOnce / Math.max(1, cases.length), limit: { atLeast: 1 } }];
  }
  return [
    {
      what: `${fault}: named`,
      ratio: named / Math.max(1, cases.length),
      limit: { atLeast: least.named },
    },
    {
      what: `${fault}: median delay, h`,
      ratio: medianHours ?? Infinity,
      limit: { atMost: Math.max(least.hours, soonestHours ?? 0) },
    },
    {
      what: `${fault}: told while it lasts`,
      ratio: lastingShare,
      limit: { atLeast: Math.min(least.lasting, knowableShare) },
    },
  ];
}

function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The first column to the left, the others to the right. */
function formatTable(head: string[], rows: string[][]): string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const align = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return [head, ...rows].map((row) => row.map(align).join("  ").trimEnd());
}
