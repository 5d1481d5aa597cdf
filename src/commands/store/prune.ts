import { parseDuration } from "../../time/duration.ts";
import { RETENTION_LIMITS } from "../../config/sections/store.ts";
import { AppError, EXIT } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import { emit } from "../../output/stdout.ts";
import { formatPlural } from "../../text/figures.ts";
import { openConfigured } from "../flags/configuration.ts";
import { DAY_MS } from "../../time/units.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";

export default defineCommand(
  {
    "older-than": {
      type: "string",
      valueHint: "90d",
      description: "days or a duration; the store's retention by default. The memory has its own",
    },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const asked = args["older-than"] === undefined ? null : readAge(args["older-than"]);
    const { config, store } = await openConfigured(args, runtime, log);
    await using opened = store;
    const { retentionMs, memoryMs } = config.store;
    const { reports, passes, slots, days } = await opened.prune(nowMs, { retentionMs: asked ?? retentionMs, memoryMs });
    const passCount = passes === 1 ? "1 pass" : `${passes} passes`;
    const counts = [passCount, formatPlural(reports, "report"), formatPlural(slots, "slot")].join(", ");
    await emit(`deleted ${counts} and ${formatPlural(days, "day")} of the memory\n`);
    return EXIT.ok;
  },
);

function readAge(text: string): number {
  const ms = parseDuration(text, DAY_MS) ?? Number.NaN;
  if (ms >= RETENTION_LIMITS.minMs && ms <= RETENTION_LIMITS.maxMs) return Math.round(ms);
  throw new AppError("usage", `--older-than ${quoteTyped(text)}: write days or a duration (${RETENTION_LIMITS.says})`);
}
