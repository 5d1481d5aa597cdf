/** Goes to every chosen CRM's warehouse, several at once, each under its own deadline. A failure is a value: it harms nobody else. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CrmConfig } from "../config/schema.ts";
import type { Redact } from "../redact.ts";
import { describeFailure, mayPass, WarehouseError } from "./failure.ts";

export type VisitOptions = {
  crms: CrmConfig[];
  concurrency: number;
  redact: Redact;
  /** Aborted when the whole pass is interrupted. */
  signal: AbortSignal;
  /** How long to wait before those are visited again whose failure may have passed; none by default. */
  retryDelaysMs?: number[];
  /** Called with the names of the CRMs that are being visited. */
  onProgress: (visiting: string[], done: number) => void;
};

export type Visit<T> =
  | { source: string; status: "read"; result: T; seconds: number }
  | { source: string; status: "failed"; reason: string; mayPass: boolean };

type Work<T> = (crm: CrmConfig, signal: AbortSignal) => Promise<T>;

/**
 * Outcomes are in the order of `crms`; seconds are rounded to milliseconds. `onVisit` is called with each as soon as it is
 * there, while the other warehouses work; what it throws ends everything.
 */
export async function visitWarehouses<T>(
  options: VisitOptions,
  work: Work<T>,
  onVisit: (visit: Visit<T>, crm: CrmConfig) => void = () => {},
): Promise<Visit<T>[]> {
  const { crms, retryDelaysMs = [], signal } = options;
  const visits: Visit<T>[] = [];
  const visit = async (crm: CrmConfig) => {
    const outcome = await visitOne(crm, options, work);
    onVisit(outcome, crm);
    return outcome;
  };
  await visitRound([...crms.entries()], visits, options, visit);
  for (const delayMs of retryDelaysMs) {
    const again = [...crms.entries()].filter(([index]) => isWorthRetrying(visits[index]));
    if (again.length === 0 || signal.aborted) break;
    await sleep(delayMs, undefined, { signal }).catch(() => {});
    await visitRound(again, visits, options, visit);
  }
  return visits;
}

function isWorthRetrying<T>(visit: Visit<T> | undefined): boolean {
  return visit?.status === "failed" && visit.mayPass;
}

/** Visits those CRMs and puts what came of it in their places. */
async function visitRound<T>(
  waiting: [index: number, crm: CrmConfig][],
  visits: Visit<T>[],
  options: VisitOptions,
  visit: (crm: CrmConfig) => Promise<Visit<T>>,
): Promise<void> {
  const visiting = new Set<string>();
  const all = waiting.length;
  let done = 0;
  const visitNext = async () => {
    for (let next = waiting.shift(); next !== undefined && !options.signal.aborted; next = waiting.shift()) {
      const [index, crm] = next;
      visiting.add(crm.name);
      options.onProgress([...visiting], done);
      visits[index] = await visit(crm);
      visiting.delete(crm.name);
      done += 1;
      options.onProgress([...visiting], done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency, all) }, visitNext));
}

async function visitOne<T>(crm: CrmConfig, { redact, signal }: VisitOptions, work: Work<T>): Promise<Visit<T>> {
  const started = performance.now();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), crm.timeout);
  try {
    const result = await work(crm, AbortSignal.any([signal, deadline.signal]));
    const seconds = Math.round(performance.now() - started) / 1000;
    return { source: crm.name, status: "read", result, seconds };
  } catch (error) {
    const failure = deadline.signal.aborted ? new WarehouseError(adviseOnTimeout(crm.timeout)) : error;
    const reason = redact(describeFailure(failure, crm.target));
    return { source: crm.name, status: "failed", reason, mayPass: deadline.signal.aborted || mayPass(error) };
  } finally {
    clearTimeout(timer);
  }
}

function adviseOnTimeout(timeoutMs: number): string {
  return `no complete answer within ${timeoutMs / 1000} s: look at the server's load, ask for a shorter window, or raise timeout`;
}
