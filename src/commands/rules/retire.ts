import { suggestNearest } from "../../config/nearest.ts";
import { AppError, EXIT } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import { emit } from "../../output/stdout.ts";
import { summarizeMemory } from "../../report/memory/summary.ts";
import type { Store } from "../../store/store.ts";
import { formatDuration, formatInstant, formatMinute } from "../../text/figures.ts";
import { showText } from "../../text/terminal.ts";
import { DAY_MS, HOUR_MS, SECOND_MS } from "../../time/units.ts";
import { openConfigured } from "../flags/configuration.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";
import { nameSources } from "../flags/memory.ts";

type Remembered = Awaited<ReturnType<Store["memory"]["read"]>>;

/** A rule whose newest run is at most this many of its usual intervals ago still runs. */
const RUNNING_INTERVALS = 2;

export default defineCommand(
  {
    name: { type: "positional", required: true, valueHint: "RULE", description: "the rule that is over" },
    crm: { type: "string", valueHint: "NAME", description: "of which CRM, where several have such a rule" },
    undo: { type: "boolean", description: "the rule is not over after all" },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const { config, store } = await openConfigured(args, runtime, log);
    await using opened = store;
    const configured = config.crms.map(({ name }) => name);
    const sources = await nameSources(args.crm, configured, opened, nowMs);
    // No hour is needed: rules are remembered whenever they ran.
    const remembered = await opened.memory.read(sources, nowMs);
    const source = await findSource(opened, args.name, sources, remembered);
    const rule = showText(args.name);
    if (args.undo === true) {
      const changed = await opened.memory.retire(source, args.name, null);
      await emit(`${source}: ${rule} ${changed ? "is expected to run again" : "was not called over"}\n`);
      return EXIT.ok;
    }
    await opened.memory.retire(source, args.name, nowMs);
    const at = formatMinute(formatInstant(nowMs));
    await emit(`${source}: ${rule} is over since ${at} UTC, until it runs again\n`);
    const running = describeRunning(args.name, source, remembered, nowMs);
    if (running !== null)
      log.warn(`${source}: ${rule} ${running}: if it still runs, its next run takes that back`, {}, { crm: source });
    return EXIT.ok;
  },
);

/** The one CRM that has such a rule: one that ran, or one that its newest kept report names. */
async function findSource(store: Store, rule: string, sources: string[], remembered: Remembered): Promise<string> {
  const known = new Map<string, Set<string>>();
  for (const source of sources) {
    const ran = (remembered.get(source)?.past.rules ?? []).map((one) => one.rule);
    const retired = (remembered.get(source)?.retired ?? []).map((one) => one.rule);
    known.set(source, new Set([...ran, ...retired, ...(await listReported(store, source))]));
  }
  const having = sources.filter((source) => known.get(source)?.has(rule) === true);
  const [only] = having;
  if (only !== undefined && having.length === 1) return only;
  if (having.length > 1)
    throw new AppError("usage", `${having.join(" and ")} have a rule ${quoteTyped(rule)}: choose one with --crm`);
  const all = [...new Set([...known.values()].flatMap((names) => [...names]))];
  const advice = all.length === 0 ? "nothing is remembered yet" : suggestNearest(rule, all);
  const where = sources.length === 1 ? `of ${sources.join("")} ` : "";
  throw new AppError(
    "usage",
    `no rule ${quoteTyped(rule)} ${where}is known in ${store.place}: ${advice}${advice.endsWith("?") ? "" : "; or name it in retired_rules of its CRM"}`,
  );
}

/** A schedule or a rule of the warehouse that never ran is in its reports alone. */
async function listReported(store: Store, source: string): Promise<string[]> {
  const [row] = await store.reports.list({ sources: [source], limit: 1 });
  if (row === undefined) return [];
  const read = await store.reports.read(row.id);
  return read.status === "read" ? read.report.rules.map(({ rule_name: name }) => name) : [];
}

/** When it ran and how often it does; null: it ran too long ago to still run, or not at all. */
function describeRunning(rule: string, source: string, remembered: Remembered, nowMs: number): string | null {
  const toHour = Math.floor(nowMs / HOUR_MS);
  const facts = { source, fromHour: toHour, toHour, ignored: [], retired: [], stopped: null };
  const rules = remembered.get(source)?.past.rules ?? [];
  const own = summarizeMemory({ covered: [], rules: rules.filter((one) => one.rule === rule) }, facts);
  const { last_run: last = null, usual_interval_seconds: interval = null } = own.rules[0] ?? {};
  if (last === null) return null;
  const agoMs = Math.max(0, nowMs - Date.parse(last));
  const everyMs = interval === null ? DAY_MS : interval * SECOND_MS;
  if (agoMs > RUNNING_INTERVALS * everyMs) return null;
  const every = interval === null ? "" : `, and usually runs every ${formatDuration(interval)}`;
  return `ran ${formatDuration(agoMs / SECOND_MS)} ago${every}`;
}
