/**
 * One pass over the chosen CRMs: collect → build → deliver. Reading it is reading the architecture. Each report is built as
 * soon as its CRM is read, while the other warehouses still answer.
 */
import type { Config, CrmConfig } from "./config/schema.ts";
import { describeTarget } from "./database/target.ts";
import { AppError, EXIT } from "./errors.ts";
import type { Log } from "./log.ts";
import type { ExportOptions } from "./output/export.ts";
import { createRedactor } from "./text/redact.ts";
import { buildReport, describeMissing } from "./report/build.ts";
import { listDisabled, rememberActivity } from "./report/memory/remember.ts";
import type { Rejudge } from "./report/advice/setting.ts";
import type { ReportSettings } from "./report/settings.ts";
import { worstVerdict } from "./report/rules/rule-states.ts";
import { findSharedSilence } from "./report/pass/shared-silence.ts";
import { formatInstant } from "./text/figures.ts";
import { tellWhole } from "./report/pass/alike.ts";
import { describeFailures, findSharedCauses } from "./report/pass/shared-failures.ts";
import type { ReadActivity } from "./report/activity.ts";
import type { PassSummary } from "./report/document/pass-schema.ts";
import type { Finding, Report } from "./report/document/schema.ts";
import { countTotals } from "./report/document/totals.ts";
import { SCHEMA_VERSION, SEVERITIES, type Severity, type Verdict } from "./report/words.ts";
import type { Memory } from "./store/memory.ts";
import type { Seen } from "./store/memory/write.ts";
import { GENERATOR } from "./version.ts";
import { recallPasts } from "./recall.ts";
import { collectActivities, type Outcome } from "./warehouse/collect.ts";
import { logVisits } from "./warehouse/interrupted.ts";
import { WEEK_MS } from "./time/units.ts";
import type { Window } from "./time/window.ts";

export type PassOptions = {
  config: Config;
  crms: CrmConfig[];
  window: Window;
  /** The one reading of the real clock, epoch milliseconds. */
  nowMs: number;
  detailed: boolean;
  /** Reports with all rules and findings, however many; else they are bounded. */
  isWhole?: boolean;
  /** What each window is compared with besides the one before it. */
  baseline: "week" | null;
  exportTo: ExportOptions | null;
  /** Reads what is known of the CRMs' pasts; null: there is no memory. */
  readMemory: Memory["recall"] | null;
  /** The pass is kept in the same store, and what is wrong with that is said then. */
  isKept?: boolean;
  /** How long to wait before each further try of CRMs whose failure may pass; empty where an operator waits for the pass. */
  retryDelaysMs?: number[];
  log: Log;
  signal: AbortSignal;
  /** The failures are shown where the log is, too: they are not logged. */
  showsFailures?: boolean;
  /**
   * Of each CRM whose report is made: what judges the same rows by other settings, and why its past was not read, if it was to be. Who
   * keeps the first holds the rows.
   */
  onMade?: (crm: CrmConfig, settings: ReportSettings, rejudge: Rejudge, pastProblem: string | null) => void;
  /** The names of the CRMs that are being read, whenever one begins or ends. */
  onReading?: (names: string[]) => void;
  /** At the signal the CRMs that were read by then are reported and exported, the others told as failed; else nothing is. */
  reportInterrupted?: boolean;
};

export type PassResult = {
  document: PassSummary;
  /** In the order of `crms`, without those that could not be read. */
  reports: Report[];
  /** Of each CRM that was read: what the memory is to keep. */
  seen: Seen[];
  /** The CRMs whose export could not be written. */
  notExported: string[];
};

/** Of a longer window the one before would overlap that of the week before. */
export const LONGEST_BASELINE_MS = WEEK_MS / 2;

const RECENT_ACTIONS = 20;
const NAMED_CRMS = 5;
/** Why a CRM was not read whose reading was not awaited. */
export const INTERRUPTED = "interrupted before it was read";

