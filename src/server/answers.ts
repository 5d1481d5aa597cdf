/**
 * Answers that hold for a moment, so that a page asked for a thousand times a second is made once. Whatever is told to open
 * pages ends them all.
 */
import type { Principal } from "./context.ts";

export type Answers = {
  /** Null: it has to be made. */
  find: (request: Request, principal: Principal) => Response | null;
  /** What `make` answers, kept where it may be. Requests for the same meanwhile wait for it. */
  make: (request: Request, principal: Principal, make: () => Promise<Response>) => Promise<Response>;
  /** What is kept no longer holds. */
  forget: () => void;
};

/** What it was made for, beside its address: all that an answer may depend on. */
type Asked = { name: string; by: Principal["by"]; accept: string | null; encoding: string | null };
type Made = { status: number; headers: Headers; etag: string | null; body: Uint8Array<ArrayBuffer>; untilMs: number };
type Kept = Asked & Made;

/** Ages are told in seconds, and other processes keep reports too. */
const HOLDS_MS = 1000;
const MOST_ANSWERS = 500;
/** Of one address: they are looked through one by one. */
const MOST_VARIANTS = 16;
const MOST_BYTES = 16_000_000;
/** A longer one, or one with headers of an unusual length, is made each time. */
const LARGEST_BYTES = 2_000_000;
const LONGEST_KEY = 2000;
/** Statuses that say how something is. */
const KEPT_STATUSES = [200, 404, 503];
/** What an answer without its body still says (RFC 9110, 15.4.5). */
const OF_UNCHANGED = ["cache-control", "content-location", "etag", "expires", "vary"];

export function createAnswers(clock: () => number): Answers {
  /** By the whole address. */
  const kept = new Map<string, Kept[]>();
  const making = new Map<string, Promise<Made | Response>>();
  let [count, bytes, generation] = [0, 0, 0];
  const forget = () => {
    kept.clear();
    making.clear();
    [count, bytes] = [0, 0];
    generation += 1;
  };
  const keep = (url: string, asked: Asked, made: Made) => {
    if (count >= MOST_ANSWERS || bytes + made.body.length > MOST_BYTES) forget();
    count += 1;
    bytes += made.body.length;
    const others = (kept.get(url) ?? []).filter(({ untilMs }) => untilMs > clock());
    kept.set(url, [...others, { ...asked, ...made }].slice(-MOST_VARIANTS));
  };
  return {
    find: (request, principal) => {
      if (request.method !== "GET") return null;
      const variants = kept.get(request.url);
      if (variants === undefined) return null;
      const accept = request.headers.get("accept");
      const encoding = request.headers.get("accept-encoding");
      for (const answer of variants) {
        const isSame =
          answer.accept === accept &&
          answer.encoding === encoding &&
          answer.name === principal.name &&
          answer.by === principal.by;
        if (isSame && answer.untilMs > clock()) return write(answer, request);
      }
      return null;
    },
    make: async (request, principal, make) => {
      const { url, headers } = request;
      const { name, by } = principal;
      const asked = { name, by, accept: headers.get("accept"), encoding: headers.get("accept-encoding") };
      const key = JSON.stringify([url, asked]);
      if (request.method !== "GET" || key.length > LONGEST_KEY) return await make();
      const begun = making.get(key);
      if (begun !== undefined) {
        const answer = await begun;
        // What may not be kept is one asker's own.
        return answer instanceof Response ? await make() : write(answer, request);
      }
      const of = generation;
      const work = make().then(async (response) => await take(response, clock() + HOLDS_MS));
      making.set(key, work);
      try {
        const answer = await work;
        if (answer instanceof Response) return answer;
        if (of === generation) keep(url, asked, answer);
        return write(answer, request);
      } finally {
        if (making.get(key) === work) making.delete(key);
      }
    },
    forget,
  };
}

/** The response itself where it is not to be kept. */
async function take(response: Response, untilMs: number): Promise<Made | Response> {
  const { status, headers } = response;
  const control = headers.get("cache-control") ?? "";
  const isKept = KEPT_STATUSES.includes(status) && !control.includes("no-store") && !headers.has("set-cookie");
  if (!isKept || headers.get("content-type")?.startsWith("text/event-stream") === true) return response;
  const body = new Uint8Array(await response.arrayBuffer());
  const answer = { status, headers: new Headers(headers), etag: headers.get("etag"), body, untilMs };
  return body.length > LARGEST_BYTES ? new Response(body, { status, headers: answer.headers }) : answer;
}

function write({ status, headers, etag, body }: Made, request: Request): Response {
  const asked = etag === null || status !== 200 ? null : request.headers.get("if-none-match");
  if (asked === null || etag === null || !matches(asked, etag)) return new Response(body, { status, headers });
  const said = OF_UNCHANGED.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return new Response(null, { status: 304, headers: said });
}

/** Weakly (RFC 9110, 13.1.2). */
function matches(asked: string, etag: string): boolean {
  const opaque = etag.replace(/^W\//, "");
  return asked.trim() === "*" || [...asked.matchAll(/"[^"]*"/g)].some(([tag]) => tag === opaque);
}
