/** What the store knows of each configured CRM: its newest report, why it could not be read since, and whether that is old. */
import type { CrmConfig, ScheduleConfig } from "../config/schema.ts";
import { digestReport, type Digest } from "../report/document/digest.ts";
import { covers } from "../schedule/coverage.ts";
import { latestSlot } from "../schedule/slots.ts";
import type { PassRow } from "../store/passes.ts";
import type { NewestReports, ReportRow } from "../store/reports.ts";
import { formatMinute, formatInstant } from "../text/figures.ts";
import { DAY_MS, MINUTE_MS } from "../time/units.ts";
import type { ServeContext } from "./context.ts";
import { chooseUsual } from "./usual-window.ts";

/** What there is to say of one CRM without asking its warehouse. */
export type CrmState = {
  name: string;
  /** Of its usual windows the one that ends last; null: none is kept. */
  newest: { id: string; origin: string; digest: Digest } | null;
  /** Why the newest pass could not read the CRM; null: it could, or no pass is known. */
  failure: Attempt | null;
  /** How long the newest pass read the CRM. */
  seconds: number | null;
  /** Why the newest report says too little about now, or cannot be read; null: it is as new as its schedules want it, or as a day where it has none. */
  stale: string | null;
};

/** `sinceMs`: of the first pass that could not read the CRM, none having read it since; null: not known. */
type Attempt = { passId: string; atMs: number; sinceMs: number | null; windowEndMs: number; reason: string };

/** Asked of the store, and held. */
export type State = {
  /** In the configuration's order. The same array until a pass is kept or deleted, by whomever, or a report grows too old. */
  crms: () => Promise<CrmState[]>;
  /** Null: no report of that id can be read. */
  digest: (id: string) => Promise<Digest | null>;
};

/** Of the newest reports of a CRM, the one whose window ends last counts: an operator may have asked about the past. */
const LOOKED_AT = 5;
const PASSES_AT_ONCE = 20;
/** A CRM that no newer pass names was not read for a long time. */
const MOST_PASSES = 400;
const MOST_DIGESTS = 1000;
/** After its time and its deadline a slot has begun or is late. */
const GRACE_MS = 5 * MINUTE_MS;
/** The age of a report that no schedule would have made anew. */
const UNCOVERED_MS = DAY_MS + GRACE_MS;

/** `version`: of the store, before it was asked. */
type Known = { version: string | null; stamp: string; config: object; crms: Found[] };
/** `problem`: why there is no newest report, although some are kept. */
type Found = Omit<CrmState, "stale"> & { problem: string | null };

const states = new WeakMap<ServeContext, State>();

/** One for each server, whatever was reloaded. */
export function stateOf(context: ServeContext): State {
  const known = states.get(context);
  if (known !== undefined) return known;
  const made = createState(context);
  states.set(context, made);
  return made;
}

