/** What becomes of a finished pass besides being printed: exported to files, kept in the store. Failures are logged and counted. */
import type { Config } from "./config/schema.ts";
import { AppError } from "./errors.ts";
import type { Log } from "./log.ts";
import { exportReport, type ExportOptions } from "./output/export.ts";
import type { PassSummary } from "./report/pass-schema.ts";
import type { Report } from "./report/schema.ts";

type Made = { document: PassSummary; reports: Report[] };

/** The origin of a pass that no schedule asked for. */
const ADHOC = "adhoc";

/** Writes one file for each report. Returns how many files could not be written. */
export async function deliverExports(reports: Report[], exportTo: ExportOptions, log: Log): Promise<number> {
  let failed = 0;
  for (const report of reports) {
    const { source } = report.metadata;
    try {
      log.info(`${source}: exported to ${await exportReport(report, exportTo)}`);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.error(`${source}: ${error.message}`);
      failed += 1;
    }
  }
  return failed;
}

/** Keeps a pass that no schedule asked for, and deletes what is older than the retention. Returns how many deliveries failed. */
export async function keepAdhoc(
  pass: Made,
  { target, retentionMs }: Config["store"],
  nowMs: number,
  log: Log,
): Promise<number> {
  try {
    // Loaded only here: most commands need no store.
    const { openStore } = await import("./store/open.ts");
    await using store = await openStore(target);
    await store.reports.keepPass({ pass: pass.document, reports: pass.reports }, ADHOC);
    await store.prune(nowMs - retentionMs);
    log.debug("pass kept", { store: store.place });
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.error(`${error.message}. The reports were made, but are not kept`);
    return 1;
  }
}
