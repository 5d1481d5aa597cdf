/** A fresh pass on demand: however many ask, a warehouse sees one query for each CRM and length of window at a time. */
import type { Config } from "../config/schema.ts";
import { keepPass } from "../deliver.ts";
import { AppError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { PassOptions, PassResult } from "../pass.ts";
import type { Store } from "../store/store.ts";
import { MINUTE_MS } from "../time/units.ts";

/** What became of a request for fresh reports. */
export type Ticket = { id: string; crms: string[]; windowMs: number; requestedMs: number } & TicketState;

type TicketState =
  | { state: "pending" }
  /** The kept passes that hold the reports. Several: some of the CRMs had been asked for before. */
  | { state: "done"; passIds: string[] }
  | { state: "failed"; reason: string };

export type Fresh = {
  /** Has those of the CRMs read that are not being read and were not read within `min_interval`. Never rejects. */
  request: (crms: string[], windowMs: number) => Promise<Ticket>;
  /** Null: not known, or too long ago. */
  find: (id: string) => Ticket | null;
  /** Makes a pass of the scheduler, after those on demand of the same CRMs and window; requests wait for it. */
  schedule: (options: PassOptions) => Promise<PassResult>;
  /** What a scheduled pass made is in the store now, or will never be. */
  settle: (passId: string) => void;
  /** Returns when nothing is being read on demand. */
  rest: () => Promise<void>;
};

export type FreshOptions = {
  config: () => Config;
  store: Store;
  log: Log;
  clock: () => number;
  signal: AbortSignal;
  makePass: (options: PassOptions) => Promise<PassResult>;
  /** A pass on demand is in the store. */
  onKept: (pass: PassResult) => void;
};

/** Of one CRM: the pass that has its report, or why there is none. */
type Part = { status: "made"; passId: string } | { status: "failed"; reason: string };

/** One CRM and one length of window. */
type Cell = { running: Promise<Part> | null; last: { part: Part; readMs: number } | null };

const MOST_TICKETS = 1000;
const MOST_WAITING = 16;
/** A scheduled pass of a window that ended this long ago answers for the present. */
const RECENT_MS = MINUTE_MS;
const MOST_LISTED = 50;
const ORIGIN = "adhoc";

export function createFresh(options: FreshOptions): Fresh {
  const { config, clock, signal } = options;
  const cells = new Map<string, Cell>();
  const tickets = new Map<string, Ticket>();
  const unsettled = new Map<string, () => void>();
  let waiting = 0;
  /** Passes on demand are made one after another. */
  let turn: Promise<unknown> = Promise.resolve();

  const cellOf = (crm: string, windowMs: number): Cell => {
    const key = `${crm} ${windowMs}`;
    const cell = cells.get(key) ?? { running: null, last: null };
    cells.set(key, cell);
    return cell;
  };
  const isRecent = ({ last }: Cell) => last !== null && Math.abs(clock() - last.readMs) < config().serve.minIntervalMs;
  const forgetOld = () => {
    for (const [key, cell] of cells) if (cell.running === null && !isRecent(cell)) cells.delete(key);
    for (const id of [...tickets.keys()].slice(0, Math.max(0, tickets.size - MOST_TICKETS))) tickets.delete(id);
  };
  /** Until it has ended, whoever asks for these CRMs waits for it. */
  const occupy = (crms: string[], windowMs: number, work: Promise<Map<string, Part>>) => {
    for (const crm of crms) {
      const cell = cellOf(crm, windowMs);
      const running = work.then((parts) => {
        const part = parts.get(crm) ?? { status: "failed", reason: "it was not read" };
        cell.last = { part, readMs: clock() };
        return part;
      });
      const mine = running.finally(() => {
        // What was begun meanwhile goes on.
        if (cell.running === mine) cell.running = null;
      });
      cell.running = mine;
    }
  };
  const read = async (crms: string[], windowMs: number): Promise<Map<string, Part>> => {
    waiting += 1;
    const work = turn.then(async () => await readAnew(crms, windowMs, options));
    turn = work.catch(() => {});
    try {
      return await work;
    } finally {
      waiting -= 1;
    }
  };

  return {
    request: async (crms, windowMs) => {
      forgetOld();
      const ticket: Ticket = {
        id: Bun.randomUUIDv7(),
        crms,
        windowMs,
        requestedMs: clock(),
        state: "pending",
      };
      tickets.set(ticket.id, ticket);
      const cold = crms.filter((crm) => {
        const cell = cellOf(crm, windowMs);
        return cell.running === null && !isRecent(cell);
      });
      if (cold.length > 0 && (waiting >= MOST_WAITING || signal.aborted)) {
        const reason = signal.aborted ? "the server is being stopped" : "too many reports are waiting: ask again later";
        return end(ticket, { state: "failed", reason });
      }
      if (cold.length > 0) occupy(cold, windowMs, read(cold, windowMs));
      const parts = crms.map(async (crm) => {
        const cell = cellOf(crm, windowMs);
        return cell.running === null ? cell.last?.part : await cell.running;
      });
      const settled = Promise.all(parts).then(
        (all) => end(ticket, describeParts(crms, all)),
        // A bug: it is the process's to report, not the asker's.
        (error: unknown) => {
          end(ticket, { state: "failed", reason: "the reports could not be made: the server's log says why" });
          throw error;
        },
      );
      // What is known already is told at once.
      const isKnown = crms.every((crm) => cellOf(crm, windowMs).running === null);
      if (isKnown) await settled;
      return ticket;
    },
    find: (id) => tickets.get(id) ?? null,
    schedule: async (pass) => {
      const windowMs = pass.window.endMs - pass.window.startMs;
      const names = pass.crms.map(({ name }) => name);
      const before = Promise.all(names.flatMap((name) => cells.get(`${name} ${windowMs}`)?.running ?? []));
      // Beyond its deadline it waits for nobody: it is interrupted.
      const made = Promise.race([before, untilAborted(pass.signal)]).then(async () => await options.makePass(pass));
      if (clock() - pass.window.endMs > RECENT_MS) return await made;
      // From now on, not from when its turn comes: whoever asks meanwhile must neither overtake it nor hold it up.
      occupy(
        names,
        windowMs,
        made.then(
          async (result) => {
            const { promise, resolve } = Promise.withResolvers<void>();
            unsettled.set(result.document.pass_id, resolve);
            await promise;
            return partsOf(result);
          },
          () => new Map<string, Part>(),
        ),
      );
      return await made;
    },
    settle: (passId) => {
      unsettled.get(passId)?.();
      unsettled.delete(passId);
    },
    rest: async () => {
      await turn;
    },
  };
}

function end(ticket: Ticket, state: Exclude<TicketState, { state: "pending" }>): Ticket {
  return Object.assign(ticket, state);
}

/** Done where one of the CRMs was read: the pass says which was not. */
function describeParts(crms: string[], parts: (Part | undefined)[]): Exclude<TicketState, { state: "pending" }> {
  const passIds = parts.flatMap((part) => (part?.status === "made" ? [part.passId] : []));
  if (passIds.length > 0) return { state: "done", passIds: [...new Set(passIds)] };
  const reasons = parts.map((part, index) => `${crms[index]}: ${part?.status === "failed" ? part.reason : "not read"}`);
  return { state: "failed", reason: [...new Set(reasons)].join("; ") };
}

/** Of CRMs whose report the store has from within `min_interval`, whoever made it, none is read again. */
async function readAnew(crms: string[], windowMs: number, options: FreshOptions): Promise<Map<string, Part>> {
  const { clock, store, log, signal } = options;
  const config = options.config();
  try {
    const nowMs = clock();
    const span = { sinceMs: nowMs - config.serve.minIntervalMs, untilMs: await store.reports.findPresent(nowMs) };
    const parts = await findKept(crms, windowMs, span, store);
    const chosen = config.crms.filter(({ name }) => crms.includes(name) && !parts.has(name));
    if (chosen.length === 0) return parts;
    const pass = await options.makePass({
      config,
      crms: chosen,
      window: { startMs: nowMs - windowMs, endMs: nowMs },
      nowMs,
      detailed: true,
      baseline: null,
      exportTo: null,
      readMemory: store.memory.recall,
      log,
      signal,
    });
    const { retentionMs, memoryMs } = config.store;
    const lost = await keepPass(pass, { store, origin: ORIGIN, ages: { retentionMs, memoryMs }, nowMs, log });
    if (lost > 0) return failAll(crms, "the report was made, but the store did not take it");
    options.onKept(pass);
    return new Map([...parts, ...partsOf(pass)]);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.kind !== "interrupted") log.error(error.message);
    return failAll(crms, error.kind === "interrupted" ? "the server is being stopped" : "the store cannot be used");
  }
}

async function findKept(
  crms: string[],
  windowMs: number,
  span: { sinceMs: number; untilMs: number },
  store: Store,
): Promise<Map<string, Part>> {
  const rows = await store.reports.list({ sources: crms, ...span, limit: MOST_LISTED * crms.length });
  const kept = rows.filter(
    ({ windowStartMs, windowEndMs }) => windowEndMs - windowStartMs === windowMs && windowEndMs > span.sinceMs,
  );
  // Newest first: the newest is the last to be set.
  return new Map(kept.toReversed().map(({ source, passId }) => [source, { status: "made", passId }]));
}

/** A CRM that could not be read is part of the pass, which says why. */
function partsOf({ document }: PassResult): Map<string, Part> {
  return new Map(document.outcomes.map(({ source }) => [source, { status: "made", passId: document.pass_id }]));
}

function failAll(crms: string[], reason: string): Map<string, Part> {
  return new Map(crms.map((crm) => [crm, { status: "failed", reason }]));
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  if (signal.aborted) resolve();
  await promise;
}
