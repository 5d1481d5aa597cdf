import { defineCommand } from "citty";
import { resolve } from "node:path";
import { findConfig, loadConfig } from "../config/load.ts";
import { DEFAULT_OUTPUT_DIRECTORY } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import { replaceFile } from "../output/file.ts";
import type { Log } from "../log.ts";
import { emit } from "../output/stdout.ts";
import { exitCodeOf, runPass } from "../pass.ts";
import { FORMATS, RENDERERS } from "../render/renderers.ts";
import { SEVERITIES } from "../report/schema.ts";
import {
  chooseCrms,
  CONFIG_FLAG,
  OUTPUT_FLAGS,
  readConcurrency,
  readTimeout,
  readWindow,
  viewOf,
  withLog,
} from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";

export default defineCommand({
  meta: { name: "generate", description: "Build and print the reports" },
  args: {
    ...CONFIG_FLAG,
    crm: { type: "string", valueHint: "a,b", description: "which CRMs; all of the configuration by default" },
    "time-window": { type: "string", valueHint: "24|7d", default: "24", description: "hours, or a duration" },
    "as-of": {
      type: "string",
      valueHint: "TIME",
      description: "end of the window, such as 2026-07-10T21:00:00Z; now by default",
    },
    detailed: { type: "boolean", description: "add each rule's figures and the newest actions" },
    format: { type: "enum", options: [...FORMATS], default: "table" as const, description: "how to print" },
    output: { type: "string", valueHint: "FILE", description: "write there instead of to stdout" },
    "export-json": { type: "boolean", description: "also write one JSON file for each CRM" },
    "output-dir": {
      type: "string",
      valueHint: "DIR",
      description: `where exports go; ${DEFAULT_OUTPUT_DIRECTORY} by default`,
    },
    "fail-on": {
      type: "enum",
      options: SEVERITIES.filter((severity) => severity !== "info"),
      description: "exit 1 when a finding is at least that severe",
    },
    timeout: { type: "string", valueHint: "30s", description: "for the reading of each CRM" },
    concurrency: { type: "string", valueHint: "4", description: "how many CRMs are read at once" },
    ...OUTPUT_FLAGS,
  },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const startedAt = performance.now();
      const nowMs = Date.now();
      const window = readWindow(args["time-window"], args["as-of"], nowMs);
      const timeout = args.timeout === undefined ? null : readTimeout(args.timeout);
      const concurrency = args.concurrency === undefined ? null : readConcurrency(args.concurrency);
      const { variables } = runtime.environment;
      const path = findConfig(args.config, variables);
      log.debug("configuration", { path });
      const config = await loadConfig(path, variables);
      log.hide(config.secrets);
      for (const warning of config.warnings) log.warn(warning);
      const chosen = chooseCrms(args.crm, config.crms);
      const exporting = args["export-json"] === true || config.export.enabled;
      if (args["output-dir"] !== undefined && !exporting) {
        throw new AppError("usage", "--output-dir needs --export-json: nothing would be written there");
      }
      const directory = resolve(args["output-dir"] ?? config.export.dir ?? DEFAULT_OUTPUT_DIRECTORY);
      const detailed = args.detailed === true;

      const pass = await runPass({
        config: { ...config, concurrency: concurrency ?? config.concurrency },
        crms: chosen.crms.map((crm) => (timeout === null ? crm : { ...crm, timeout })),
        window,
        nowMs,
        detailed,
        exportTo: exporting ? { directory, keep: config.export.keep } : null,
        log,
        signal: runtime.signal,
      });
      const toFile = args.output !== undefined;
      const view = viewOf(args, runtime, { detailed, single: chosen.single, startedAt, toFile });
      const text = RENDERERS[args.format](pass.document, pass.reports, view);
      const failedDeliveries = pass.failedDeliveries + (await deliver(text, args.output, log));
      return exitCodeOf({ ...pass, failedDeliveries }, args["fail-on"] ?? null);
    });
  },
});

async function deliver(text: string, output: string | undefined, log: Log): Promise<number> {
  try {
    await (output === undefined ? emit(text) : replaceFile(resolve(output), text));
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.error(error.message);
    return 1;
  }
}
