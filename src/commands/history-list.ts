import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { renderHistory } from "../render/history.ts";
import { writeJson } from "../text/json.ts";
import { formatInstant } from "../text/figures.ts";
import { openConfigured } from "./configured.ts";
import { FORMAT_FLAG, readLimit, viewOf, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { readSources, readTime, STORE_FLAGS } from "./stored.ts";

export default defineCommand({
  meta: { name: "list", description: "List the kept reports, newest first" },
  args: {
    crm: { type: "string", valueHint: "a,b", description: "which CRMs; all by default" },
    since: { type: "string", valueHint: "7d|TIME", description: "made so long ago at most, or at this time or later" },
    until: { type: "string", valueHint: "7d|TIME", description: "made longer ago, or before this time" },
    status: { type: "enum", options: ["ok", "no_data", "fallback"], description: "only reports of this status" },
    limit: { type: "string", valueHint: "20", default: "20", description: "how many at most" },
    ...FORMAT_FLAG,
    ...STORE_FLAGS,
  },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const startedAt = performance.now();
      const nowMs = Date.now();
      const sources = readSources(args.crm);
      const limit = readLimit(args.limit);
      const filter = {
        ...(sources === undefined ? {} : { sources }),
        ...(args.since === undefined ? {} : { sinceMs: readTime("--since", args.since, nowMs) }),
        ...(args.until === undefined ? {} : { untilMs: readTime("--until", args.until, nowMs) }),
        ...(args.status === undefined ? {} : { status: args.status }),
        limit: limit + 1,
      };
      const { store } = await openConfigured(args, runtime, log);
      await using opened = store;
      const rows = await opened.listReports(filter);
      const kept = rows.slice(0, limit).map((row) => ({
        id: row.id,
        source: row.source,
        origin: row.origin,
        status: row.status,
        report_generated_at: formatInstant(row.generatedMs),
        window_start: formatInstant(row.windowStartMs),
        window_end: formatInstant(row.windowEndMs),
        pass_id: row.passId,
      }));
      if (kept.length === 0)
        log.info(`${isFiltered(args) ? "no such report" : "no report yet"} is kept in ${opened.place}`);
      if (rows.length > limit) log.info(`older reports are kept too: a higher --limit, or --until`);
      const view = viewOf(args, runtime, { detailed: false, single: false, startedAt });
      await emit(args.format === "json" ? writeJson(kept) : renderHistory(kept, view));
      return EXIT.ok;
    });
  },
});

function isFiltered({ crm, since, until, status }: Record<string, unknown>): boolean {
  return [crm, since, until, status].some((flag) => flag !== undefined);
}