export async function runPass(options: PassOptions): Promise<PassResult> {
  const { config, crms, window, nowMs, detailed, baseline, log, signal } = options;
  const passId = Bun.randomUUIDv7(undefined, nowMs);
  const startedAt = performance.now();

  const made = new Map<string, Report>();
  const seen: Seen[] = [];
  const visits = logVisits(signal);
  const recalling = recallPasts(options);
  const collected = await collectActivities({
    crms,
    window,
    recent: detailed ? RECENT_ACTIONS : 0,
    baselineSeconds: baseline === null ? null : WEEK_MS / 1000,
    hours: options.readMemory !== null,
    pastKnownFromMs: async (crm) => (await recalling).knownFromMs(crm),
    nowMs,
    concurrency: config.concurrency,
    redact: createRedactor(config.secrets),
    signal,
    retryDelaysMs: options.retryDelaysMs ?? [],
    onActivity: async (crm, activity) => {
      const recalled = await recalling;
      const context = {
        passId,
        generatedMs: nowMs,
        generator: GENERATOR,
        detailed,
        isWhole: options.isWhole === true,
        ...recalled.context,
      };
      const [settings, past] = [recalled.settingsOf(crm), recalled.takePast(crm)];
      made.set(crm.name, buildReport(activity, settings, context, past));
      const rejudge: Rejudge = (changed) => buildReport(activity, changed, context, past);
      options.onMade?.(crm, settings, rejudge, activity.kind === "read" ? activity.pastProblem : null);
      if (activity.kind !== "read") return;
      seen.push(...remember(crm.name, activity, log, window));
      if (activity.pastProblem !== null) log.warn(`${crm.name}: ${activity.pastProblem}`, {}, { crm: crm.name });
    },
    onProgress: (reading, done) => {
      visits.onProgress(reading);
      options.onReading?.(reading);
      log.progress({ doing: "reading", names: reading, done, all: crms.length });
    },
  });
  log.progress(null);
  const isCut = ({ name }: CrmConfig) => visits.wasCut(name) && !made.has(name);
  if (signal.aborted && (options.reportInterrupted !== true || crms.every(isCut))) {
    throw new AppError("interrupted", "interrupted: nothing was reported");
  }
  const outcomes = crms.flatMap((crm, index) => (isCut(crm) ? sayCut(crm.name) : (collected[index] ?? [])));

  const reports = crms.flatMap(({ name }) => made.get(name) ?? []);
  const document = describePass(outcomes, made, options, passId);
  if (options.showsFailures !== true) logOutcomes(document, log);

  for (const { source: crm, seconds } of document.outcomes) if (seconds !== null) log.debug("read", { crm, seconds });
  const notExported = await exportReports(reports, options);
  const failed = document.outcomes.filter(({ status }) => status === "failed").length;
  log.debug("pass finished", { crms: crms.length, failed, ms: Math.round(performance.now() - startedAt) });
  return { document, reports, seen, notExported };
}

/** The report is made: whatever goes wrong here, it is given out. */
function remember(source: string, activity: ReadActivity, log: Log, { endMs }: Window): Seen[] {
  try {
    const disabled = { rules: listDisabled(activity), seenMs: endMs };
    return [{ source, past: rememberActivity(activity), disabled }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`${source}: its runs are not remembered: ${reason}`, {}, { crm: source, reason });
    return [];
  }
}

function sayCut(source: string): Outcome {
  return { source, status: "failed", reason: INTERRUPTED };
}

async function exportReports(reports: Report[], { exportTo, log }: PassOptions): Promise<string[]> {
  if (exportTo === null) return [];
  const { deliverExports } = await import("./deliver.ts");
  return await deliverExports(reports, exportTo, log);
}

/** The documented exit code. Where several hold, unreadable CRMs come before deliveries, deliveries before findings. */
export function exitCodeOf(
  { document, reports, failedDeliveries }: Pick<PassResult, "document" | "reports"> & { failedDeliveries: number },
  failOn: Severity | null,
): number {
  const failed = document.outcomes.filter((outcome) => outcome.status === "failed").length;
  if (failed > 0) return failed === document.outcomes.length ? EXIT.noneReadable : EXIT.someUnreadable;
  if (failedDeliveries > 0) return EXIT.delivery;
  const findings = [...document.findings, ...reports.flatMap((report) => report.findings)];
  return failOn !== null && reaches(findings, failOn) ? EXIT.finding : EXIT.ok;
}

/** Whether one of the findings is at least that severe. */
export function reaches(findings: Finding[], severity: Severity): boolean {
  return findings.some((finding) => SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(severity));
}

