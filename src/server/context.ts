/** What every route of the server sees. */
import type { Config, Scope } from "../config/schema.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Events } from "./events.ts";
import type { Fresh } from "./passes.ts";

export type ServeContext = {
  /** In force now: another one after a reload. */
  config: () => Config;
  store: Store;
  log: Log;
  /** The real clock, epoch milliseconds. */
  clock: () => number;
  fresh: Fresh;
  events: Events;
  scheduler: () => SchedulerState;
  version: string;
};

/** `lastBeatMs`: when the scheduler last went on, epoch milliseconds; null: it has not begun. */
export type SchedulerState = { lastBeatMs: number | null };

/** Hono's variables and bindings, the same for every route: `new Hono<ServeEnv>()`. */
export type ServeEnv = {
  Bindings: {
    /** Of whoever asks; behind a proxy as the proxy says. Null: unknown, as on a Unix socket. */
    readAddress: () => string | null;
    /** As the asker wrote it: `https://reports.example.com`. Links that leave the page begin with it and `basePath`. */
    origin: string;
    /** Such as `/reports`; empty: none. Every link begins with it. */
    basePath: string;
    /** Takes out of a body what must not be in an answer. */
    hide: (text: string) => string;
    /** Whose token it was, and what it allows; without tokens everything is allowed to everyone. */
    principal: Principal;
    /** The request is answered for as long as it takes: an event stream. */
    keepOpen: () => void;
  };
};

/** `by`: how it was shown who asks. */
export type Principal = { name: string; scopes: readonly Scope[]; by: "token" | "cookie" | "nothing" };
