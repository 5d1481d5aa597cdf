/** One check over the chosen CRMs: examine → judge → a real one-hour report. It creates nothing anywhere. */
import { judgeReach } from "./check/judge-reach.ts";
import { describeUnreachable, judgeFacts, worstStatus } from "./check/judge.ts";
import type { CheckDocument, CheckId, CheckItem } from "./check/schema.ts";
import { settingsOf } from "./config/report-settings.ts";
import type { Config, CrmConfig } from "./config/schema.ts";
import { describeReadFailure } from "./warehouse/failure-words.ts";
import { describeTarget } from "./database/target.ts";
import { AppError, EXIT } from "./errors.ts";
import { createRedactor } from "./text/redact.ts";
import { buildReport } from "./report/build.ts";
import { formatInstant, formatPlural } from "./text/figures.ts";
import { GENERATOR } from "./version.ts";
import { collectActivities, type Outcome } from "./warehouse/collect.ts";
import type { WarehouseFacts } from "./warehouse/facts.ts";
import { mayRead } from "./warehouse/tables.ts";
import { logVisits, type VisitLog } from "./warehouse/interrupted.ts";
import { examineWarehouses } from "./warehouse/examine.ts";
import type { Visit, VisitOptions } from "./warehouse/visit.ts";
import { withoutShared } from "./warehouse/shared-settings.ts";
import { DAY_MS, HOUR_MS } from "./time/units.ts";
import { lengthOf, type Window } from "./time/window.ts";

export type CheckOptions = {
  config: Config;
  crms: CrmConfig[];
  /** The window of the report whose plan is looked at. */
  window: Window;
  nowMs: number;
  analyze: boolean;
  /** `settings`: whether the configuration fits the warehouses, without a report and without their speed. */
  extent: "all" | "settings";
  signal: AbortSignal;
  onProgress: (checking: string[], done: number) => void;
};

const CUT = "interrupted before it was checked to its end";
const OF_THE_SETTINGS: CheckId[] = ["connection", "tables", "rows", "sources", "settings"];
const OF_THE_WHOLE_WAREHOUSE: CheckId[] = [
  "tls",
  "clock",
  "rights",
  "copies",
  "sources",
  "success-scale",
  "statistics",
  "indexes",
];

/** Documents are in the order of `crms`. */
export async function checkWarehouses(options: CheckOptions): Promise<CheckDocument[]> {
  const { config, crms, window, nowMs, analyze, extent, signal, onProgress } = options;
  const visit = { crms, concurrency: config.concurrency, redact: createRedactor(config.secrets), signal };
  const [examining, reporting] = [logVisits(signal), logVisits(signal)];
  const follow =
    (visitLog: VisitLog): VisitOptions["onProgress"] =>
    (names, done) => {
      visitLog.onProgress(names);
      onProgress(names, done);
    };
  const examined = await examineWarehouses({ ...visit, onProgress: follow(examining), window, analyze, nowMs });
  if (signal.aborted && crms.every(({ name }) => examining.wasCut(name))) {
    throw new AppError("interrupted", "interrupted: nothing was checked to its end");
  }
  const visits = withoutShared(fillGaps(examined, crms), config.crms);
  const reached = crms.filter((_, index) => extent === "all" && visits[index]?.status === "read");
  const hour = { startMs: nowMs - HOUR_MS, endMs: nowMs };
  const outcomes = await collectActivities({
    hours: false,
    ...visit,
    onProgress: follow(reporting),
    crms: reached,
    window: hour,
    recent: 0,
    baselineSeconds: null,
    nowMs,
  });
  const made = reached.flatMap(({ name: source }, index): Outcome[] => {
    const outcome = outcomes[index];
    const isCut = outcome?.status !== "read" && reporting.wasCut(source);
    return isCut ? [{ source, status: "failed", reason: CUT }] : outcome === undefined ? [] : [outcome];
  });
  const said = new Set<string>();
  return crms.map((crm, index) => {
    const seen = visits[index];
    const context = {
      nowMs,
      windowDays: lengthOf(window) / DAY_MS,
      analyzed: analyze,
      configuredSources: config.crms.map(({ crmSource }) => crmSource),
      source: crm.crmSource,
      crm: crm.name,
      tablesOfOthers: seen?.status === "read" ? listTablesOfOthers(crm, seen.result, config.crms, visits) : [],
    };
    const items = examining.wasCut(crm.name)
      ? [describeUnreachable(CUT)]
      : seen?.status === "read"
        ? judgeAnswers(crm, () =>
            withoutEchoes(judgeFacts(seen.result, context), judgeReport(crm, made, nowMs, seen.result)),
          )
        : [describeUnreachable(seen?.reason ?? "not examined")];
    const place = describeTarget(crm.target);
    const asked = items.filter(
      ({ id, status }) => extent === "all" || status === "error" || OF_THE_SETTINGS.includes(id),
    );
    const kept = asked
      .filter((item) => !isRepetition(item, place, said))
      .map((item) => hideSecrets(item, visit.redact));
    return {
      schema_version: 1,
      source: crm.name,
      status: worstStatus(kept),
      place,
      checked_at: formatInstant(nowMs),
      items: kept,
    };
  });
}

