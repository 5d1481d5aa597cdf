import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { openConfigured } from "../flags/configuration.ts";
import { explainRules, findOrigins } from "../flags/explaining.ts";
import { CONFIG_FLAG, FORMAT_FLAG, readZone, repeatFlags } from "../flags/flags.ts";
import { findUrgentReport, listPass, readKeptReport, REPORT_WORD, sayChosen } from "../flags/reports.ts";
import { defineCommand } from "../flags/command.ts";
import type { Report } from "../../report/document/schema.ts";

export default defineCommand(
  {
    report: { type: "positional", required: true, valueHint: "REPORT", description: REPORT_WORD, sayChosen },
    rule: {
      type: "positional",
      required: false,
      description: "one of its rules; without it they are listed, worst first",
    },
    timezone: { type: "string", valueHint: "ZONE", description: "show times of this zone beside UTC" },
    ...FORMAT_FLAG,
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const zone = readZone(args.timezone);
    const { config, store } = await openConfigured(args, runtime, log, "look");
    await using _ = store;
    const keeping = { store, config, nowMs };
    const row = await findUrgentReport(args.report, null, keeping, (source) => log.info(sayChosen(source)));
    const report = await readKeptReport(row, keeping);
    const others: Report[] = [];
    for (const beside of await listPass(row, keeping)) {
      if (beside.id !== row.id) others.push(await readKeptReport(beside, keeping));
    }
    const rule = args.rule ?? null;
    const origins = await findOrigins(args, runtime, report.metadata.source, rule);
    const view = viewOf({ timezone: zone ?? config.displayTimezone, repeat: repeatFlags({ config: args.config }) });
    const command = `history explain ${row.id}`;
    await emit(
      await explainRules({ report, others, rule, origins, settingFor: null, format: args.format, view, command, log }),
    );
    return EXIT.ok;
  },
);
