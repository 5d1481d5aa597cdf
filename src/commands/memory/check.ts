import { AppError, EXIT } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import { compareMemory, type Compared } from "../../compare-memory.ts";
import { emit } from "../../output/stdout.ts";
import type { Difference } from "../../report/memory/compare.ts";
import { formatInstant, formatPlural, listNames } from "../../text/figures.ts";
import { createRedactor } from "../../text/redact.ts";
import { showText } from "../../text/terminal.ts";
import { openChosen } from "../flags/memory.ts";
import { CRM_FLAGS } from "../flags/crms.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG, repeatFlags } from "../flags/flags.ts";

const { crm, timeout } = CRM_FLAGS;
const MOST_DAYS = 3660;

export default defineCommand(
  {
    crm,
    days: { type: "string", valueHint: "N", default: "7", description: "how many of the known days are read again" },
    timeout: { ...timeout, description: "for the query of each day" },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const days = readDays(args.days);
    const { config, crms, store } = await openChosen(args, runtime, log, "look");
    await using opened = store;
    const compared: Compared[] = [];
    const { config: same } = repeatFlags({ config: args.config });
    const options = {
      memory: opened.memory,
      days,
      nowMs,
      redact: createRedactor(config.secrets),
      signal: runtime.signal,
    };
    for (const one of crms) compared.push(await compareMemory(one, options));
    if (runtime.signal.aborted) throw new AppError("interrupted", "interrupted");
    for (const one of compared) {
      if (one.problem !== null) log.error(`${one.source}: ${one.problem}`, {}, { crm: one.source });
      if (one.problem === null || one.days + one.gone > 0) await emit(`${describe(one, same)}\n`);
    }
    const failed = compared.filter(({ problem }) => problem !== null).length;
    if (failed > 0) return failed === compared.length ? EXIT.noneReadable : EXIT.someUnreadable;
    if (compared.every((one) => one.days + one.gone === 0)) return EXIT.usage;
    return compared.some(({ differing }) => differing.length > 0) ? EXIT.finding : EXIT.ok;
  },
);

/** `same`: the flag of the configuration, for a further command. */
function describe({ source, days: read, gone, differing }: Compared, same: string): string {
  if (read + gone === 0)
    return `${source}: nothing is remembered to compare; automation-reports memory fill --crm ${source}${same} reads its past back`;
  const days = formatPlural(gone, "remembered day");
  const deleted = `${days} ${gone === 1 ? "lies" : "lie"} before its table's oldest row, and ${gone === 1 ? "stays" : "stay"} remembered`;
  if (read === 0) return `${source}: nothing to compare: ${deleted}`;
  const head = `${source}: ${formatPlural(read, "day")} compared${gone === 0 ? "" : ` (${deleted})`}`;
  if (differing.length === 0) return `${head}, all as the warehouse has them`;
  const [oldest] = differing.toSorted((a, b) => a.dayMs - b.dayMs);
  const since = formatInstant(oldest?.dayMs ?? 0);
  return [
    `${head}, ${differing.length} ${differing.length === 1 ? "differs" : "differ"} from the warehouse; automation-reports memory fill --again --since ${since}${same} mends ${differing.length === 1 ? "it" : "them"}`,
    ...differing.map(
      ({ dayMs, rules }) => `  ${formatInstant(dayMs).slice(0, 10)}: ${listNames(rules.map(describeRule))}`,
    ),
  ].join("\n");
}

function describeRule({ rule, was, is }: Difference): string {
  const name = showText(rule);
  return was === is ? `${name} has other figures` : `${name} has ${formatPlural(is, "run")}, and ${was} are remembered`;
}

function readDays(text: string): number {
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= MOST_DAYS) return days;
  throw new AppError("usage", `--days ${quoteTyped(text)}: write a whole number from 1 to ${MOST_DAYS}`);
}
