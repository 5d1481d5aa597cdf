/** A socket to a PostgreSQL server, TLS included, with libpq's meaning of sslmode (PostgreSQL documentation, 34.19). */
import { existsSync, readFileSync } from "node:fs";
import { connect, isIP, type Socket } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { checkServerIdentity, connect as connectTls, type ConnectionOptions } from "node:tls";
import type { PostgresTarget, SslMode } from "../../config/target.ts";
import { WarehouseError } from "../failure.ts";

export type Encryption = "plain" | "tls";

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const SAYS_YES = "S".charCodeAt(0);

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
export function listAttempts(target: PostgresTarget): Encryption[] {
  return target.host.startsWith("/") ? ["plain"] : ATTEMPTS[target.sslMode];
}

/** Throws system and TLS errors as they come, and a `WarehouseError` where the server offers no TLS. */
export async function dial(target: PostgresTarget, encryption: Encryption, signal: AbortSignal): Promise<Socket> {
  const socket = target.host.startsWith("/")
    ? connect({ path: `${target.host}/.s.PGSQL.${target.port}` })
    : connect({ host: target.host, port: target.port });
  const abort = () => socket.destroy(new WarehouseError("given up"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    await waitFor(socket, "connect");
    if (encryption === "plain") return socket;
    socket.write(SSL_REQUEST);
    const [answer] = await waitFor(socket, "data");
    if ((answer as Buffer)[0] === SAYS_YES) return await secure(socket, target);
    if (target.sslMode === "prefer") {
      socket.destroy();
      return await dial(target, "plain", signal);
    }
    throw new WarehouseError(`the server offers no TLS, and sslmode=${target.sslMode} wants it`);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function secure(socket: Socket, target: PostgresTarget): Promise<Socket> {
  const secured = connectTls({
    socket,
    ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
    ...readTrust(target),
  });
  await waitFor(secured, "secureConnect");
  return secured;
}

/** With a root certificate `require` verifies as `verify-ca` does; without one it verifies nothing. */
function readTrust(target: PostgresTarget): ConnectionOptions {
  const roots = readRoots(target);
  const verifies = target.sslMode.startsWith("verify-") || (target.sslMode === "require" && roots !== null);
  if (!verifies) return { rejectUnauthorized: false };
  return {
    rejectUnauthorized: true,
    ...(roots === null ? {} : { ca: roots }),
    checkServerIdentity: (_, certificate) =>
      target.sslMode === "verify-full" ? checkServerIdentity(target.host, certificate) : undefined,
  };
}

/** Null: the system's roots for `system`, no roots otherwise. */
function readRoots({ sslMode, sslRootCert }: PostgresTarget): string | null {
  if (sslRootCert === "system") return null;
  const path = sslRootCert ?? join(homedir(), ".postgresql", "root.crt");
  if (!sslMode.startsWith("verify-") && !existsSync(path)) return null;
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new WarehouseError(
      `sslmode=${sslMode} needs the certificate authority, and ${path} cannot be read: name it with sslrootcert=`,
    );
  }
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
      settle(() => reject(new WarehouseError("the server closed the connection: look into its log")));
    socket.once(event, onEvent).once("error", onError).once("close", onClose);
  });
}
