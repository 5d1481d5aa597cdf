import { suggestName } from "../config/nearest.ts";
import { AppError, EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { runPass } from "../pass.ts";
import type { Report } from "../report/schema.ts";
import { quoteText, quoteWord } from "../text/terminal.ts";
import { WEEK_MS } from "../time/units.ts";
import { lengthOf } from "../time/window.ts";
import { defineCommand } from "./flags/command.ts";
import { CRM_FLAGS, loadChosen } from "./flags/crms.ts";
import { explainRules, findOrigins } from "./flags/explaining.ts";
import { DEFAULT_WINDOW, FORMAT_FLAG, readWindow, readZone, repeatFlags } from "./flags/flags.ts";

const { crm: _, ...READING_FLAGS } = CRM_FLAGS;

export default defineCommand(
  {
    name: { type: "positional", required: true, valueHint: "CRM", description: "as the configuration names it" },
    rule: {
      type: "positional",
      required: false,
      valueHint: "RULE",
      description: "one of its rules; without it all of them are listed, worst first",
    },
    ...READING_FLAGS,
    "time-window": { type: "string", valueHint: "24|7d", default: DEFAULT_WINDOW, description: "hours, or a duration" },
    "as-of": { type: "string", valueHint: "TIME", description: "end of the window; now by default" },
    timezone: { type: "string", valueHint: "ZONE", description: "show times of this zone beside UTC" },
    ...FORMAT_FLAG,
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const window = readWindow(args["time-window"], args["as-of"], nowMs);
    const zone = readZone(args.timezone);
    const { config, crms } = await loadChosen(args, runtime, log);
    const names = crms.map(({ name }) => name);
    if (!names.includes(args.name)) {
      throw new AppError("usage", `CRM ${quoteText(args.name)} is not configured: ${suggestName(args.name, names)}`);
    }
    const { document, reports } = await runPass({
      config,
      crms,
      window,
      nowMs,
      detailed: true,
      baseline: lengthOf(window) <= WEEK_MS / 2 ? "week" : null,
      exportTo: null,
      log,
      signal: runtime.signal,
    });
    const report = reports.find(({ metadata }) => metadata.source === args.name);
    if (report === undefined || report.metadata.status === "fallback") {
      const reason = document.outcomes.find(({ source }) => source === args.name)?.reason ?? "it was not read";
      if (report !== undefined) log.error(`${args.name}: ${reason}`, {}, { crm: args.name, reason });
      return EXIT.noneReadable;
    }
    const origins = await findOrigins(args, runtime, args.name, args.rule ?? null);
    const others: Report[] = reports.filter((other) => other !== report);
    const view = viewOf({ timezone: zone ?? config.displayTimezone, repeat: repeatFlags(args) });
    const command = `explain ${quoteWord(args.name)}`;
    await emit(
      await explainRules({ report, others, rule: args.rule ?? null, origins, format: args.format, view, command }),
    );
    return EXIT.ok;
  },
);
