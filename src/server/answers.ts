/**
 * Answers that hold for a moment, so that a page asked for a thousand times a second is made once. Whatever is told to open
 * pages ends them all.
 */
import type { Principal } from "./context.ts";
import { copy, finish, isKnown, sayUnchanged, secure, takesGzip } from "./finish.ts";

export type Answers = {
  /** Null: it has to be made. */
  find: (asked: Asked) => Response | null;
  /** What `make` answers, finished, and kept where it may be. Whoever asks for the same meanwhile waits for it. */
  make: (asked: Asked, make: () => Response | Promise<Response>) => Promise<Response>;
  /** What is kept no longer holds. */
  forget: () => void;
};

/** All that an answer may depend on. */
export type Asked = {
  isChange: boolean;
  url: string;
  name: string;
  by: Principal["by"];
  /** Of these Accept, Accept-Encoding and If-None-Match count, and each is read only where it decides. */
  headers: Pick<Request["headers"], "get">;
};

/** `isKept`: it is the same for all who ask so. `varies`: by which headers, in small letters. */
type Made = { response: Response; bytes: number; varies: string[]; isKept: boolean; untilMs: number };
/** Of an answer, by whom and how it was asked for; undefined: it is the same however that was asked. */
type Choice = { name: string; by: Principal["by"]; accept: string | null | undefined; gzip: boolean | undefined };
type Kept = { choice: Choice; made: Made };

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

/** Headers of a request that may choose between answers, as `Vary` names them. By any other none is kept. */
const CHOOSING = ["accept", "accept-encoding"];

export function readAsked({ method, url, headers }: Request, { name, by }: Principal): Asked {
  return { isChange: method !== "GET" && method !== "HEAD", url, name, by, headers };
}

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
  const drop = (one: Kept | undefined) => {
    if (one === undefined) return;
    count -= 1;
    bytes -= one.made.bytes;
  };
  const keep = (asked: Asked, made: Made) => {
    const variants = kept.get(asked.url) ?? [];
    // The oldest are the first.
    while (variants.length >= MOST_VARIANTS || hasEnded(variants[0], clock())) drop(variants.shift());
    variants.push({ choice: choose(asked, made), made });
    count += 1;
    bytes += made.bytes;
    // The address whose answer is the newest is the last to be dropped.
    kept.delete(asked.url);
    kept.set(asked.url, variants);
    for (const [oldest, answers] of kept) {
      if (count <= MOST_ANSWERS && bytes <= MOST_BYTES) break;
      for (const one of answers) drop(one);
      kept.delete(oldest);
    }
  };
  return {
    find: (asked) => {
      const variants = asked.isChange ? undefined : kept.get(asked.url);
      if (variants === undefined) return null;
      const found = variants.findLast(({ choice }) => isChosen(choice, asked));
      return found === undefined || hasEnded(found, clock()) ? null : tell(found.made, asked);
    },
    make: async (asked, make) => {
      const encoding = asked.headers.get("accept-encoding");
      const begin = async () => await take(await make(), encoding, clock() + HOLDS_MS);
      if (asked.isChange) return (await begin()).response;
      // Which headers choose is known when it is made.
      const key = `${asked.by} ${asked.name} ${encoding}\n${asked.headers.get("accept")}\n${asked.url}`;
      if (key.length > LONGEST_KEY) return tell(await begin(), asked);
      const running = making.get(key);
      if (running !== undefined) {
        const made = await running;
        // What may not be kept is one asker's own.
        return tell(made.isKept ? made : await begin(), asked);
      }
      const of = generation;
      const work = begin();
      making.set(key, work);
      try {
        const made = await work;
        if (made.isKept && of === generation) keep(asked, made);
        return tell(made, asked);
      } finally {
        if (making.get(key) === work) making.delete(key);
      }
    },
    forget,
  };
}

function choose({ name, by, headers }: Asked, { varies }: Made): Choice {
  return {
    name,
    by,
    accept: varies.includes("accept") ? headers.get("accept") : undefined,
    gzip: varies.includes("accept-encoding") ? takesGzip(headers.get("accept-encoding")) : undefined,
  };
}

function isChosen(choice: Choice, { name, by, headers }: Asked): boolean {
  return (
    choice.name === name &&
    choice.by === by &&
    (choice.accept === undefined || choice.accept === headers.get("accept")) &&
    (choice.gzip === undefined || choice.gzip === takesGzip(headers.get("accept-encoding")))
  );
}

function hasEnded(kept: Kept | undefined, nowMs: number): boolean {
  return kept !== undefined && kept.made.untilMs <= nowMs;
}

function tell({ response, isKept }: Made, { headers }: Asked): Response {
  if (isKnown(response, headers.get("if-none-match"))) return sayUnchanged(response);
  return isKept ? copy(response) : response;
}

async function take(made: Response, encoding: string | null, untilMs: number): Promise<Made> {
  const isEndless = made.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (isEndless) return { response: secure(made), bytes: 0, varies: [], isKept: false, untilMs };
  const { response, bytes } = await finish(made, encoding);
  const { status, headers } = response;
  const varies = listVaried(headers.get("vary"));
  const isKept =
    KEPT_STATUSES.includes(status) &&
    bytes <= LARGEST_BYTES &&
    !(headers.get("cache-control") ?? "").includes("no-store") &&
    !headers.has("set-cookie") &&
    varies.every((name) => CHOOSING.includes(name));
  return { response, bytes, varies, isKept, untilMs };
}

function listVaried(vary: string | null): string[] {
  const names = vary === null ? [] : vary.split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "");
}
