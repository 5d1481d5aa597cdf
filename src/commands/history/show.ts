import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { RENDERERS } from "../../render/renderers.ts";
import { inferPass } from "../../report/saved-pass.ts";
import { writeJson } from "../../text/json.ts";
import { openConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG, FORMAT_FLAG } from "../flags/flags.ts";
import { readKeptReport } from "../flags/reports.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    id: { type: "positional", required: true, valueHint: "REPORT", description: "as history list shows it" },
    ...FORMAT_FLAG,
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, viewOf }) => {
    const { store } = await openConfigured(args, runtime, log, "look");
    await using opened = store;
    const report = await readKeptReport(opened, args.id);
    const view = viewOf({ detailed: true });
    await emit(args.format === "json" ? writeJson(report) : await RENDERERS.table(inferPass([report]), [report], view));
    return EXIT.ok;
  },
);
