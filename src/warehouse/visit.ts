/** Goes to every chosen CRM's warehouse, several at once, each under its own deadline. A failure is a value and harms no other CRM. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CrmConfig } from "../config/schema.ts";
import type { Redact } from "../text/redact.ts";
import { mayPass, DatabaseError, progressOf, wasTakenBack } from "../database/failure.ts";
import { describeReadFailure } from "./failure-words.ts";

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
type Entry = [index: number, crm: CrmConfig];

/**
 * What `conclude` makes of each visit, in the order of `crms`: it is called as soon as a warehouse has answered, while the
 * others work. Where it throws of what was read, that visit has failed. Seconds are rounded to milliseconds.
 */
export async function visitWarehouses<T, R>(
  options: VisitOptions,
  work: Work<T>,
  conclude: (visit: Visit<T>, crm: CrmConfig) => R | Promise<R>,
): Promise<R[]> {
  const { crms, signal, redact, retryDelaysMs = [] } = options;
  const concluded: R[] = [];
  const visit = async ([index, crm]: Entry): Promise<boolean> => {
    const outcome = await visitOne(crm, options, work);
    try {
      concluded[index] = await conclude(outcome, crm);
    } catch (error) {
      const reason = redact(describeReadFailure(error, crm.target));
      concluded[index] = await conclude({ source: crm.name, status: "failed", reason, mayPass: false }, crm);
    }
    return outcome.status === "failed" && outcome.mayPass;
  };
  let again = await visitRound([...crms.entries()], options, visit);
  for (const delayMs of retryDelaysMs) {
    if (again.length === 0 || signal.aborted) break;
    await sleep(delayMs, undefined, { signal }).catch(() => {});
    again = await visitRound(again, options, visit);
  }
  return concluded;
}

/** Returns those that `visit` calls worth another visit. */
async function visitRound(
  entries: Entry[],
  { concurrency, signal, onProgress }: VisitOptions,
  visit: (entry: Entry) => Promise<boolean>,
): Promise<Entry[]> {
  const waiting = [...entries];
  const again = new Set<Entry>();
  const visiting = new Set<string>();
  let done = 0;
  const visitNext = async () => {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
      const [, { name }] = next;
      visiting.add(name);
      onProgress([...visiting], done);
      if (await visit(next)) again.add(next);
      visiting.delete(name);
      done += 1;
      onProgress([...visiting], done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, entries.length) }, visitNext));
  return entries.filter((entry) => again.has(entry));
}

async function visitOne<T>(crm: CrmConfig, { redact, signal }: VisitOptions, work: Work<T>): Promise<Visit<T>> {
  const started = performance.now();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), crm.timeoutMs);
  try {
    const result = await work(crm, AbortSignal.any([signal, deadline.signal]));
    // What is answered in part, without its past, is worth a report at the deadline, and not where nobody waits for it.
    if (signal.aborted) throw new DatabaseError("given up");
    const seconds = Math.round(performance.now() - started) / 1000;
    return { source: crm.name, status: "read", result, seconds };
  } catch (error) {
    const reason = redact(deadline.signal.aborted ? describeLate(error, crm) : describeReadFailure(error, crm.target));
    return { source: crm.name, status: "failed", reason, mayPass: deadline.signal.aborted || mayPass(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Why a CRM could not be read whose time was over. */
export function describeLate(error: unknown, crm: CrmConfig): string {
  const failure = wasTakenBack(error) ? error : new DatabaseError(adviseOnTimeout(crm, progressOf(error)));
  return describeReadFailure(failure, crm.target);
}

const TIMEOUT_ADVICE = {
  none: "no session was opened: check hosts, ports, network and firewalls, or raise timeout",
  undecided:
    "the server asked for the password, and has not said yet whether it accepts it: look at its authentication (LDAP, RADIUS, PAM), or raise timeout",
  mute: "a session was opened, and nothing is answered in it: is a pooler there paused or full, or the server overloaded?",
  open: "look at the server's load, ask for a shorter window, or raise timeout",
  sqlite: "look at the load of this machine and its disk, ask for a shorter window, or raise timeout",
};

function adviseOnTimeout({ timeoutMs, target }: CrmConfig, progress: ReturnType<typeof progressOf>): string {
  const advice = TIMEOUT_ADVICE[target.kind === "sqlite" ? "sqlite" : progress];
  return `no complete answer within ${timeoutMs / 1000} s: ${advice}`;
}
