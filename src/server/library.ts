/** Kept reports, read once: a report never changes. What is remembered of them is bounded. */
import type { Report } from "../../report/schema.ts";
import type { Store } from "../../store/store.ts";
import { listHours, type Hour } from "../../dashboard/views/strip.ts";

/** What charts need of a report. */
type Digest = { endMs: number; hours: Hour[]; p50: number | null; p95: number | null; p99: number | null };

export type Library = {
  /** Null: no such report is kept, or it can no longer be read. */
  read: (id: string) => Promise<Report | null>;
  /** As `read`, without the details, which are the most of it. */
  readSlim: (id: string) => Promise<Report | null>;
  readDigest: (id: string) => Promise<Digest | null>;
};

const MOST_WHOLE = 4;
const MOST_SLIM = 100;
const MOST_DIGESTS = 2000;

export function createLibrary(store: Pick<Store, "reports">): Library {
  const readStore = async (id: string) => {
    const read = await store.reports.read(id);
    return read.status === "read" ? read.report : null;
  };
  const read = remember(MOST_WHOLE, readStore);
  return {
    read,
    readSlim: remember(MOST_SLIM, async (id) => {
      const report = await readStore(id);
      return report === null ? null : { ...report, detailed_metrics: null };
    }),
    readDigest: remember(MOST_DIGESTS, async (id) => {
      const report = await readStore(id);
      return report === null ? null : digest(report);
    }),
  };
}

function digest(report: Report): Digest {
  const { duration_seconds: duration } = report.performance_metrics;
  return {
    endMs: Date.parse(report.metadata.window_end),
    hours: listHours(report),
    p50: duration?.p50 ?? null,
    p95: duration?.p95 ?? null,
    p99: duration?.p99 ?? null,
  };
}

/** The last ones that were asked for stay; what was not found is looked for again. */
function remember<T>(most: number, find: (id: string) => Promise<T | null>): (id: string) => Promise<T | null> {
  const known = new Map<string, T>();
  return async (id) => {
    const kept = known.get(id) ?? (await find(id));
    if (kept === null) return null;
    known.delete(id);
    known.set(id, kept);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return kept;
  };
}