/** `stateOf` where there is no server. */
export function createState({ config, store, clock }: Pick<ServeContext, "config" | "store" | "clock">): State {
  const digests = new Map<string, Digest>();
  let known: Known | null = null;
  let asking: Promise<Known> | null = null;
  let shown: { of: Found[]; dueAt: string; states: CrmState[] } | null = null;

  const digest = async (id: string) => {
    const held = digests.get(id);
    if (held !== undefined) return held;
    const read = await store.reports.read(id);
    if (read.status !== "read") return null;
    const made = digestReport(read.report);
    if (digests.size >= MOST_DIGESTS) digests.delete(digests.keys().next().value ?? "");
    digests.set(id, made);
    return made;
  };

  const ask = async (): Promise<Known> => {
    const now = config();
    const version = store.version();
    const untilMs = await store.reports.findPresent(clock());
    const stamp = await store.reports.stamp(untilMs);
    if (known !== null && known.stamp === stamp && known.config === now) return { ...known, version };
    const newest = await store.reports.listNewest(
      now.crms.map(({ name }) => name),
      LOOKED_AT,
      untilMs,
    );
    const rows = new Map<string, ReportRow[]>();
    for (const [name, kept] of newest) {
      const source = { reports: store.reports, limit: LOOKED_AT, untilMs };
      rows.set(name, latestFirst(await chooseUsual(name, kept.rows, now.schedules, source)));
    }
    const before = new Map((known?.crms ?? []).map((crm) => [crm.name, crm]));
    const attempts = await findAttempts(now.crms, rows, before, { store, untilMs });
    const crms: Found[] = [];
    for (const { name } of now.crms) {
      const spoiled = newest.get(name)?.spoiled ?? [];
      crms.push(await describe(name, { rows: rows.get(name) ?? [], spoiled }, attempts.get(name), digest));
    }
    return { version, stamp, config: now, crms };
  };

  /** However many ask at once, the store is asked once. */
  const refresh = async () => {
    const isNew = known !== null && known.version !== null && known.version === store.version();
    if (known !== null && isNew && known.config === config()) return known;
    asking ??= ask().finally(() => {
      asking = null;
    });
    known = await asking;
    return known;
  };

  return {
    digest,
    crms: async () => {
      const { crms } = await refresh();
      const nowMs = clock();
      const due = config().schedules.map((schedule) => findDue(schedule, nowMs));
      const uncovered = crms.filter(({ name }) => !due.some((slot) => covers(slot, name)));
      const dueAt = [...due.map(({ slotMs }) => slotMs), ...uncovered.map((crm) => judgeUncovered(crm, nowMs))].join();
      if (shown === null || shown.of !== crms || shown.dueAt !== dueAt) {
        const states = crms.map(({ problem, ...crm }) => ({ ...crm, stale: problem ?? judgeAge(crm, due, nowMs) }));
        shown = { of: crms, dueAt, states };
      }
      return shown.states;
    },
  };
}

/** By the ends of their windows. */
function latestFirst(rows: ReportRow[]): ReportRow[] {
  return rows.toSorted((a, b) => b.windowEndMs - a.windowEndMs || b.generatedMs - a.generatedMs);
}

type Seen = Attempt & { failed: boolean; seconds: number | null };

/**
 * What the newest pass over each CRM says of it, and since when it cannot be read. A pass about the past, when a later window
 * is known, says nothing. `before`: what was found the time before.
 */
async function findAttempts(
  crms: CrmConfig[],
  rows: Map<string, ReportRow[]>,
  before: Map<string, Found>,
  { store, untilMs }: Pick<ServeContext, "store"> & { untilMs: number },
): Promise<Map<string, Seen>> {
  const found = new Map<string, Seen>();
  const open = new Set(crms.map(({ name }) => name));
  let after: PassRow | undefined;
  let isWhole = false;
  for (let looked = 0; looked < MOST_PASSES && open.size > 0; looked += PASSES_AT_ONCE) {
    const further = after === undefined ? {} : { after };
    const passes = await store.reports.listPasses({ limit: PASSES_AT_ONCE, untilMs, ...further });
    for (const { id, startedMs, read } of passes) {
      if (read.status !== "read") continue;
      const windowEndMs = Date.parse(read.pass.window.end);
      for (const { source, status, reason, seconds } of read.pass.outcomes) {
        const [newest] = rows.get(source) ?? [];
        if (!open.has(source) || windowEndMs < (newest?.windowEndMs ?? -Infinity)) continue;
        const failed = status === "failed";
        const seen = found.get(source);
        const heldMs = failed && seen === undefined ? sinceBefore(before.get(source), newest) : null;
        const sinceMs = heldMs ?? startedMs;
        const attempt = { passId: id, atMs: startedMs, windowEndMs, reason: reason ?? "", failed, seconds };
        if (seen === undefined || failed) found.set(source, { ...(seen ?? attempt), sinceMs });
        if (!failed || heldMs !== null) open.delete(source);
      }
      for (const source of open) {
        const [newest] = rows.get(source) ?? [];
        const isOlder = newest !== undefined && newest.status !== "fallback" && startedMs <= newest.generatedMs;
        if (isOlder && found.has(source)) open.delete(source);
      }
    }
    after = passes.at(-1);
    isWhole = passes.length < PASSES_AT_ONCE;
    if (isWhole) break;
  }
  for (const source of open) {
    const seen = found.get(source);
    // What was deleted may have told of an earlier failure.
    if (seen !== undefined && !(isWhole && (rows.get(source) ?? []).length === 0)) seen.sinceMs = null;
  }
  return found;
}

