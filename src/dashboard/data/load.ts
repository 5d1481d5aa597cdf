/** The pages' data: from the store alone, whatever becomes of the warehouses. */
import type { Config } from "../../config/schema.ts";
import { rankRows, type Standing } from "../../report/attention.ts";
import type { PassSummary } from "../../report/pass-schema.ts";
import { judgeSchedule, type ScheduleJudgement } from "../../schedule/judge.ts";
import { nextSlots } from "../../schedule/slots.ts";
import type { ReportRow } from "../../store/reports.ts";
import type { Store } from "../../store/store.ts";
import { formatInstant } from "../../text/figures.ts";
import type { KnownCrm } from "../views/overview.ts";
import type { Library } from "./library.ts";

export type Desk = { config: Config; store: Store; library: Library; nowMs: number };

/** What is known of every configured CRM, and of the newest pass. */
export type Standings = {
  crms: KnownCrm[];
  pass: PassSummary | null;
  standings: { name: string; standing: Standing }[];
};

/** A pass is looked for among so many: each CRM was in one of them, or has not been read for long. */
const RECENT_PASSES = 50;
const SHOWN_SLOTS = 100;

/** The newest report of each CRM, and why there is none newer. */
export async function loadStandings({ config, store, library }: Desk): Promise<Standings> {
  const passes = (await store.reports.listPasses({ limit: RECENT_PASSES })).flatMap(({ read }) =>
    read.status === "read" ? [read.pass] : [],
  );
  const crms: KnownCrm[] = [];
  for (const { name: source } of config.crms) {
    const [row] = await store.reports.list({ sources: [source], limit: 1 });
    const newest = passes.find(({ outcomes }) => outcomes.some((outcome) => outcome.source === source));
    const outcome = newest?.outcomes.find((one) => one.source === source);
    const report = row === undefined ? null : await library.readSlim(row.id);
    const reason = outcome?.status === "failed" && report?.metadata.pass_id !== newest?.pass_id ? outcome.reason : null;
    crms.push({ source, report, reportId: row?.id ?? null, reason });
  }
  return { crms, pass: passes[0] ?? null, standings: rank(crms, passes[0] ?? null) };
}

/** The same of one pass, which may be long ago. Null: it is not kept. */
export async function loadPass(id: string, { store, library }: Desk): Promise<Standings | null> {
  const read = await store.reports.readPass(id);
  if (read.status !== "read") return null;
  const { pass } = read;
  const rows = await store.reports.list({ passIds: [id], limit: pass.outcomes.length + 1 });
  const crms: KnownCrm[] = [];
  for (const { source, status, reason } of pass.outcomes) {
    const row = rows.find((one) => one.source === source);
    const report = row === undefined ? null : await library.readSlim(row.id);
    crms.push({ source, report, reportId: row?.id ?? null, reason: status === "failed" && report === null ? reason : null });
  }
  return { crms, pass, standings: rank(crms, pass) };
}

function rank(crms: KnownCrm[], pass: PassSummary | null): Standings["standings"] {
  const rows = crms.map(({ source, report, reason }) => ({ source, report: reason === null ? report : null, reason }));
  return rankRows(rows, pass?.findings ?? []).map(({ source, standing, report, reason }) => ({
    name: source,
    standing: report === null && reason === null ? "unknown" : standing,
  }));
}

/** How each schedule does its work, in the configuration's order. */
export async function loadSchedules({ config, store, nowMs }: Desk) {
  const loaded = [];
  for (const schedule of config.schedules) {
    const slots = await store.slots.list({ schedules: [schedule.name], limit: SHOWN_SLOTS });
    loaded.push({ schedule, slots, judgement: judgeSchedule(schedule, slots, nowMs) });
  }
  return loaded;
}

export type LoadedSchedule = { judgement: ScheduleJudgement };

/** When the scheduler makes the next report, RFC 3339; null: nothing is scheduled. */
export function nextPass({ config, nowMs }: Desk): string | null {
  const next = config.schedules.flatMap((schedule) => nextSlots(schedule, nowMs, 1)).toSorted((a, b) => a - b)[0];
  return next === undefined ? null : formatInstant(next);
}

const SHOWN_REPORTS = 48;

/** The report of that id, or the newest of the CRM; null: none is kept. */
export async function loadReport(wanted: { crm: string } | { id: string }, { store, library }: Desk) {
  const [row] = await store.reports.list("id" in wanted ? { ids: [wanted.id], limit: 1 } : { sources: [wanted.crm], limit: 1 });
  if (row === undefined) return null;
  const report = await library.read(row.id);
  if (report === null) return null;
  const kept = await store.reports.list({ sources: [row.source], limit: SHOWN_REPORTS });
  return {
    report,
    id: row.id,
    isLatest: kept[0]?.id === row.id,
    kept: kept.map((one: ReportRow) => ({
      id: one.id,
      windowEndMs: one.windowEndMs,
      generatedMs: one.generatedMs,
      verdict: one.summary?.verdict ?? null,
    })),
  };
}
