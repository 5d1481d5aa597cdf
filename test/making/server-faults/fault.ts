/** One way in which a server misbehaves, and what is said of the CRM that is read there. */
import type { FakeClient } from "../fake-server.ts";
import type { Recording } from "../recorded-server.ts";

export type ServerFault = {
  name: string;
  /** What the fake server does; `recording` is what a real one answered. */
  does: (client: FakeClient, recording: Recording) => Promise<void>;
  /** In the one line on stderr. */
  says: string | RegExp;
  /** The same for the catalogue, where `says` is no sentence. */
  said?: string;
  /** Of the URL; TLS is not asked for by default. */
  query?: string;
  /** Of the CRM. By default a second where the fault is silence, and 8 s else: a flood takes its time on a busy machine. */
  timeoutMs?: number;
};

export const MALFORMED = "its answer breaks PostgreSQL's protocol";
export const TOO_LATE = "no complete answer within 1 s";
export const CLOSED = "connection";
/** The password of each URL. */
export const SECRET = "canary-of-the-server";

/** Sends one thing after the startup message, and then nothing. */
export function opensWith(...bytes: Uint8Array[]): ServerFault["does"] {
  return async (client) => {
    await client.startup();
    await client.send(...bytes);
    await client.silence();
  };
}

/** Sends the same as long as the other end takes it. */
export async function flood(client: FakeClient, ...bytes: Uint8Array[]): Promise<void> {
  const once = Buffer.concat(bytes);
  const many = Buffer.concat(Array.from({ length: Math.ceil(65_536 / once.length) }, () => once));
  while (!client.hasGone()) await client.send(many);
}