function describePass(
  outcomes: Outcome[],
  made: Map<string, Report>,
  { window, nowMs, crms }: PassOptions,
  passId: string,
): PassSummary {
  const read = outcomes.flatMap((outcome) =>
    outcome.status === "read" && outcome.activity.kind === "read"
      ? [{ source: outcome.source, activity: outcome.activity }]
      : [],
  );
  const reports = read.flatMap(({ source }) => made.get(source) ?? []);
  const described = outcomes.map((outcome) => describeOutcome(outcome, made.get(outcome.source)));
  const findings = [
    ...findUnreachable(outcomes, crms),
    ...findSharedSilence(reports),
    ...findSharedCauses(
      read.flatMap(({ source, activity }) => {
        const report = made.get(source);
        return report === undefined ? [] : [describeFailures(activity, report)];
      }),
      window,
    ),
  ];
  return {
    schema_version: SCHEMA_VERSION,
    pass_id: passId,
    started_at: formatInstant(nowMs),
    window: { start: formatInstant(window.startMs), end: formatInstant(window.endMs) },
    verdict: verdictOfPass(described, findings),
    outcomes: described,
    findings,
  };
}

/** A report without a table to read is made, and its CRM was not read. */
function describeOutcome(outcome: Outcome, report: Report | undefined): PassSummary["outcomes"][number] {
  const { source } = outcome;
  if (outcome.status === "failed") {
    return { source, status: "failed", verdict: "unknown", reason: outcome.reason, seconds: null };
  }
  const { activity } = outcome;
  const { querySeconds: seconds } = activity;
  return activity.kind === "missing"
    ? { source, status: "failed", verdict: "critical", reason: describeMissing(activity), seconds }
    : { source, status: "made", verdict: report?.verdict ?? "unknown", reason: null, seconds };
}

/** Of a CRM that was not read nothing is known, and somebody is needed: that is as bad as the worst. */
function verdictOfPass(outcomes: PassSummary["outcomes"], findings: Finding[]): Verdict {
  return worstVerdict([
    ...outcomes.map(({ status, verdict }) => (status === "failed" ? "critical" : verdict)),
    ...findings.flatMap(({ severity }) => (severity === "info" ? [] : [severity])),
  ]);
}

/** Several CRMs that cannot be read for the same reason have one cause, not several. */
function findUnreachable(outcomes: Outcome[], crms: CrmConfig[]): Finding[] {
  const byReason = Map.groupBy(
    outcomes.filter((outcome) => outcome.status === "failed"),
    (outcome) => outcome.reason,
  );
  return [...byReason].flatMap(([reason, failed]) => {
    const [first] = failed;
    const crm = crms.find(({ name }) => name === first?.source);
    if (failed.length < 2 || crm === undefined) return [];
    const sources = failed.map(({ source }) => source);
    return [
      {
        id: "warehouse-unreachable" as const,
        severity: "critical" as const,
        rule_name: null,
        message: `One cause for ${sources.length} CRMs (${nameSome(sources)}): ${reason}`,
        evidence: { sources, warehouse: describeTarget(crm.target) },
      },
    ];
  });
}

/** The finding's evidence has the names that are left out here. */
function nameSome(sources: string[]): string {
  const more = sources.length - NAMED_CRMS;
  return `${sources.slice(0, NAMED_CRMS).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function logOutcomes(document: PassSummary, log: Log): void {
  for (const { source, status, reason } of document.outcomes) {
    if (status === "failed") log.error(`${source} could not be read: ${reason ?? ""}`, {}, { crm: source, reason });
  }
}

/** Logs the most urgent finding of each CRM that has a critical one, for passes whose reports no operator sees at once. */
export function logCritical(reports: Report[], log: Log): void {
  for (const report of reports) {
    const { metadata, findings } = report;
    const { critical, warning } = countTotals(report).findings;
    const [first] = findings;
    if (first?.severity !== "critical") continue;
    const message = tellWhole(first, report);
    log.error(
      `${metadata.source}: ${message}`,
      { critical, warnings: warning },
      { crm: metadata.source, reason: message, ...(first.rule_name === null ? {} : { rule: first.rule_name }) },
    );
  }
}
