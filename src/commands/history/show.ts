import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { RENDERERS } from "../../render/renderers.ts";
import { inferPass } from "../../report/document/saved-pass.ts";
import type { ReportRow } from "../../store/reports.ts";
import { writeJson } from "../../text/json.ts";
import { openConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG, FORMAT_FLAG, readZone, repeatFlags, ZONE_FLAG } from "../flags/flags.ts";
import { findKeptReport, listPass, namesPass, readKeptPass, readKeptReport, REPORT_WORD } from "../flags/reports.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    report: {
      type: "positional",
      required: true,
      valueHint: "REPORT",
      description: `${REPORT_WORD}; latest or a time alone shows all CRMs of that pass`,
    },
    ...ZONE_FLAG,
    ...FORMAT_FLAG,
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const zone = readZone(args.timezone);
    const { config, store } = await openConfigured(args, runtime, log, "look");
    await using _ = store;
    const keeping = { store, config, nowMs };
    const row = await findKeptReport(args.report, null, keeping);
    const repeat = repeatFlags({ config: args.config });
    const timezone = zone ?? config.displayTimezone;
    const originOf = (rows: ReportRow[]) => ({
      kind: "store" as const,
      word: args.report,
      ids: Object.fromEntries(rows.map(({ source, id }) => [source, id])),
    });
    if (namesPass(args.report, keeping)) {
      const rows = await listPass(row, keeping);
      const { pass, reports } = await readKeptPass(rows, keeping);
      await emit(await RENDERERS[args.format](pass, reports, viewOf({ timezone, repeat, origin: originOf(rows) })));
      return EXIT.ok;
    }
    const report = await readKeptReport(row, keeping);
    const view = viewOf({ sections: true, detailed: true, timezone, repeat, origin: originOf([row]) });
    await emit(args.format === "json" ? writeJson(report) : await RENDERERS.table(inferPass([report]), [report], view));
    return EXIT.ok;
  },
);
