import { followWith } from "../text/sentences.ts";
import { readMemoryOf } from "../recall.ts";
import { resolve } from "node:path";
import { DEFAULT_OUTPUT_DIRECTORY } from "../config/sections/export.ts";
import { RESERVED_NAME } from "../config/sections/fields.ts";
import type { CrmConfig } from "../config/schema.ts";
import { AppError, EXIT } from "../errors.ts";
import type { Log } from "../log.ts";
import { emit } from "../output/stdout.ts";
import { exitCodeOf, LONGEST_BASELINE_MS, runPass } from "../pass.ts";
import { renderSaved, RENDERERS } from "../render/renderers.ts";
import { quoteWord } from "../text/terminal.ts";
import { FORMATS, PASS_FORMATS, type PassFormat } from "../render/view.ts";
import { joinPasses } from "../report/document/saved-pass.ts";
import { SEVERITIES } from "../report/words.ts";
import { CRM_FLAGS, loadChosen } from "./flags/crms.ts";
import { AS_OF_FLAGS, readWindow, readZone, repeatFlags } from "./flags/flags.ts";
import { lengthOf } from "../time/window.ts";
import { defineCommand } from "./flags/command.ts";
import type { Runtime } from "./flags/runtime.ts";

/** Flags that say what becomes of reports. */
const ABOUT_REPORTS = ["--export-json", "--output-dir", "--fail-on", "--baseline", "--detailed", "--per-rule"];

export default defineCommand(
  {
    ...CRM_FLAGS,
    ...AS_OF_FLAGS,
    rule: { type: "string", valueHint: "RULE", description: "explain this rule of the one CRM that --crm names" },
    baseline: {
      type: "enum",
      options: ["week"],
      description: "compare with the same window one week before, too; for windows of at most 84 hours",
    },
    detailed: { type: "boolean", description: "add each rule's figures and the newest actions" },
    format: {
      type: "enum",
      options: [...PASS_FORMATS],
      default: "table" as const,
      description: "how to print; findings: lines parted by tabs, openmetrics: gauges",
    },
    "per-rule": { type: "boolean", description: "with --format openmetrics: the condition of each rule too" },
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
    input: {
      type: "string",
      valueHint: "FILE,DIR",
      description: "print saved reports again, such as exports; no warehouse and no configuration is read",
    },
    store: {
      type: "boolean",
      default: true,
      description: "keep the reports in the store, if one is configured",
      negativeDescription: "do not keep the reports in the store",
    },
  },
  async ({ args, rawArgs, runtime, log, nowMs, viewOf }) => {
    const failOn = args["fail-on"] ?? null;
    if (args["per-rule"] === true && args.format !== "openmetrics") {
      throw new AppError("usage", "--per-rule needs --format openmetrics: nothing else has series of rules");
    }
    const output = args.output === undefined || args.output === "-" ? null : resolve(args.output);
    const toFile = output !== null;
    // Gauges hold no message of a warehouse, and node_exporter reads them as a user of its own.
    const place = toFile ? { path: output, isPublic: args.format === "openmetrics" } : null;
    if (toFile) await refuseUnwritable(output, args.config, runtime);
    if (args.input !== undefined) {
      // Loaded only here: the check of a report's every value takes half a megabyte.
      const { readSavedFiles, refuseReadingFlags } = await import("./flags/input.ts");
      refuseReadingFlags(rawArgs);
      const passes = await readSavedFiles(args.input);
      const detailed = args.detailed === true;
      const perRule = args["per-rule"] === true;
      const view = viewOf({
        detailed,
        sections: detailed,
        timezone: readZone(args.timezone),
        repeat: { config: "", window: ` --input ${quoteWord(args.input)}` },
        origin: { kind: "file" },
        perRule,
        toFile,
      });
      const failedDeliveries = await deliver(await renderSaved(passes, args.format, view), place, log);
      const { pass: document, reports } = joinPasses(passes);
      return exitCodeOf({ document, reports, failedDeliveries }, failOn);
    }
    if (args.rule !== undefined) {
      const asked = readExplained(args.crm, args.rule, args.format, rawArgs);
      const { explainNow } = await import("./flags/explaining.ts");
      const flags = { ...args, format: asked.format };
      const text = await explainNow({ ...asked, flags }, { rawArgs, runtime, log, nowMs, viewOf });
      if (text === null) return EXIT.noneReadable;
      return (await deliver(text, place, log)) > 0 ? EXIT.delivery : EXIT.ok;
    }
    readZone(args.timezone);
    const window = readWindow(args["time-window"], args["as-of"], nowMs);
    const { config, crms } = await loadChosen(args, runtime, log);
    const exporting = args["export-json"] === true || config.export.enabled;
    if (args["output-dir"] !== undefined && !exporting) {
      throw new AppError("usage", "--output-dir needs --export-json: nothing would be written there");
    }
    const directory = resolve(args["output-dir"] ?? config.export.dir ?? DEFAULT_OUTPUT_DIRECTORY);
    const detailed = args.detailed === true;
    if (exporting) await refuseNamedExports(directory, crms, args.config, runtime);
    const baseline = args.baseline === "week" ? "week" : null;
    if (baseline !== null && lengthOf(window) > LONGEST_BASELINE_MS) {
      throw new AppError(
        "usage",
        "--baseline week: the window before would overlap last week's: leave --baseline out, or choose a --time-window of at most 84 hours",
      );
    }

    const isKept = args.store && config.store.configured;
    const pass = await runPass({
      config,
      crms,
      window,
      nowMs,
      // The pages show single runs, whoever made the report.
      detailed: detailed || isKept,
      baseline,
      exportTo: exporting ? { directory, keep: config.export.keep } : null,
      readMemory: config.store.configured ? readMemoryOf(config.store) : null,
      isKept,
      log,
      signal: runtime.signal,
      reportInterrupted: true,
      showsFailures: args.format === "table" && !toFile && isOneScreen(runtime),
    });
    const isChosen = args.crm !== undefined && args.crm !== RESERVED_NAME;
    const timezone = readZone(args.timezone) ?? config.displayTimezone;
    const view = viewOf({
      detailed,
      sections: detailed || isChosen,
      timezone,
      repeat: repeatFlags(args),
      perRule: args["per-rule"] === true,
      toFile,
    });
    const text = await RENDERERS[args.format](pass.document, pass.reports, view);
    let failedDeliveries = pass.notExported.length + (await deliver(text, place, log));
    // What is unfinished is neither kept nor a success; main gives the signal's exit code.
    if (runtime.signal.aborted) return EXIT.someUnreadable;
    // After printing: a store that is slow or away must not keep the report from the operator.
    if (isKept) {
      const { keepAdhoc } = await import("../deliver.ts");
      failedDeliveries += await keepAdhoc(pass, config.store, nowMs, log);
    }
    return exitCodeOf({ ...pass, failedDeliveries }, failOn);
  },
);

