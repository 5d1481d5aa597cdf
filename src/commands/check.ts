import { defineCommand } from "citty";
import { checkWarehouses, exitCodeOfCheck } from "../check.ts";
import { emit } from "../output/stdout.ts";
import { renderCheck } from "../render/check.ts";
import { writeJson } from "../text/json.ts";
import { CRM_FLAGS, loadChosen } from "./choose.ts";
import { FORMAT_FLAG, OUTPUT_FLAGS, readWindow, viewOf, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";

export default defineCommand({
  meta: { name: "check", description: "Look at each CRM's warehouse: connection, rights, tables, speed" },
  args: {
    ...CRM_FLAGS,
    "time-window": {
      type: "string",
      valueHint: "24|7d",
      default: "24",
      description: "of the report whose plan is looked at: hours, or a duration",
    },
    analyze: { type: "boolean", description: "run that report's query, to see what its plan really does" },
    ...FORMAT_FLAG,
    ...OUTPUT_FLAGS,
  },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const startedAt = performance.now();
      const nowMs = Date.now();
      const window = readWindow(args["time-window"], undefined, nowMs);
      const { config, crms, single } = await loadChosen(args, runtime, log);
      const documents = await checkWarehouses({
        config,
        crms,
        window,
        nowMs,
        analyze: args.analyze === true,
        signal: runtime.signal,
        onProgress: (checking, done) => log.progress({ doing: "checking", names: checking, done, all: crms.length }),
      });
      log.progress(null);
      const view = viewOf(args, runtime, { detailed: false, single, startedAt });
      await emit(args.format === "json" ? writeJson(single ? documents[0] : documents) : renderCheck(documents, view));
      return exitCodeOfCheck(documents);
    });
  },
});
