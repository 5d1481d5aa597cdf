/** Hears of news by server-sent events, and notices when it hears nothing any more. */
import { effect, type Signal } from "@preact/signals";
import { wish, type Line } from "../parts/state.ts";
import { readEvents } from "./read-events.ts";

/** What became of asking for the page again. */
export type Answer = "fresh" | "failed" | "signed-out";

/** The server gives a sign of life every 15 s. */
const SILENT_MS = 35_000;
const WATCH_MS = 1000;
/** A clock that stood still this long slept, and so did the line. */
const SLEPT_MS = 15_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 20_000;
/** Reports that another process makes, and those that nobody makes any more, are no event. */
const STALE_MS = 60_000;
/** What happens at once is asked for once. */
const GATHER_MS = 200;

/** `refresh`: asks for the page again. */
export function follow(address: string, line: Signal<Line>, refresh: () => Promise<Answer>): void {
  let lastId: string | null = null;
  let heardMs = Date.now();
  let waitMs = FIRST_WAIT_MS;
  let open: AbortController | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let freshMs = Date.now();
  let missed = 0;
  let asking: "no" | "yes" | "again" = "no";
  let isEnded = false;

  const show = (next: Line) => {
    if (isEnded) return;
    line.value = wish.value === "pause" && next.state !== "signed-out" ? { state: "paused", missed } : next;
  };
  const lose = () => {
    open?.abort();
    open = null;
    show({ state: "lost", sinceMs: heardMs });
  };
  const signOut = () => {
    open?.abort();
    show({ state: "signed-out" });
    isEnded = true;
  };

  const catchUp = async (): Promise<void> => {
    if (wish.value === "pause") return;
    if (asking !== "no") {
      asking = "again";
      return;
    }
    asking = "yes";
    const answer = await refresh();
    const isWanted = (asking as string) === "again";
    asking = "no";
    if (answer === "signed-out") return signOut();
    if (answer === "failed") {
      lose();
      return later();
    }
    missed = 0;
    freshMs = Date.now();
    heardMs = freshMs;
    if (open !== null) show({ state: "live" });
    if (isWanted) await catchUp();
  };

  const onEvent = (id: string | null) => {
    lastId = id ?? lastId;
    missed += 1;
    if (wish.value === "pause") return show({ state: "live" });
    clearTimeout(gathering);
    gathering = setTimeout(() => void catchUp(), GATHER_MS);
  };

  const join = async (isFirst: boolean) => {
    const controller = new AbortController();
    open?.abort();
    open = controller;
    const url = new URL(address, location.href);
    if (lastId !== null) url.searchParams.set("last_event_id", lastId);
    try {
      const headers = { Accept: "text/event-stream" };
      const response = await fetch(url, { headers, cache: "no-store", signal: controller.signal });
      if (response.status === 401 || response.status === 403 || response.redirected) return signOut();
      if (!response.ok || response.body === null) throw new Error(String(response.status));
      heardMs = Date.now();
      waitMs = FIRST_WAIT_MS;
      if (isFirst) show({ state: "live" });
      else {
        show({ state: "catching-up" });
        void catchUp();
      }
      const onSign = () => {
        heardMs = Date.now();
      };
      await readEvents(response.body, { onSign, onEvent });
    } catch {
      // Whatever ended the line, it is lost.
    }
    if (open !== controller || isEnded) return;
    lose();
    later();
  };

  const later = () => {
    if (isEnded) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => void join(false), waitMs);
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
  };
  const again = () => {
    if (isEnded) return;
    clearTimeout(waiting);
    void join(false);
  };

  let watchedMs = Date.now();
  setInterval(() => {
    const nowMs = Date.now();
    const hasSlept = nowMs - watchedMs > SLEPT_MS;
    watchedMs = nowMs;
    if (isEnded) return;
    if (hasSlept || (open !== null && nowMs - heardMs > SILENT_MS)) {
      lose();
      return again();
    }
    if (open !== null && nowMs - freshMs > STALE_MS) {
      freshMs = nowMs;
      void catchUp();
    }
  }, WATCH_MS);
  addEventListener("online", again);
  addEventListener("offline", lose);
  addEventListener("pageshow", (event) => (event as PageTransitionEvent).persisted && again());

  let wished = wish.value;
  effect(() => {
    if (wish.value === wished) return;
    wished = wish.value;
    if (wished === "pause") return show({ state: "live" });
    show({ state: "catching-up" });
    if (open === null) again();
    else void catchUp();
  });

  show({ state: "joining" });
  void join(true);
}
