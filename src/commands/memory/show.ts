import { suggestNearest } from "../../config/nearest.ts";
import { AppError, EXIT } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import type { Log } from "../../log.ts";
import { emit } from "../../output/stdout.ts";
import { sayUnreadable } from "../../recall.ts";
import { renderMemory, renderMemoryOfRule, renderMemorySizes } from "../../render/terminal/memory.ts";
import { summarizeMemory, type MemorySummary } from "../../report/memory/summary.ts";
import type { Store } from "../../store/store.ts";
import { writeJson } from "../../text/json.ts";
import { HOUR_MS } from "../../time/units.ts";
import { openConfigured } from "../flags/configuration.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG, FORMAT_FLAG } from "../flags/flags.ts";
import { requireRemembered } from "../flags/memory.ts";
import { readTime } from "../flags/reports.ts";

export default defineCommand(
  {
    crm: {
      type: "positional",
      required: false,
      valueHint: "CRM",
      description: "whose memory; a list of all by default",
    },
    rule: { type: "positional", required: false, valueHint: "RULE", description: "one of its rules, week by week" },
    since: { type: "string", valueHint: "56d|TIME", default: "56d", description: "how far back" },
    ...FORMAT_FLAG,
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const sinceMs = readTime("--since", args.since, nowMs);
    if (sinceMs >= nowMs) throw new AppError("usage", `--since ${quoteTyped(args.since)}: it lies in the future`);
    const { config, store } = await openConfigured(args, runtime, log, "look");
    await using opened = store;
    const view = viewOf();
    const configured = config.crms.map(({ name }) => name);
    if (args.crm === undefined) {
      const sizes = await opened.memory.list();
      const shown = await Promise.all(
        sizes.map(async ({ source }) => await summarize({ store: opened, log }, source, sinceMs, nowMs)),
      );
      if (shown.length === 0) log.info(`nothing is remembered in ${opened.place} yet`);
      await emit(args.format === "json" ? writeJson(shown) : renderMemorySizes(shown, sizes, view));
      return EXIT.ok;
    }
    await requireRemembered(opened, args.crm, configured);
    const summary = await summarize({ store: opened, log }, args.crm, sinceMs, nowMs);
    const chosen = args.rule === undefined ? summary : { ...summary, rules: [findRule(summary, args.rule)] };
    const [only] = chosen.rules;
    if (args.format === "json") await emit(writeJson([chosen]));
    else
      await emit(
        args.rule !== undefined && only !== undefined
          ? renderMemoryOfRule(chosen, only, view)
          : renderMemory(chosen, view),
      );
    return EXIT.ok;
  },
);

/** Of the last 56 days where nothing else is asked for. */
async function summarize(
  { store, log }: { store: Store; log: Log },
  source: string,
  sinceMs: number,
  nowMs: number,
): Promise<MemorySummary> {
  const remembered = (await store.memory.read([source], sinceMs)).get(source);
  const { past = { covered: [], rules: [] }, retired = [], unreadable = 0 } = remembered ?? {};
  if (unreadable > 0) log.warn(sayUnreadable(source), {}, { crm: source });
  const stop = await store.memory.readStop(source);
  const ignored = (await store.memory.listIgnored()).filter((one) => one.source === source).map(({ span }) => span);
  const fromHour = Math.floor(sinceMs / HOUR_MS);
  const toHour = Math.floor(nowMs / HOUR_MS);
  return summarizeMemory(past, { source, fromHour, toHour, ignored, retired, stopped: stop?.reason ?? null });
}

function findRule({ source, rules }: MemorySummary, name: string): MemorySummary["rules"][number] {
  const found = rules.find(({ rule_name: rule }) => rule === name);
  if (found !== undefined) return found;
  const names = rules.map(({ rule_name: rule }) => rule);
  throw new AppError("usage", `no rule ${quoteTyped(name)} is remembered of ${source}: ${suggestNearest(name, names)}`);
}
