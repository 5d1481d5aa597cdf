import { suggestName } from "../../config/nearest.ts";
import type { Config } from "../../config/schema.ts";
import { AppError, EXIT } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import { emit } from "../../output/stdout.ts";
import { formatInstant, formatMinute } from "../../text/figures.ts";
import { renderHistory } from "../../render/terminal/history.ts";
import { REPORT_STATUSES } from "../../report/words.ts";
import { writeJson } from "../../text/json.ts";
import { publishKeptReport } from "../../store/published.ts";
import type { Store } from "../../store/store.ts";
import { openConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG, FORMAT_FLAG, readLimit, readZone } from "../flags/flags.ts";
import { readSources, readTime } from "../flags/reports.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    crm: { type: "string", valueHint: "a,b", description: "which CRMs; all by default" },
    since: { type: "string", valueHint: "7d|TIME", description: "made within this time, or at this moment or later" },
    until: { type: "string", valueHint: "7d|TIME", description: "made longer ago than this, or before this moment" },
    status: { type: "enum", options: [...REPORT_STATUSES], description: "only reports of this status" },
    limit: { type: "string", valueHint: "20", default: "20", description: "how many at most" },
    timezone: { type: "string", valueHint: "ZONE", description: "show times of this zone instead of UTC" },
    ...FORMAT_FLAG,
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const sources = readSources(args.crm);
    const limit = readLimit(args.limit);
    const zone = readZone(args.timezone);
    const filter = {
      ...(sources === undefined ? {} : { sources }),
      ...(args.since === undefined ? {} : { sinceMs: readTime("--since", args.since, nowMs) }),
      ...(args.until === undefined ? {} : { untilMs: readTime("--until", args.until, nowMs) }),
      ...(args.status === undefined ? {} : { status: args.status }),
    };
    const { config, store } = await openConfigured(args, runtime, log, "look");
    await using opened = store;
    for (const name of sources ?? []) await refuseUnknown(name, config, opened);
    const presentMs = await opened.reports.findPresent(nowMs);
    // What was made while a clock was ahead would stand first for as long: a time that is asked for shows it.
    const isAheadShown = args.until !== undefined || (filter.sinceMs ?? 0) > nowMs;
    const shown = isAheadShown ? filter : { ...filter, untilMs: presentMs };
    const kept = (await opened.reports.list({ ...shown, limit })).map(publishKeptReport);
    const all = await opened.reports.count(shown);
    const [ahead] = isAheadShown ? [] : await opened.reports.list({ ...filter, sinceMs: presentMs, limit: 1 });
    if (ahead !== undefined)
      log.info(
        `reports of after now, up to ${formatMinute(formatInstant(ahead.generatedMs))} UTC, are left out: a clock was ahead; --since ${formatInstant(presentMs)} shows them`,
      );
    if (kept.length === 0)
      log.info(
        isFiltered(args) ? `no such report is kept in ${opened.place}` : `no report is kept in ${opened.place} yet`,
      );
    if (all > kept.length) log.info(`${kept.length} of ${all} shown: raise --limit, or set --until`);
    const view = viewOf({ timezone: zone ?? config.displayTimezone });
    await emit(args.format === "json" ? writeJson(kept) : renderHistory(kept, view));
    return EXIT.ok;
  },
);

/** Throws an `AppError` for a CRM that neither the configuration nor the store knows. */
async function refuseUnknown(name: string, { crms }: Config, { reports, place }: Store): Promise<void> {
  const known = crms.map((crm) => crm.name);
  if (known.includes(name) || (await reports.count({ sources: [name] })) > 0) return;
  throw new AppError(
    "usage",
    `--crm: ${quoteTyped(name)} is not configured, and nothing is kept of it in ${place}: ${suggestName(name, known)}`,
  );
}

function isFiltered({ crm, since, until, status }: Record<string, unknown>): boolean {
  return [crm, since, until, status].some((flag) => flag !== undefined);
}
