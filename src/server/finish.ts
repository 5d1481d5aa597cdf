/**
 * The last hand on an answer: what a browser may do with it, its tag, its compression. In one go over the body, which is needed
 * whole to be kept: as three layers of the router the same took four times as long.
 */
import { COMPRESSIBLE_CONTENT_TYPE_REGEX as COMPRESSIBLE } from "hono/utils/compress";
import { STRICT_POLICY } from "./security/headers.ts";

/** Below it compressing costs more than it saves. */
const SHORTEST_BYTES = 1024;
const BASE = 36;
/** What is about a body, and is not said without one. All else is: a browser lays it over what it has. */
const OF_BODY = ["content-encoding", "content-length", "content-type"];

/** What a route has said itself stays. */
export function secure(response: Response): Response {
  const { headers } = response;
  const say = (name: string, value: string) => {
    if (!headers.has(name)) headers.set(name, value);
  };
  const type = headers.get("content-type") ?? "";
  say("Cache-Control", "private, no-cache");
  say("Content-Security-Policy", STRICT_POLICY);
  say("X-Content-Type-Options", "nosniff");
  // The badge is for other pages to show.
  say("Cross-Origin-Resource-Policy", type.startsWith("image/") ? "cross-origin" : "same-origin");
  if (!type.startsWith("text/html")) return response;
  say("Referrer-Policy", "no-referrer");
  say("Cross-Origin-Opener-Policy", "same-origin");
  return response;
}

/** Of answers that were made of a text, so that it is not read back out of them. */
const texts = new WeakMap<Response, string>();

/** An answer that `finish` takes as it is. */
export function answerText(text: string, status: number, headers: Record<string, string>): Response {
  const response = new Response(text, { status, headers });
  texts.set(response, text);
  return response;
}

type Finished = { response: Response; bytes: number };

/** A text with all that is said with it, for any number of answers. `packed`: compressed, where somebody has asked for that. */
export type Ready = Finished & { text: string; isPackable: boolean; packed: Promise<Finished> | null };

const readies = new WeakMap<Response, Ready>();

export function prepareText(text: string, headers: Record<string, string>): Ready {
  const response = new Response(text, { headers });
  return { response, ...sayAll(response, text), text, packed: null };
}

/** An answer that `finish` has nothing left to do for. */
export function answerReady(ready: Ready): Response {
  const response = copy(ready.response);
  readies.set(response, ready);
  return response;
}

/** Of an answer that ends. `accepted`: the request's Accept-Encoding. */
export async function finish(response: Response, accepted: string | null): Promise<Finished> {
  const ready = readies.get(response);
  if (ready !== undefined) {
    if (!ready.isPackable || !takesGzip(accepted)) return { response, bytes: ready.bytes };
    const { response: packed, bytes } = await (ready.packed ??= pack(ready.response, ready.text));
    return { response: copy(packed), bytes };
  }
  const text = texts.get(response);
  // To look at the body makes a stream of it.
  if (text === undefined && response.body === null) return { response: secure(response), bytes: 0 };
  const body = text ?? (await response.arrayBuffer());
  const { bytes, isPackable } = sayAll(response, body);
  if (isPackable && takesGzip(accepted)) return await pack(response, body);
  return { response: text === undefined ? new Response(body, response) : response, bytes };
}

/** Costs less than a new answer: its headers are not read again. */
export function copy(response: Response): Response {
  return response.clone() as Response;
}

function sayAll(response: Response, body: string | ArrayBuffer): Pick<Ready, "bytes" | "isPackable"> {
  const { status, headers } = secure(response);
  const bytes = Buffer.byteLength(body);
  const isStored = !(headers.get("cache-control") ?? "").includes("no-store");
  // Weak, because the same answer may be compressed or not. Only what is there has one: no condition hides that something is wrong.
  if (status === 200 && isStored && !headers.has("etag")) headers.set("ETag", `W/"${Bun.hash(body).toString(BASE)}"`);
  const isPackable = bytes >= SHORTEST_BYTES && isCompressible(headers);
  if (isPackable) headers.append("Vary", "Accept-Encoding");
  return { bytes, isPackable };
}

async function pack({ status, headers }: Response, body: string | ArrayBuffer): Promise<Finished> {
  const packed = await compress(body);
  const response = new Response(packed, { status, headers });
  response.headers.set("Content-Encoding", "gzip");
  return { response, bytes: packed.byteLength };
}

/** Whether the asker has it already. `asked`: the request's If-None-Match. */
export function isKnown({ status, headers }: Response, asked: string | null): boolean {
  if (asked === null || status !== 200) return false;
  const etag = headers.get("etag");
  return etag !== null && matches(asked, etag);
}

/** 304: what is said of the answer, without it. */
export function sayUnchanged(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const name of OF_BODY) headers.delete(name);
  return new Response(null, { status: 304, headers });
}

/** Weakly (RFC 9110, 13.1.2). */
function matches(asked: string, etag: string): boolean {
  const opaque = etag.replace(/^W\//, "");
  return asked.trim() === "*" || [...asked.matchAll(/"[^"]*"/g)].some(([tag]) => tag === opaque);
}

function isCompressible(headers: Response["headers"]): boolean {
  return !headers.has("content-encoding") && COMPRESSIBLE.test(headers.get("content-type") ?? "");
}

/** `accepted`: a request's Accept-Encoding. */
export function takesGzip(accepted: string | null): boolean {
  if (accepted === null) return false;
  const [, weight = "1"] = /(?:^|,)\s*gzip\s*(?:;\s*q=([\d.]+))?\s*(?:,|$)/i.exec(accepted) ?? [undefined, "0"];
  return Number(weight) > 0;
}

/** Beside the thread that answers. */
async function compress(body: string | ArrayBuffer): Promise<ArrayBuffer> {
  const packed = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(packed).arrayBuffer();
}
