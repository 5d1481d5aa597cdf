/** A connection to one of a target's servers, open and of the wanted kind, in one transaction after the other. */
import { Socket } from "node:net";
import type postgres from "postgres";
import { createLooseRedactor } from "../text/redact.ts";
import type { PostgresHost, PostgresTarget, TargetSession } from "./target.ts";
import {
  codeOf,
  describeOtherSession,
  HostsFailure,
  DatabaseError,
  NoSession,
  REFUSED_AUTHORIZATION,
  type Answering,
} from "./failure.ts";
import { followAuthentication, type Authentication } from "./authentication.ts";
import { dial, listAttempts, maySendClearText, type Encryption, type Protection } from "./dial.ts";
import { GuardedSocket } from "./guard.ts";
import { TLS_CODE } from "./handshake.ts";
import { preparePassword } from "./prepared-password.ts";
import { screenServer, type Farewell, type Screen } from "./screen.ts";
import { begin } from "./transaction.ts";

export type Connection = {
  host: PostgresHost;
  protection: Protection;
  /** One statement with its parameters, or several in one text without any. */
  ask: <T extends object>(text: string, values?: postgres.ParameterOrJSON<never>[]) => Promise<T[]>;
  /** Ends the transaction before the session ends, and throws where that fails. */
  end: (how: "COMMIT" | "ROLLBACK") => Promise<void>;
  /** Begins another transaction after its end, with a signal of its own. Throws where the session is over by then. */
  beginAgain: (statements: string, signal: AbortSignal) => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

export type Purpose = {
  /** Milliseconds for everything together. */
  timeout: number;
  /** The statements that begin the transaction and set its limits. */
  begin: string;
  /** The longest answer to one statement. */
  mostBytes: number;
};

const UNDECIDED =
  "asks for the password, and does not say whether it accepts it: look at its authentication (LDAP, RADIUS, PAM)";

const CLOSE_SECONDS = 0.25;
const CANCEL_MS = 1000;
const KEEP_ALIVE_SECONDS = 10;

/** What each value of target_session_attrs looks for, one round over the hosts after the other. */
const ROUNDS: Record<TargetSession, Exclude<TargetSession, "prefer-standby">[]> = {
  any: ["any"],
  "read-write": ["read-write"],
  "read-only": ["read-only"],
  primary: ["primary"],
  standby: ["standby"],
  "prefer-standby": ["standby", "any"],
};

const DESCRIBE_SERVER = `SELECT pg_catalog.pg_is_in_recovery() AS standby,
  pg_catalog.current_setting('default_transaction_read_only') = 'on' OR pg_catalog.pg_is_in_recovery() AS read_only`;

/** Throws a `HostsFailure` with what each host answered. At the signal a running query is cancelled and `ask` rejects. */
export async function openConnection(
  target: PostgresTarget,
  purpose: Purpose,
  signal: AbortSignal,
): Promise<Connection> {
  const failures = new Map<PostgresHost, unknown>();
  for (const wanted of ROUNDS[target.targetSession]) {
    for (const host of target.hosts) {
      // What was silent is silent still, and the time is for the others.
      if (failures.get(host) instanceof NoSession) continue;
      try {
        const connection = await openHost(target, host, purpose, signal);
        const isFit = await isWanted(connection, wanted).catch(async (error: unknown) => {
          await connection[Symbol.asyncDispose]();
          throw error;
        });
        if (isFit) return connection;
        await connection[Symbol.asyncDispose]();
        failures.set(host, new DatabaseError(describeOtherSession(target.targetSession), true));
      } catch (error) {
        failures.set(host, error);
        // As in libpq: a server that knows us and says no speaks for all.
        if (signal.aborted || REFUSED_AUTHORIZATION.test(codeOf(error))) throw new HostsFailure(failures);
      }
    }
  }
  throw new HostsFailure(failures);
}

async function isWanted(connection: Connection, wanted: Exclude<TargetSession, "prefer-standby">): Promise<boolean> {
  if (wanted === "any") return true;
  const [server] = await connection.ask<{ standby: boolean; read_only: boolean }>(DESCRIBE_SERVER);
  if (server === undefined) return false;
  if (wanted === "standby") return server.standby;
  if (wanted === "primary") return !server.standby;
  return (wanted === "read-only") === server.read_only;
}

async function openHost(
  target: PostgresTarget,
  host: PostgresHost,
  purpose: Purpose,
  signal: AbortSignal,
): Promise<Connection> {
  const [first = "plain", second] = listAttempts(target, host);
  const open = async (encryption: Encryption) => {
    const connecting = new AbortController();
    // One silent server of several must not use up the whole deadline.
    const limitMs =
      target.connectTimeoutMs ?? (target.hosts.length > 1 ? purpose.timeout / (target.hosts.length + 1) : null);
    const timer = limitMs === null ? null : setTimeout(() => connecting.abort(), limitMs);
    try {
      return await connect(target, host, encryption, purpose, signal, AbortSignal.any([signal, connecting.signal]));
    } catch (error) {
      if (error instanceof NoSession) throw error;
      if (connecting.signal.aborted) throw new NoSession(`no connection within ${formatLimit(limitMs ?? 0)}`, "none");
      throw signal.aborted ? new NoSession("given up", "none") : error;
    } finally {
      if (timer !== null) clearTimeout(timer);
    }
  };
  try {
    return await open(first);
  } catch (error) {
    if (second === undefined || signal.aborted || !wasTurnedAway(error, first)) throw error;
    return await open(second);
  }
}

/** `connecting` ends the way to the first answer, `firstSignal` everything up to the end of the first transaction. */
async function connect(
  target: PostgresTarget,
  host: PostgresHost,
  encryption: Encryption,
  purpose: Purpose,
  firstSignal: AbortSignal,
  connecting: AbortSignal,
): Promise<Connection> {
  let signal = firstSignal;
  const sockets: GuardedSocket[] = [];
  const cancelling: Promise<GuardedSocket>[] = [];
  let protection: Protection = { protocol: null, verified: "nothing" };
  const password = host.password ?? "";
  const hide = createLooseRedactor(password);
  let authentication = null as Authentication | null;
  let screen = null as Screen | null;
  let inSession = false;
  const dialFirst = async () => {
    const dialled = await dial(target, host, encryption, connecting);
    authentication = followAuthentication({ clearText: maySendClearText(target, dialled) });
    screen = screenServer(authentication, purpose.mostBytes);
    const guarded = new GuardedSocket(dialled.socket, screen);
    sockets.push(guarded);
    protection = dialled.protection;
    return guarded;
  };
  /**
   * Nothing that is answered to it concerns us. Where nothing was asked yet, or the server takes no connection any more, it is a
   * closed socket: without one the library would throw where nobody listens.
   */
  const dialCancelling = async () => {
    const dialled = inSession
      ? await dial(target, host, encryption, AbortSignal.timeout(CANCEL_MS)).catch(() => null)
      : null;
    const guarded = new GuardedSocket(dialled?.socket ?? new Socket().destroy(), null);
    sockets.push(guarded);
    return guarded;
  };
  let dialling: Promise<GuardedSocket> | null = dialFirst();
  dialling.catch(() => {});
  const giveUp = () => sockets[0]?.destroy(new DatabaseError("given up"));
  connecting.addEventListener("abort", giveUp, { once: true });
  // Loaded only now: meanwhile the server starts a process for us.
  const [{ default: createClient }, prepared] = await Promise.all([import("postgres"), preparePassword(password)]);
  const sql = createClient({
    // The socket is ours, so that TLS means what libpq says. A second one is only for cancelling: postgres.js would
    // reconnect without end to a server that accepts and closes.
    socket: async () => {
      const first = dialling;
      dialling = null;
      if (first === null && signal.aborted) {
        const dialled = dialCancelling();
        cancelling.push(dialled);
        return await dialled;
      }
      const socket = await first;
      if (socket?.readyState === "open") return socket;
      throwIfRefused(sockets);
      throw new DatabaseError("the server closed the connection while it was opened: look into its log", true);
    },
    host: "socket",
    port: host.port,
    user: target.user,
    database: target.database,
    password: () => (authentication?.isScram() === true ? prepared : password),
    ssl: false,
    // A transaction stays together because the connection is the only one and serves no other queries.
    max: 1,
    prepare: false,
    fetch_types: false,
    keep_alive: KEEP_ALIVE_SECONDS,
    // Zero: no timer of its own, the deadline is the signal's.
    connect_timeout: 0,
    onnotice: () => {},
    connection: {
      application_name: "automation-reports",
      ...(target.options === null ? {} : { options: target.options }),
    },
  } as postgres.Options<Record<string, never>>);
  const close = async () => {
    await sql.end({ timeout: CLOSE_SECONDS });
    // The server hangs up when it has done what it can.
    const hungUp = cancelling.map(async (dialled) => await (await dialled).closed);
    if (hungUp.length > 0) await Promise.race([Promise.all(hungUp), Bun.sleep(CANCEL_MS)]);
    // When its last byte is sent: a server's process takes milliseconds to end.
    for (const socket of sockets) socket.destroySoon();
  };
  let usable = true;
  try {
    const ask: Connection["ask"] = async (text, values = []) => {
      try {
        return await untilAborted(sql.unsafe<never[]>(text, values), signal);
      } catch (error) {
        const said = error instanceof createClient.PostgresError ? error : sayFarewell(screen, signal);
        usable = said?.severity === "ERROR";
        // A server may repeat the password, and half of one, where a message is cut, nobody would know again.
        if (said !== null) {
          said.message = hide(said.message);
          const answering: Answering = { inSession, isStandby: screen?.isStandby() ?? null };
          Object.assign(said, answering);
        }
        throwIfRefused(sockets);
        throw said ?? error;
      }
    };
    let ended = false;
    const end: Connection["end"] = async (how) => {
      ended = true;
      await ask(how);
    };
    const beginAgain: Connection["beginAgain"] = async (statements, next) => {
      signal = next;
      ended = false;
      await begin(ask, statements);
    };
    const leave = async () => {
      // A pooler would throw a server connection away that is left in a transaction.
      if (usable && !ended) void ask("COMMIT").catch(() => {});
      await close();
    };
    await begin(ask, purpose.begin);
    inSession = true;
    return { host, protection, ask, end, beginAgain, [Symbol.asyncDispose]: leave };
  } catch (error) {
    await close();
    if (connecting.aborted && screen?.isOpen() === true) throw new NoSession("answers nothing in its session", "mute");
    if (connecting.aborted && authentication?.isUndecided() === true) throw new NoSession(UNDECIDED, "undecided");
    throw error;
  } finally {
    connecting.removeEventListener("abort", giveUp);
  }
}

/** In seconds of two digits: what several hosts share is no round number. */
function formatLimit(ms: number): string {
  return `${ms >= 10_000 ? Math.round(ms / 1000) : Number((ms / 1000).toPrecision(2))} s`;
}

/** Why the server ended the session; null: it did not say so, or we ended it. */
function sayFarewell(screen: Screen | null, signal: AbortSignal): (Error & Farewell) | null {
  const farewell = signal.aborted ? null : (screen?.farewell() ?? null);
  return farewell === null ? null : Object.assign(new Error(farewell.message), farewell);
}

function throwIfRefused(sockets: GuardedSocket[]): void {
  const refused = sockets.find(({ refusal }) => refusal !== null);
  if (refused !== undefined) throw refused.refusal;
}

/** The server answered and said no to this way of connecting, as opposed to not answering at all. */
function wasTurnedAway(error: unknown, encryption: Encryption): boolean {
  const code = codeOf(error);
  return REFUSED_AUTHORIZATION.test(code) || (encryption === "tls" && TLS_CODE.test(code));
}

async function untilAborted<T extends postgres.MaybeRow[]>(
  query: postgres.PendingQuery<T>,
  signal: AbortSignal,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => {
    query.cancel();
    reject(new DatabaseError("given up"));
  };
  query.catch(() => {});
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([query, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
