import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { renderDiff } from "../../render/terminal/diff.ts";
import { writeJson } from "../../text/json.ts";
import { compareReports } from "../../report/diff.ts";
import { openConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG, FORMAT_FLAG } from "../flags/flags.ts";
import { readKeptReport } from "../flags/reports.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    before: { type: "positional", required: true, valueHint: "REPORT", description: "id of the older report" },
    after: { type: "positional", required: true, valueHint: "REPORT", description: "id of the newer report" },
    ...FORMAT_FLAG,
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, viewOf }) => {
    const { store } = await openConfigured(args, runtime, log, "look");
    await using opened = store;
    const [before, after] = [await readKeptReport(opened, args.before), await readKeptReport(opened, args.after)];
    const [from, to] = [before.metadata.source, after.metadata.source];
    if (from !== to) log.warn(`the reports are of two CRMs, ${from} and ${to}`);
    const diff = compareReports(before, after);
    const view = viewOf();
    await emit(args.format === "json" ? writeJson(diff) : renderDiff(diff, view));
    return EXIT.ok;
  },
);
