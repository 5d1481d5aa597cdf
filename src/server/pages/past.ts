/** How a CRM did over a longer time, put together from kept reports. */
import type { Store } from "../../store/store.ts";
import { HOUR_MS } from "../../time/units.ts";
import type { Range } from "../../dashboard/view.ts";
import { RANGE_MS, type Past } from "../../dashboard/views/crm.ts";
import type { Hour } from "../../dashboard/views/strip.ts";
import type { Library } from "../library.ts";

/** Reports that are read for one chart. */
const MOST_POINTS = 60;
const MOST_ROWS = 2000;

/** `endMs`: of the report that is shown; what is newer is left out. */
export async function readPast(
  source: string,
  range: Range,
  endMs: number,
  { store, library }: { store: Store; library: Library },
): Promise<Past> {
  const fromMs = endMs - RANGE_MS[range];
  const rows = (await store.reports.list({ sources: [source], windowEndMs: endMs + 1, limit: MOST_ROWS })).filter(
    (row) => row.windowEndMs > fromMs && row.status !== "fallback",
  );
  const chosen = [...new Set([...tile(rows, fromMs), ...spread(rows)])];
  const digests = [];
  for (const { id } of chosen) {
    const digest = await library.readDigest(id);
    if (digest !== null) digests.push(digest);
  }
  const ascending = digests.toSorted((a, b) => a.endMs - b.endMs);
  const hours = new Map<number, Hour>();
  for (const digest of ascending) {
    for (const hour of digest.hours) {
      // An hour that a window covers only in part is known better from the next report.
      const known = hours.get(hour.startMs);
      if (hour.startMs + HOUR_MS > fromMs && (known === undefined || hour.total >= known.total)) {
        hours.set(hour.startMs, hour);
      }
    }
  }
  return {
    hours: [...hours.values()],
    durations: {
      at: ascending.map((digest) => Math.round(digest.endMs / 1000)),
      p50: ascending.map(({ p50 }) => p50),
      p95: ascending.map(({ p95 }) => p95),
      p99: ascending.map(({ p99 }) => p99),
    },
  };
}

type Row = { id: string; windowStartMs: number; windowEndMs: number };

/** As few reports as cover the time, the newest first: each begins where the one after it does, or before. */
function tile<T extends Row>(rows: T[], fromMs: number): T[] {
  const chosen: T[] = [];
  let openMs = Infinity;
  for (const row of rows) {
    const next = rows[rows.indexOf(row) + 1];
    const isNeeded = openMs === Infinity || next === undefined || next.windowEndMs < openMs;
    if (!isNeeded || row.windowStartMs >= openMs) continue;
    chosen.push(row);
    openMs = row.windowStartMs;
    if (openMs <= fromMs) break;
  }
  return chosen;
}

/** Evenly chosen, the newest among them. */
function spread<T>(rows: T[]): T[] {
  const step = Math.max(1, Math.ceil(rows.length / MOST_POINTS));
  return rows.filter((_, index) => index % step === 0);
}