/** Tables of the same names that other CRMs of that database read, or may read where they were not asked. */
function listTablesOfOthers(
  crm: CrmConfig,
  { copies }: WarehouseFacts,
  crms: CrmConfig[],
  visits: Visit<WarehouseFacts>[],
): string[] {
  const others = crms.filter(
    ({ name, target }) => name !== crm.name && nameDatabase(target) === nameDatabase(crm.target),
  );
  return others.flatMap((other) => {
    const seen = visits.find(({ source }) => source === other.name);
    if (seen?.status !== "read") return copies.filter((table) => mayRead(other, table)).map(({ name }) => name);
    const { tables } = seen.result;
    if (tables.kind !== "found") return [];
    const { actions, rules } = tables.found;
    return [actions.name, ...(rules === null ? [] : [rules.name])];
  });
}

function nameDatabase(target: CrmConfig["target"]): string {
  const named = target.kind === "sqlite" ? target : { hosts: target.hosts.map(({ host, port }) => [host, port]) };
  return JSON.stringify([named, target.kind === "postgres" ? target.database : null]);
}

/** Of those that were not visited any more there is nothing. */
function fillGaps(visits: Visit<WarehouseFacts>[], crms: CrmConfig[]): Visit<WarehouseFacts>[] {
  return crms.map(
    ({ name: source }, index) => visits[index] ?? { source, status: "failed", reason: CUT, mayPass: false },
  );
}

/** The documented exit code: warnings are no failure. */
export function exitCodeOfCheck(documents: CheckDocument[]): number {
  const failed = documents.filter(({ status }) => status === "error").length;
  if (failed === 0) return EXIT.ok;
  return failed === documents.length ? EXIT.noneReadable : EXIT.someUnreadable;
}

/** What a server answered may be nothing that can be judged. */
function judgeAnswers(crm: CrmConfig, judge: () => CheckItem[]): CheckItem[] {
  try {
    return judge();
  } catch (error) {
    return [describeUnreachable(describeReadFailure(error, crm.target))];
  }
}

/** A report fails for the reason that was found before it was tried. */
function withoutEchoes(facts: CheckItem[], report: CheckItem[]): CheckItem[] {
  const hasNoTable = facts.some(({ id, status }) => id === "tables" && status === "error");
  const items = hasNoTable ? facts : [...facts, ...report];
  return items.filter(({ message }, index) => !items.slice(0, index).some((item) => item.message === message));
}

/** What is true of the whole warehouse is said at the first CRM that lives in it. */
function isRepetition(item: CheckItem, place: string, said: Set<string>): boolean {
  if (item.status !== "warn" || !OF_THE_WHOLE_WAREHOUSE.includes(item.id)) return false;
  const key = JSON.stringify([place, item.id, item.message]);
  if (said.has(key)) return true;
  said.add(key);
  return false;
}

/** A name in the configuration may hold a secret that it was filled with. */
function hideSecrets(item: CheckItem, redact: (text: string) => string): CheckItem {
  if (item.id !== "settings") return item;
  const { names } = item.evidence;
  const evidence = Array.isArray(names) ? { ...item.evidence, names: names.map(redact) } : item.evidence;
  return { ...item, message: redact(item.message), evidence };
}

function judgeReport(crm: CrmConfig, outcomes: Outcome[], nowMs: number, facts: WarehouseFacts): CheckItem[] {
  const outcome = outcomes.find(({ source }) => source === crm.name);
  const item = (status: CheckItem["status"], message: string, advice: string | null = null): CheckItem[] => [
    { id: "report", status, message, advice, evidence: {} },
  ];
  if (outcome === undefined) return [];
  if (outcome.status === "failed") return item("error", outcome.reason);
  const context = { passId: "check", generatedMs: nowMs, generator: GENERATOR, detailed: false };
  const report = buildReport(outcome.activity, settingsOf(crm), context, null);
  const { metadata, performance_metrics: metrics, findings, recommendations } = report;
  if (metadata.status === "fallback") return item("error", metadata.note ?? "there is no table to read");
  const made = `a report of the last hour took ${metadata.query_seconds.toFixed(2)} s`;
  const reach = judgeReach(metadata, facts).map((judged): CheckItem => ({
    id: "reach",
    advice: null,
    evidence: {},
    ...judged,
  }));
  const counted = `${made}: ${formatPlural(metrics.total_actions, "action")}, ${metrics.failed_actions} failed`;
  // Of a table that is read for the first time, nothing is counted before its words are known.
  const unknown = findings.findIndex(({ id }) => id === "unknown-status");
  const advice = recommendations.find(({ finding }) => finding === unknown)?.recommendation ?? null;
  const told = unknown === -1 ? item("ok", counted) : item("warn", `${counted}; ${findings[unknown]?.message}`, advice);
  return [...told, ...reach];
}
