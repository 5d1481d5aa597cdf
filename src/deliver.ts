/** What becomes of a finished pass besides being printed: exported to files, kept in the store. Failures are logged and counted. */
import { followWith } from "./text/sentences.ts";
import type { Config } from "./config/schema.ts";
import { AppError } from "./errors.ts";
import type { Log } from "./log.ts";
import { exportReport, type ExportOptions } from "./output/export.ts";
import type { PassSummary } from "./report/document/pass-schema.ts";
import type { Report } from "./report/document/schema.ts";
import { sayForgotten } from "./store/forgotten.ts";
import type { Seen } from "./store/memory/write.ts";
import type { Ages, Store } from "./store/store.ts";

type Made = { document: PassSummary; reports: Report[]; seen: Seen[] };

/** The origin of a pass that no schedule asked for. */
const ADHOC = "adhoc";

/** Writes one file for each report. Returns of which CRMs the file could not be written. */
export async function deliverExports(reports: Report[], exportTo: ExportOptions, log: Log): Promise<string[]> {
  const failed: string[] = [];
  for (const report of reports) {
    const { source } = report.metadata;
    try {
      const path = await exportReport(report, exportTo);
      log.info(`${source}: exported to ${path}`, {}, { crm: source, path });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.error(`${source} could not be exported: ${error.message}`, {}, { crm: source, reason: error.message });
      failed.push(source);
    }
  }
  return failed;
}

/** Where a pass that no slot asked for is kept, as what, and for how long. `origin`: a schedule's name, or `adhoc`. */
type KeepOptions = { store: Store; origin: string; ages: Ages; nowMs: number; log: Log };

/** Keeps the pass, and deletes what is older than the retention. Returns how many deliveries failed. */
export async function keepPass(
  { document, reports, seen }: Made,
  { store, origin, ages, nowMs, log }: KeepOptions,
): Promise<number> {
  try {
    const onForgotten = (reason: string) => log.warn(sayForgotten(reason), {}, { reason });
    await store.reports.keepPass({ pass: document, reports, seen, onForgotten }, origin);
    await store.prune(await store.reports.findSettled(nowMs), ages);
    log.debug("pass kept", { store: store.place });
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.error(followWith(error.message, "The reports were made, but are not kept"), {}, { reason: error.message });
    return 1;
  }
}

/** Keeps a pass that no schedule asked for, and deletes what is older than the retention. Returns how many deliveries failed. */
export async function keepAdhoc(
  pass: Made,
  { target, group, ...ages }: Config["store"],
  nowMs: number,
  log: Log,
): Promise<number> {
  try {
    // Loaded only here: most commands need no store.
    const { openStore } = await import("./store/open.ts");
    const { shareStore } = await import("./store/share.ts");
    await using store = await openStore(target);
    const notShared = shareStore(target, group);
    if (notShared !== null) log.warn(notShared);
    return await keepPass(pass, { store, origin: ADHOC, ages, nowMs, log });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.error(followWith(error.message, "The reports were made, but are not kept"), {}, { reason: error.message });
    return 1;
  }
}
