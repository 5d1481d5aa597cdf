import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { openConfigured } from "../flags/configuration.ts";
import { explainRules, findOrigins, findRule } from "../flags/explaining.ts";
import { CONFIG_FLAG, FORMAT_FLAG, readZone, repeatFlags } from "../flags/flags.ts";
import { findUrgentReports, listPass, readKeptReport, REPORT_WORD, sayChosen } from "../flags/reports.ts";
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
    const rows = await findUrgentReports(args.report, null, keeping);
    const [worst] = rows;
    const reports = new Map<string, Report>();
    for (const row of await listPass(worst, keeping)) reports.set(row.id, await readKeptReport(row, keeping));
    const rule = args.rule ?? null;
    const having = rows.find(({ id }) => {
      const report = reports.get(id);
      return rule !== null && report !== undefined && findRule(report, rule) !== null;
    });
    const row = having ?? worst;
    if (rows.length > 1) log.info(sayChosen(row.source, having === undefined ? null : rule));
    const report = reports.get(row.id) ?? (await readKeptReport(row, keeping));
    const others = [...reports.values()].filter((other) => other !== report);
    const origins = await findOrigins(args, runtime, report.metadata.source, rule);
    const view = viewOf({ timezone: zone ?? config.displayTimezone, repeat: repeatFlags({ config: args.config }) });
    const command = `history explain ${row.id}`;
    await emit(
      await explainRules({ report, others, rule, origins, settingFor: null, format: args.format, view, command, log }),
    );
    return EXIT.ok;
  },
);
