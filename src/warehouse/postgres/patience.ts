/** What is done in one snapshot, done again from its start where the server goes away or takes the snapshot back. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CrmConfig } from "../../config/schema.ts";
import type { Connection } from "../../database/connection.ts";
import { codeOf, DatabaseError, HostsFailure, REFUSED_AUTHORIZATION, wasTakenBack } from "../../database/failure.ts";
import type { PostgresHost, PostgresTarget } from "../../database/target.ts";
import { openSnapshot } from "./snapshot.ts";

type Limits = Pick<CrmConfig, "timeoutMs" | "statementTimeoutMs" | "lockTimeoutMs" | "timezone">;

/** How long a server that broke off in mid-query is waited for, in all about 12 s; the deadline may end it sooner. */
const RETURNS_AFTER_MS = [0, 100, 200, 400, 800, 1600, 3200, 6400];
/** A standby applies a change that was in its way at once: the next query meets another one, or none. */
const STANDBY_AFTER_MS = [100, 400, 1600, 3200];
/** SQLSTATE classes and system errors of a server that went away. */
const LOST = /^(?:57P0[123]|08\w{3}|ECONNRESET|EPIPE|ETIMEDOUT|CONNECTION_\w+)$/;

/**
 * A lost server is waited for once. A standby that takes the snapshot back is asked again some times, then the next hosts are. `work`
 * also gets the milliseconds that opening took. Throws a `HostsFailure` with what each host said last.
 */
export async function inSnapshot<T>(
  target: PostgresTarget,
  limits: Limits,
  signal: AbortSignal,
  work: (connection: Connection, openMs: number) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const takenBack = new Map<PostgresHost, unknown>();
  let hosts = target.hosts;
  let wasLost = false;
  let tries = 0;
  for (let open = openSnapshot; ;) {
    const askedAt = performance.now();
    let connection: Connection | null = null;
    try {
      connection = await open({ ...target, hosts }, limits, signal);
      const openMs = performance.now() - askedAt;
      return await workIn(connection, async (opened) => await work(opened, openMs));
    } catch (error) {
      const said = wasLost && isLost(error) ? await explainLoss(error, connection, target, limits, signal) : error;
      const failures = connection === null ? failuresOf(error) : new Map([[connection.host, said]]);
      if (signal.aborted) throw preferEarlier(takenBack, failures);
      const again = [...failures].filter(
        ([host, reason]) => wasTakenBack(reason) || (takenBack.has(host) && isLost(reason)),
      );
      if (again.length > 0) {
        for (const [host, reason] of again) if (wasTakenBack(reason)) takenBack.set(host, reason);
        open = openSnapshot;
        const waitMs = STANDBY_AFTER_MS[tries];
        // Each host gets its part of the time.
        const partMs = (limits.timeoutMs * (target.hosts.length - hosts.length + 1)) / target.hosts.length;
        if (waitMs !== undefined && performance.now() - startedAt < partMs) {
          tries += 1;
          await sleep(waitMs, undefined, { signal }).catch(() => {});
          continue;
        }
        tries = 0;
        hosts = hosts.filter((host) => !again.some(([other]) => other === host));
        if (hosts.length === 0) throw preferEarlier(takenBack, failures);
      } else if (connection !== null && !wasLost && isLost(error)) {
        wasLost = true;
        open = openAgain;
      } else {
        throw new HostsFailure(new Map([...takenBack, ...failures]));
      }
    }
  }
}

async function workIn<T>(opened: Connection, work: (connection: Connection) => Promise<T>): Promise<T> {
  await using connection = opened;
  return await work(connection);
}

/** Between two statements a standby hangs up instead of cancelling, and nobody hears why. */
async function explainLoss(
  error: unknown,
  connection: Connection | null,
  target: PostgresTarget,
  limits: Limits,
  signal: AbortSignal,
): Promise<unknown> {
  if (connection === null || signal.aborted) return error;
  const conflict = Object.assign(new Error("terminating connection due to conflict with recovery"), { code: "40001" });
  try {
    const asked: PostgresTarget = { ...target, hosts: [connection.host], targetSession: "standby" };
    await using _ = await openSnapshot(asked, limits, signal);
    return conflict;
  } catch (second) {
    return wasTakenBack(second) ? conflict : error;
  }
}

function isLost(error: unknown): boolean {
  return LOST.test(codeOf(error));
}

/** What each host said to which no connection could be opened. */
function failuresOf(error: unknown): ReadonlyMap<PostgresHost, unknown> {
  if (error instanceof HostsFailure) return error.failures;
  throw error;
}

/** That a standby took the snapshot back says more than what came of it, such as that the time was over. */
function preferEarlier(
  earlier: ReadonlyMap<PostgresHost, unknown>,
  later: ReadonlyMap<PostgresHost, unknown>,
): HostsFailure {
  return new HostsFailure(new Map([...earlier, ...later, ...earlier]));
}

async function openAgain(target: PostgresTarget, limits: Limits, signal: AbortSignal): Promise<Connection> {
  let failure: unknown = new DatabaseError("given up");
  for (const delayMs of RETURNS_AFTER_MS) {
    try {
      await sleep(delayMs, undefined, { signal });
      return await openSnapshot(target, limits, signal);
    } catch (error) {
      failure = error;
      if (signal.aborted || REFUSED_AUTHORIZATION.test(codeOf(error))) break;
    }
  }
  throw failure;
}
