/** The socket: opened, answered, closed. */
import { lstatSync } from "node:fs";
import { connect } from "node:net";
import type { Listen } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import { showText } from "../text/terminal.ts";

/** The part of Bun's server that an answer needs. */
export type Line = Pick<Bun.Server<undefined>, "requestIP" | "timeout">;

export type Listening = {
  /** Where it is, as it would be asked for. */
  place: string;
  /** Takes no more, and lets what is being answered end for so long. */
  close: (withinMs: number) => Promise<void>;
};

type Answer = (request: Request, line: Line) => Response | Promise<Response>;

/** Of silence. A request whose header has not arrived by then is given up too, and so is a reader that does not read. */
const IDLE_SECONDS = 30;
/** Larger ones are not even received; what the routes take is less. */
const MOST_BODY_BYTES = 1_048_576;
/** The owner and the group of the process may connect. */
const SOCKET_UMASK = 0o117;

/** Throws an `AppError` where the address is taken, or none of this machine's. */
export async function listen(where: Listen, answer: Answer, onError: (error: unknown) => Response): Promise<Listening> {
  const server = await open(where, answer, onError);
  return {
    place: where.kind === "tcp" ? `http://${nameHost(where.hostname)}:${server.port}` : `unix:${where.path}`,
    close: async (withinMs) => {
      const forced = setTimeout(() => void server.stop(true), withinMs);
      await server.stop();
      clearTimeout(forced);
    },
  };
}

async function open(where: Listen, answer: Answer, onError: (error: unknown) => Response) {
  const umask = process.umask(SOCKET_UMASK);
  try {
    const shared = { development: false as const, maxRequestBodySize: MOST_BODY_BYTES, fetch: answer, error: onError };
    return where.kind === "tcp"
      ? Bun.serve({
          ...shared,
          hostname: where.hostname,
          port: where.port,
          idleTimeout: IDLE_SECONDS,
          // Said, because with development: false Bun would share the port with whoever listens there.
          reusePort: false,
        })
      : Bun.serve({ ...shared, unix: where.path });
  } catch (error) {
    const { code = "unknown reason" } = error as NodeJS.ErrnoException;
    const reason = where.kind === "tcp" ? explainAddress(where, code) : await explainSocket(where.path, code);
    throw new AppError("config", `[serve] listen: ${reason}`, { cause: error });
  } finally {
    process.umask(umask);
  }
}

function explainAddress({ hostname, port }: Extract<Listen, { kind: "tcp" }>, code: string): string {
  const place = `${nameHost(hostname)}:${port}`;
  if (code === "EADDRINUSE") {
    return `${place} is in use: another program listens there (ss -ltnp 'sport = :${port}' names it): stop it, or choose another port`;
  }
  if (code === "EADDRNOTAVAIL") return `${place}: this machine has no such address: ip address lists those it has`;
  if (code === "EACCES") return `${place}: ports below 1024 are root's: choose another`;
  return `${place} cannot be opened (${code})`;
}

async function explainSocket(path: string, code: string): Promise<string> {
  const place = showText(path);
  if (code === "ENOENT") return `${place}: its directory is not there: make it first`;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return `${place}: nothing may be written there`;
  if (code !== "EADDRINUSE") return `${place} cannot be opened (${code})`;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) {
    return `${place} is there and is no socket: choose another path, or remove it`;
  }
  return (await isListenedTo(path))
    ? `${place} is in use: another program listens there: stop it, or choose another path`
    : `${place} is a stale socket: the process that made it was killed, and none listens there now: rm ${place}`;
}

async function isListenedTo(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path });
  socket.once("connect", () => resolve(true));
  // Any other refusal than that nobody listens means that somebody might.
  socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "ECONNREFUSED"));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

function nameHost(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
