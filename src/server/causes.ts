/** What several CRMs share now, as the store knows it. */
import { isOfFailures, listCauses, sourcesOf } from "../report/pass/standing-causes.ts";
import type { PassSummary } from "../report/document/pass-schema.ts";
import type { Finding } from "../report/document/schema.ts";
import type { Store } from "../store/store.ts";
import type { CrmState } from "./state.ts";

/** The newest pass, and those that made the newest reports. */
export async function loadPasses(states: CrmState[], store: Store, nowMs: number): Promise<PassSummary[]> {
  const untilMs = await store.reports.findPresent(nowMs);
  const [newest] = await store.reports.listPasses({ untilMs, limit: 1 });
  const made = states.flatMap((state) => state.newest?.digest.passId ?? []);
  const passes: PassSummary[] = [];
  for (const id of new Set([...(newest === undefined ? [] : [newest.id]), ...made])) {
    const read = await store.reports.readPass(id);
    if (read.status === "read") passes.push(read.pass);
  }
  return passes;
}

/** By the states they were loaded for. */
const causes = new WeakMap<CrmState[], Promise<Finding[]>>();

/** Of these CRMs, loaded once for each state. */
export async function loadCauses(states: CrmState[], store: Store, nowMs: number): Promise<Finding[]> {
  const known = causes.get(states);
  if (known !== undefined) return await known;
  const madeBy = new Map(states.map(({ name, newest }) => [name, newest?.digest.passId]));
  const loading = loadPasses(states, store, nowMs).then((passes) =>
    listCauses(passes, madeBy).flatMap(({ cause }) =>
      isOfFailures(cause) && sourcesOf(cause).some((source) => madeBy.has(source)) ? [cause] : [],
    ),
  );
  causes.set(states, loading);
  // The store may answer again.
  loading.catch(() => causes.delete(states));
  return await loading;
}
