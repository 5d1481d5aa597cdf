/** The browser's part: goes on where the server ended, keeps the page true, answers a pointer. */
import { effect, signal, type Signal } from "@preact/signals";
import { hydrate } from "preact";
import { Page } from "../page.tsx";
import { asked } from "../pages/rules-table.tsx";
import { clock, isAlive, line, zone } from "../parts/state.ts";
import type { PageView } from "../view.ts";
import { follow, type Answer } from "./follow.ts";
import { keepPlotting } from "./plot.ts";

const ZONE = "automation-reports.zone";
const CLOCK_MS = 10_000;

const ground = document.querySelector("#page");
const data = document.querySelector("#view")?.textContent ?? null;
if (ground !== null && data !== null) begin(ground, JSON.parse(data) as PageView);

function begin(page: Element, first: PageView): void {
  const view = signal(first);
  hydrate(<Root view={view} />, page);
  isAlive.value = true;
  keepPlotting();
  keepZone();
  keepAddress();
  if (first.place === "site") return;
  const tick = () => {
    clock.value = Date.now();
  };
  tick();
  setInterval(tick, CLOCK_MS);
  if (first.events === null) return;
  follow(first.events, line, async () => {
    const { answer, view: changed } = await ask();
    if (changed === null) return answer;
    // The script of another version would not understand what comes.
    if (changed.version !== first.version) location.reload();
    view.value = changed;
    document.title = changed.title;
    document.querySelector('link[rel="icon"]')?.setAttribute("href", changed.icon);
    tick();
    return answer;
  });
}

function Root({ view }: { view: Signal<PageView> }) {
  return <Page view={view.value} />;
}

async function ask(): Promise<{ answer: Answer; view: PageView | null }> {
  try {
    const response = await fetch(location.href, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (response.status === 401 || response.status === 403 || response.redirected) {
      return { answer: "signed-out", view: null };
    }
    const isView = response.headers.get("content-type")?.includes("application/json") === true;
    if (!isView) return { answer: "failed", view: null };
    return { answer: "fresh", view: (await response.json()) as PageView };
  } catch {
    return { answer: "failed", view: null };
  }
}

/** The choice is the reader's own, and stays in this browser. */
function keepZone(): void {
  try {
    zone.value = localStorage.getItem(ZONE) === "local" ? "local" : "utc";
    effect(() => localStorage.setItem(ZONE, zone.value));
  } catch {
    // A browser that keeps nothing begins with UTC each time.
  }
}

/** What is filtered and sorted stands in the address, for whoever it is sent to. */
function keepAddress(): void {
  effect(() => {
    const query = asked.value;
    if (query === null) return;
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(query)) {
      if (value === "") address.searchParams.delete(name);
      else address.searchParams.set(name, String(value));
    }
    try {
      history.replaceState(null, "", address);
    } catch {
      // A file's address stays as it is.
    }
  });
}
