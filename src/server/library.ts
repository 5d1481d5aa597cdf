/** Kept reports, read once: a report never changes. What is remembered of them is bounded. */
import type { Report } from "../report/document/schema.ts";
import { listHours, type Hour } from "../dashboard/views/strip.ts";
import type { ServeContext } from "./context.ts";

/** `id`: the kept report's. */
export type Kept = { id: string; report: Report };

/** What charts need of a report. */
type Digest = { endMs: number; hours: Hour[]; p50: number | null; p95: number | null; p99: number | null };

export type Library = {
  /** Null: no such report is kept, or it can no longer be read. */
  read: (id: string) => Promise<Report | null>;
  /** As `read`, without the details, which are the most of it. */
  readSlim: (id: string) => Promise<Report | null>;
  /** Those of them that can be read, as `readSlim`. */
  readSlims: (ids: string[]) => Promise<Kept[]>;
  /** As `readSlims`, the others of the report's pass. */
  readOthers: (kept: Kept) => Promise<Kept[]>;
  readDigest: (id: string) => Promise<Digest | null>;
};

const MOST_WHOLE = 4;
/** Of older passes and of charts, beside the newest of every CRM. */
const MOST_OLDER = 100;
const MOST_DIGESTS = 2000;
/** Of one pass. */
const MOST_OTHERS = 200;

const libraries = new WeakMap<ServeContext, Library>();

/** The one library of a server. */
export function libraryOf(context: ServeContext): Library {
  const known = libraries.get(context);
  if (known !== undefined) return known;
  const made = createLibrary(context);
  libraries.set(context, made);
  return made;
}

/** `libraryOf` where there is no server. */
export function createLibrary({ config, store }: Pick<ServeContext, "config" | "store">): Library {
  const readStore = async (id: string) => {
    const read = await store.reports.read(id);
    return read.status === "read" ? read.report : null;
  };
  // A page may need the newest report of each CRM.
  const mostSlim = () => config().crms.length + MOST_OLDER;
  const readSlim = remember(mostSlim, async (id) => {
    const report = await readStore(id);
    return report === null ? null : { ...report, detailed_metrics: null };
  });
  const readSlims = async (ids: string[]) => {
    const reports: Kept[] = [];
    for (const id of ids) {
      const report = await readSlim(id);
      if (report !== null) reports.push({ id, report });
    }
    return reports;
  };
  return {
    read: remember(() => MOST_WHOLE, readStore),
    readSlim,
    readSlims,
    readOthers: async ({ id, report }) => {
      const rows = await store.reports.list({ passIds: [report.metadata.pass_id], limit: MOST_OTHERS });
      return await readSlims(rows.map((row) => row.id).filter((one) => one !== id));
    },
    readDigest: remember(
      () => MOST_DIGESTS,
      async (id) => {
        const report = await readStore(id);
        return report === null ? null : digest(report);
      },
    ),
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
function remember<T>(most: () => number, find: (id: string) => Promise<T | null>): (id: string) => Promise<T | null> {
  const known = new Map<string, T>();
  return async (id) => {
    const kept = known.get(id) ?? (await find(id));
    if (kept === null) return null;
    known.delete(id);
    known.set(id, kept);
    const [oldest] = known.keys();
    if (known.size > most() && oldest !== undefined) known.delete(oldest);
    return kept;
  };
}
