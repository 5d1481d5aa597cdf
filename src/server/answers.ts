/**
 * Answers that hold for a moment, so that a page asked for a thousand times a second is made once. Whatever is told to open
 * pages ends them all.
 */
import type { Principal } from "./context.ts";
import { finish, isKnown, sayUnchanged, secure } from "./finish.ts";

export type Answers = {
  /** Null: it has to be made. */
  find: (request: Request, principal: Principal) => Response | null;
  /** What `make` answers, finished, and kept where it may be. Requests for the same meanwhile wait for it. */
  make: (request: Request, principal: Principal, make: () => Response | Promise<Response>) => Promise<Response>;
  /** What is kept no longer holds. */
  forget: () => void;
};

/** What it was made for, beside its address: all that an answer may depend on. */
type Asked = { name: string; by: Principal["by"]; accept: string | null; encoding: string | null };
/** `isKept`: it is the same for all who ask so. */
type Made = { response: Response; bytes: number; isKept: boolean; untilMs: number };
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

export function createAnswers(clock: () => number): Answers {
  /** By the whole address. */
  const kept = new Map<string, Kept[]>();
  const making = new Map<string, Promise<Made>>();
  let [count, bytes, generation] = [0, 0, 0];
  const forget = () => {
    kept.clear();
    making.clear();
    [count, bytes] = [0, 0];
    generation += 1;
  };
  const drop = (answers: Kept[]) => {
    count -= answers.length;
    for (const answer of answers) bytes -= answer.bytes;
  };
  const keep = (url: string, answer: Kept) => {
    const before = kept.get(url) ?? [];
    const valid = before.filter(({ untilMs }) => untilMs > clock()).slice(1 - MOST_VARIANTS);
    drop(before.filter((one) => !valid.includes(one)));
    // The address whose answer is the newest is the last to be dropped.
    kept.delete(url);
    kept.set(url, [...valid, answer]);
    count += 1;
    bytes += answer.bytes;
    for (const [oldest, answers] of kept) {
      if (count <= MOST_ANSWERS && bytes <= MOST_BYTES) break;
      drop(answers);
      kept.delete(oldest);
    }
  };
  return {
    find: (request, principal) => {
      if (request.method !== "GET") return null;
      const variants = kept.get(request.url);
      if (variants === undefined) return null;
      const { headers } = request;
      const accept = headers.get("accept");
      const encoding = headers.get("accept-encoding");
      for (const answer of variants) {
        const isSame =
          answer.accept === accept &&
          answer.encoding === encoding &&
          answer.name === principal.name &&
          answer.by === principal.by;
        if (isSame && answer.untilMs > clock()) return tell(answer, headers.get("if-none-match"));
      }
      return null;
    },
    make: async (request, principal, make) => {
      const { url, headers, method } = request;
      const { name, by } = principal;
      const asked = { name, by, accept: headers.get("accept"), encoding: headers.get("accept-encoding") };
      const key = `${by} ${name} ${asked.encoding}\n${asked.accept}\n${url}`;
      const unchanged = headers.get("if-none-match");
      const begin = async () => await take(await make(), asked.encoding, clock() + HOLDS_MS);
      if (method !== "GET") return (await begin()).response;
      if (key.length > LONGEST_KEY) return tell(await begin(), unchanged);
      const running = making.get(key);
      if (running !== undefined) {
        const made = await running;
        // What may not be kept is one asker's own.
        return tell(made.isKept ? made : await begin(), unchanged);
      }
      const of = generation;
      const work = begin();
      making.set(key, work);
      try {
        const made = await work;
        if (made.isKept && of === generation) keep(url, { ...asked, ...made });
        return tell(made, unchanged);
      } finally {
        if (making.get(key) === work) making.delete(key);
      }
    },
    forget,
  };
}

/** `asked`: the request's If-None-Match. A copy costs less than a new answer: its headers are not read again. */
function tell({ response, isKept }: Made, asked: string | null): Response {
  if (isKnown(response, asked)) return sayUnchanged(response);
  return isKept ? (response.clone() as Response) : response;
}

async function take(made: Response, encoding: string | null, untilMs: number): Promise<Made> {
  const isEndless = made.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (isEndless) return { response: secure(made), bytes: 0, isKept: false, untilMs };
  const { response, bytes } = await finish(made, encoding);
  const { status, headers } = response;
  const isKept =
    KEPT_STATUSES.includes(status) &&
    bytes <= LARGEST_BYTES &&
    !(headers.get("cache-control") ?? "").includes("no-store") &&
    !headers.has("set-cookie");
  return { response, bytes, isKept, untilMs };
}
