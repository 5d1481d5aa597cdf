/** Goes to every chosen CRM's warehouse, several at once, each under its own deadline. A failure is a value: it harms nobody else. */
import type { CrmConfig } from "../config/schema.ts";
import type { Redact } from "../redact.ts";
import { describeFailure, WarehouseError } from "./failure.ts";

export type VisitOptions = {
  crms: CrmConfig[];
  concurrency: number;
  redact: Redact;
  /** Aborted when the whole pass is interrupted. */
  signal: AbortSignal;
  /** Called with the names of the CRMs that are being visited. */
  onProgress: (visiting: string[], done: number) => void;
};

export type Visit<T> =
  | { source: string; status: "read"; result: T; seconds: number }
  | { source: string; status: "failed"; reason: string };

/** Outcomes are in the order of `crms`; seconds are rounded to milliseconds. */
export async function visitWarehouses<T>(
  options: VisitOptions,
  work: (crm: CrmConfig, signal: AbortSignal) => Promise<T>,
): Promise<Visit<T>[]> {
  const visits: Visit<T>[] = [];
  const waiting = [...options.crms.entries()];
  const visiting = new Set<string>();
  let done = 0;
  const visitNext = async () => {
    for (let next = waiting.shift(); next !== undefined && !options.signal.aborted; next = waiting.shift()) {
      const [index, crm] = next;
      visiting.add(crm.name);
      options.onProgress([...visiting], done);
      visits[index] = await visitOne(crm, options, work);
      visiting.delete(crm.name);
      done += 1;
      options.onProgress([...visiting], done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency, options.crms.length) }, visitNext));
  return visits;
}

async function visitOne<T>(
  crm: CrmConfig,
  { redact, signal }: VisitOptions,
  work: (crm: CrmConfig, signal: AbortSignal) => Promise<T>,
): Promise<Visit<T>> {
  const started = performance.now();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), crm.timeout);
  try {
    const result = await work(crm, AbortSignal.any([signal, deadline.signal]));
    const seconds = Math.round(performance.now() - started) / 1000;
    return { source: crm.name, status: "read", result, seconds };
  } catch (error) {
    const failure = deadline.signal.aborted ? new WarehouseError(adviseOnTimeout(crm.timeout)) : error;
    return { source: crm.name, status: "failed", reason: redact(describeFailure(failure, crm.target)) };
  } finally {
    clearTimeout(timer);
  }
}

function adviseOnTimeout(timeoutMs: number): string {
  return `no complete answer within ${timeoutMs / 1000} s: look at the server's load, ask for a shorter window, or raise timeout`;
}
