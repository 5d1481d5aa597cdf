import { parseDuration } from "../../time/duration.ts";
import { RETENTION_LIMITS } from "../../config/sections/store.ts";
import { AppError, EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { quoteText } from "../../text/terminal.ts";
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
      description: "days or a duration; the store's retention by default",
    },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const asked = args["older-than"] === undefined ? null : readAge(args["older-than"]);
    const { config, store } = await openConfigured(args, runtime, log);
    await using opened = store;
    const { reports, passes, slots } = await opened.prune(nowMs - (asked ?? config.store.retentionMs));
    const counts = [formatPlural(reports, "report"), formatPlural(slots, "slot")].join(" and ");
    const passCount = passes === 1 ? "1 pass" : `${passes} passes`;
    await emit(`deleted ${passCount}, ${counts}\n`);
    return EXIT.ok;
  },
);

function readAge(text: string): number {
  const ms = parseDuration(text, DAY_MS) ?? Number.NaN;
  if (ms >= RETENTION_LIMITS.minMs && ms <= RETENTION_LIMITS.maxMs) return Math.round(ms);
  throw new AppError("usage", `--older-than ${quoteText(text)}: write days or a duration (${RETENTION_LIMITS.says})`);
}
