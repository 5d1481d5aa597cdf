/** A socket to one PostgreSQL server, TLS included, with libpq's meaning of sslmode (PostgreSQL documentation, 34.19). */
import { connect, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type TLSSocket } from "node:tls";
import { findHome, NO_HOME } from "./home.ts";
import type { PostgresHost, PostgresTarget, SslMode } from "./target.ts";
import { codeOf, DatabaseError } from "./failure.ts";
import { readIdentity, readTrust } from "./certificates.ts";
import { isOutOfFiles, TOO_MANY_OPEN } from "../files/plain.ts";
import { lookUp } from "./look-up.ts";

export type Encryption = "plain" | "tls";

/** What protects a connection, as it was found and not as it was asked for. */
export type Protection = {
  /** Such as `TLSv1.3`; null: not encrypted. */
  protocol: string | null;
  verified: "nothing" | "authority" | "authority and name";
};

export type Dialled = { socket: Socket; protection: Protection };

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const SAYS_YES = "S".charCodeAt(0);
const SAYS_NO = "N".charCodeAt(0);
const AWAY = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/;
const UNPROTECTED: Protection = { protocol: null, verified: "nothing" };

/** In which order a mode tries; the second only if the server turned the first away. */
const ATTEMPTS: Record<SslMode, Encryption[]> = {
  disable: ["plain"],
  allow: ["plain", "tls"],
  prefer: ["tls", "plain"],
  require: ["tls"],
  "verify-ca": ["tls"],
  "verify-full": ["tls"],
};

/** A Unix socket is never encrypted. */
export function listAttempts({ sslMode }: PostgresTarget, { host }: PostgresHost): Encryption[] {
  return host.startsWith("/") ? ["plain"] : ATTEMPTS[sslMode];
}

/**
 * Whether a password may go over that connection as it is. `prefer` takes the word of whoever answers that there is no TLS,
 * so it is stricter than libpq; without the choice of TLS the operator has decided.
 */
export function maySendClearText({ sslMode }: PostgresTarget, { socket, protection }: Dialled): boolean {
  if (sslMode !== "prefer" || protection.protocol !== null) return true;
  const address = socket.remoteAddress;
  return address === undefined || address === "::1" || /^(?:::ffff:)?127\./.test(address);
}

/** Throws system and TLS errors as they come, and a `DatabaseError` where the server offers no TLS. */
export async function dial(
  target: PostgresTarget,
  host: PostgresHost,
  encryption: Encryption,
  signal: AbortSignal,
): Promise<Dialled> {
  const socket = host.host.startsWith("/")
    ? connect({ path: `${host.host}/.s.PGSQL.${host.port}` })
    : connect({ host: host.host, port: host.port, lookup: lookUp });
  const abort = () => socket.destroy(new DatabaseError("given up"));
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    await waitFor(socket, "connect").catch(refuseWithoutFiles);
    if (encryption === "plain") return { socket, protection: UNPROTECTED };
    socket.write(SSL_REQUEST);
    const [answer] = await waitFor(socket, "data");
    const [said, more] = answer as Buffer;
    // What is sent before TLS would be believed as if it had come through it (CVE-2021-23222).
    if (more !== undefined) throw new DatabaseError("does not speak PostgreSQL: check host and port");
    if (said === SAYS_YES) return await secure(socket, target, host);
    if (said !== SAYS_NO) throw new DatabaseError("does not speak PostgreSQL: check host and port");
    if (target.sslMode === "prefer") {
      socket.destroy();
      return await dial(target, host, "plain", signal);
    }
    throw new DatabaseError(
      `the server offers no TLS, and sslmode=${target.sslMode} wants it: turn ssl on there, or set sslmode=prefer if the network may be trusted`,
    );
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** A host or a server that seems to be away may be a socket that this process could not open. */
function refuseWithoutFiles(error: unknown): never {
  if (AWAY.test(codeOf(error)) && isOutOfFiles()) throw new DatabaseError(TOO_MANY_OPEN, true);
  throw error;
}

/** Where there are trusted roots, every mode verifies the authority; `verify-full` alone also the name. */
async function secure(socket: Socket, target: PostgresTarget, { host }: PostgresHost): Promise<Dialled> {
  const trust = readTrust(target, findHome() ?? NO_HOME);
  const checksName = target.sslMode === "verify-full";
  const secured: TLSSocket = connectTls({
    socket,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...readIdentity(target, findHome() ?? NO_HOME),
    ...(trust.kind === "roots" ? { ca: trust.roots } : {}),
    rejectUnauthorized: trust.kind !== "none",
    checkServerIdentity: (_, certificate) => (checksName ? checkServerIdentity(host, certificate) : undefined),
  });
  await waitFor(secured, "secureConnect");
  const verified = trust.kind === "none" ? "nothing" : checksName ? "authority and name" : "authority";
  return { socket: secured, protection: { protocol: secured.getProtocol(), verified } };
}

/** The arguments of one event, or the socket's error. */
async function waitFor(socket: Socket, event: "connect" | "data" | "secureConnect"): Promise<unknown[]> {
  return await new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      socket.off(event, onEvent).off("error", onError).off("close", onClose);
      act();
    };
    const onEvent = (...values: unknown[]) => settle(() => resolve(values));
    const onError = (error: Error) => settle(() => reject(error));
    const onClose = () =>
      settle(() => reject(new DatabaseError("the server closed the connection: look into its log", true)));
    socket.once(event, onEvent).once("error", onError).once("close", onClose);
  });
}