/** Null where a newer report was made meanwhile, or nothing was known. */
function sinceBefore(before: Found | undefined, newest: ReportRow | undefined): number | null {
  return before?.newest?.id === newest?.id ? (before?.failure?.sinceMs ?? null) : null;
}

async function describe(
  name: string,
  { rows, spoiled }: NewestReports,
  seen: Seen | undefined,
  digest: State["digest"],
): Promise<Found> {
  const newest = await findReadable(rows, digest);
  const problem = nameProblem(newest !== null, { rows, spoiled });
  if (seen === undefined) return { name, newest, failure: null, seconds: null, problem };
  const { failed, seconds, ...attempt } = seen;
  return { name, newest, failure: failed ? attempt : null, seconds, problem };
}

/** What is left out may be worse than what is shown. */
function nameProblem(isShown: boolean, { rows, spoiled }: NewestReports): string | null {
  const advice = "see automation-reports store check";
  if (!isShown) return rows.length + spoiled.length > 0 ? `its newest reports can no longer be read: ${advice}` : null;
  return spoiled.some(({ isNewer }) => isNewer) ? `a newer report can no longer be read: ${advice}` : null;
}

async function findReadable(rows: ReportRow[], digest: State["digest"]): Promise<CrmState["newest"]> {
  for (const { id, origin } of rows) {
    const read = await digest(id);
    if (read !== null) return { id, origin, digest: read };
  }
  return null;
}

type DueSlot = { crms: ScheduleConfig["crms"]; slotMs: number };

/** Slots are whole minutes: the newest is looked for once in a minute. */
const newestSlots = new WeakMap<ScheduleConfig, { minute: number; slotMs: number }>();

/** The newest slot that should have been made by now. */
function findDue(schedule: ScheduleConfig, nowMs: number): DueSlot {
  const { crms, deadlineMs } = schedule;
  const minute = Math.floor((nowMs - deadlineMs - GRACE_MS) / MINUTE_MS);
  const before = newestSlots.get(schedule);
  if (before?.minute === minute) return { crms, slotMs: before.slotMs };
  const slotMs = latestSlot(schedule, minute * MINUTE_MS) ?? -Infinity;
  newestSlots.set(schedule, { minute, slotMs });
  return { crms, slotMs };
}

/** A report is old where a schedule over its CRM should have made a newer one by now. */
function judgeAge(crm: Omit<Found, "problem">, due: DueSlot[], nowMs: number): string | null {
  const mine = due.filter((slot) => covers(slot, crm.name));
  if (mine.length === 0) return judgeUncovered(crm, nowMs);
  const knownMs = knownUntil(crm);
  const dueMs = Math.max(...mine.map(({ slotMs }) => slotMs));
  if (knownMs === -Infinity || dueMs <= knownMs) return null;
  return `no report of the window to ${formatMinute(formatInstant(dueMs))} UTC was made`;
}

/** Nothing will make a newer one by itself: then it is old after a day. */
function judgeUncovered(crm: Omit<Found, "problem">, nowMs: number): string | null {
  const ageMs = nowMs - knownUntil(crm);
  if (ageMs === Infinity || ageMs <= UNCOVERED_MS) return null;
  return `no schedule reports on it; its newest report is ${Math.floor(ageMs / DAY_MS)} d old`;
}

function knownUntil({ newest, failure }: Omit<Found, "problem">): number {
  return Math.max(newest?.digest.windowEndMs ?? -Infinity, failure?.windowEndMs ?? -Infinity);
}
