/** The pages' data: from the store alone, whatever becomes of the warehouses. */
import type { Config } from "../../config/schema.ts";
import type { PassSummary } from "../../report/document/pass-schema.ts";
import type { Judge } from "../../schedule/judge.ts";
import { judgeKeptSlots } from "../../schedule/judge-kept.ts";
import { nextSlots } from "../../schedule/slots.ts";
import type { ReportRow } from "../../store/reports.ts";
import type { Store } from "../../store/store.ts";
import { formatInstant } from "../../text/figures.ts";
import type { KnownCrm } from "../../dashboard/views/overview.ts";
import { loadPasses } from "../causes.ts";
import type { CrmState, State } from "../state.ts";
import type { Library } from "../library.ts";

/** `state`: what the store knows of each CRM, as the API says it too. */
export type Desk = { config: Config; store: Store; state: State; library: Library; nowMs: number; judge: Judge };

/** What is known of every configured CRM. `passes`: the newest, and those that made the reports. */
export type Standings = { crms: KnownCrm[]; passes: PassSummary[] };

const SHOWN_SLOTS = 100;

/** By the state they were loaded for. */
const standings = new WeakMap<CrmState[], Promise<Standings>>();

/** The newest report of each CRM, and why there is none newer. Loaded once for each state. */
export async function loadStandings(desk: Desk): Promise<Standings> {
  const states = await desk.state.crms();
  const known = standings.get(states);
  if (known !== undefined) return await known;
  const loading = loadStandingsOf(states, desk);
  standings.set(states, loading);
  // The store may answer again.
  loading.catch(() => standings.delete(states));
  return await loading;
}

async function loadStandingsOf(states: CrmState[], { store, library, nowMs }: Desk): Promise<Standings> {
  const crms: KnownCrm[] = [];
  for (const { name: source, newest: kept, failure, stale } of states) {
    const report = kept === null ? null : await library.readSlim(kept.id);
    const reason = failure?.reason ?? null;
    crms.push({ source, report, reportId: kept?.id ?? null, reason, unreadSinceMs: failure?.sinceMs ?? null, stale });
  }
  return { crms, passes: await loadPasses(states, store, nowMs) };
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
    const failure = status === "failed" && report === null ? reason : null;
    crms.push({ source, report, reportId: row?.id ?? null, reason: failure, unreadSinceMs: null, stale: null });
  }
  return { crms, passes: [pass] };
}

/** How each schedule does its work, in the configuration's order. */
export async function loadSchedules({ config, store, nowMs, judge }: Desk) {
  const loaded = [];
  for (const schedule of config.schedules) {
    const slots = await store.slots.list({ schedules: [schedule.name], untilMs: nowMs + 1, limit: SHOWN_SLOTS });
    const spoiled = await store.slots.listSpoiled(schedule.name);
    loaded.push({ schedule, slots, spoiled, judgement: await judgeKeptSlots(schedule, store, nowMs, judge) });
  }
  return loaded;
}

/** When the scheduler makes the next report, RFC 3339; null: nothing is scheduled. */
export function nextPass({ config, nowMs }: Desk): string | null {
  const next = config.schedules.flatMap((schedule) => nextSlots(schedule, nowMs, 1)).toSorted((a, b) => a - b)[0];
  return next === undefined ? null : formatInstant(next);
}

const SHOWN_REPORTS = 48;

/** The report of that id, or the newest of the CRM; null: none is kept. */
export async function loadReport(
  wanted: { crm: string } | { id: string },
  desk: Desk,
  only: { reports: Set<string> } | null,
) {
  const { store, library, nowMs } = desk;
  const newest = "id" in wanted ? null : await findNewest(wanted.crm, desk);
  const id = "id" in wanted ? wanted.id : newest;
  if (id === null) return null;
  const [row] = await store.reports.list({ ids: [id], limit: 1 });
  if (row === undefined) return null;
  const report = await library.read(row.id);
  if (report === null) return null;
  const untilMs = await store.reports.findPresent(nowMs);
  const kept = await store.reports.list({ sources: [row.source], untilMs, limit: SHOWN_REPORTS });
  return {
    report,
    id: row.id,
    isLatest: row.id === (newest ?? (await findNewest(row.source, desk))),
    kept: kept
      .filter((one) => only === null || only.reports.has(one.id))
      .map((one: ReportRow) => ({
        id: one.id,
        windowEndMs: one.windowEndMs,
        generatedMs: one.generatedMs,
        verdict: one.summary?.verdict ?? null,
      })),
  };
}

/** Id of a CRM's newest report; null: none is kept. A CRM that is no longer configured may still have some. */
export async function findNewest(
  crm: string,
  { store, state, nowMs }: Pick<Desk, "store" | "state" | "nowMs">,
): Promise<string | null> {
  const known = (await state.crms()).find(({ name }) => name === crm);
  if (known !== undefined) return known.newest?.id ?? null;
  const untilMs = await store.reports.findPresent(nowMs);
  const [row] = await store.reports.list({ sources: [crm], untilMs, limit: 1 });
  return row?.id ?? null;
}
