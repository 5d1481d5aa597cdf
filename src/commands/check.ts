import { checkWarehouses, exitCodeOfCheck } from "../check.ts";
import { emit } from "../output/stdout.ts";
import { renderCheck } from "../render/terminal/check.ts";
import { sayUncovered } from "../schedule/coverage.ts";
import { findStranger, listExecutables, UNIT_DIRECTORY } from "../systemd/executable.ts";
import { writeJson } from "../text/json.ts";
import { CRM_FLAGS, loadChosen } from "./flags/crms.ts";
import { FORMAT_FLAG, readWindow } from "./flags/flags.ts";
import { defineCommand } from "./flags/command.ts";

export default defineCommand(
  {
    ...CRM_FLAGS,
    "time-window": {
      type: "string",
      valueHint: "24|7d",
      default: "24",
      description: "of the report whose plan is looked at: hours, or a duration",
    },
    analyze: { type: "boolean", description: "run that report's query, to see what its plan really does" },
    ...FORMAT_FLAG,
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const window = readWindow(args["time-window"], undefined, nowMs);
    const { config, crms } = await loadChosen(args, runtime, log);
    for (const executable of listExecutables(UNIT_DIRECTORY)) {
      const stranger = findStranger(executable);
      if (stranger !== null) log.warn(`the units in ${UNIT_DIRECTORY}: ${stranger}`);
    }
    const uncovered = sayUncovered(crms, config.schedules);
    if (uncovered !== null) log.warn(uncovered);
    const documents = await checkWarehouses({
      config,
      crms,
      window,
      nowMs,
      analyze: args.analyze === true,
      extent: "all",
      signal: runtime.signal,
      onProgress: (checking, done) => log.progress({ doing: "checking", names: checking, done, all: crms.length }),
    });
    log.progress(null);
    await emit(args.format === "json" ? writeJson(documents) : renderCheck(documents, args.verbose === true, viewOf()));
    return exitCodeOfCheck(documents);
  },
);