/** Of one CRM, in a format in which a single rule can be printed, and without flags that are about whole reports. */
function readExplained(crm: string | undefined, rule: string, wanted: PassFormat, words: string[]) {
  const format = FORMATS.find((known) => known === wanted);
  if (crm === undefined || crm === RESERVED_NAME || crm.includes(",")) {
    throw new AppError("usage", "--rule needs --crm with the name of one CRM");
  }
  if (format === undefined) throw new AppError("usage", "--rule: choose --format table or json");
  const idle = ABOUT_REPORTS.find((flag) => words.some((word) => word === flag || word.startsWith(`${flag}=`)));
  if (idle !== undefined) throw new AppError("usage", `${idle} has no meaning with --rule, which makes no report`);
  return { crm, rule, format };
}

/** What is printed and what is logged are in one terminal. */
function isOneScreen({ environment: { stdout, stderr } }: Runtime): boolean {
  return stdout.terminal && stderr.terminal;
}

/** Before anything is read: the report of a long pass needs a place. */
async function refuseUnwritable(output: string, config: string | undefined, { environment }: Runtime): Promise<void> {
  try {
    const { checkReplaceable } = await import("../output/file.ts");
    await checkReplaceable(output);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError("usage", `--output: ${error.message}`, { cause: error });
  }
  const { findNamedFiles, refuseNamed } = await import("../config/named-files.ts");
  refuseNamed(output, await findNamedFiles(config, environment.variables), "--output: ");
}

async function refuseNamedExports(
  directory: string,
  crms: CrmConfig[],
  config: string | undefined,
  { environment }: Runtime,
): Promise<void> {
  const [{ findNamedFiles, refuseNamed }, { nameLatest }] = await Promise.all([
    import("../config/named-files.ts"),
    import("../output/export.ts"),
  ]);
  const files = await findNamedFiles(config, environment.variables);
  for (const { name } of crms) refuseNamed(nameLatest(directory, name), files, "--output-dir: ");
}

type Place = { path: string; isPublic: boolean };

/** To stdout also where the file cannot be written: what was made is not lost. Returns how many deliveries failed. */
async function deliver(text: string, place: Place | null, log: Log): Promise<number> {
  try {
    if (place === null) await emit(text);
    else await (await import("../output/file.ts")).replaceOutput(place.path, text, place);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.error(place === null ? error.message : followWith(error.message, "It is printed instead"));
    return place === null ? 1 : 1 + (await deliver(text, null, log));
  }
}
