import { $ } from "bun";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { LOCAL_CONFIG } from "../config/find.ts";
import { loadConfig } from "../config/load.ts";
import { simulateActions } from "../demo/simulate.ts";
import { buildWarehouse, DEMO_DATABASE, DEMO_MARK, writeDemoConfig } from "../demo/warehouse.ts";
import { AppError } from "../errors.ts";
import { readHead } from "../files/plain.ts";
import { describeWriteFailure, replaceFile } from "../output/file.ts";
import { emit } from "../output/stdout.ts";
import { exitCodeOf, runPass } from "../pass.ts";
import { renderPass } from "../render/terminal/pass.ts";
import { formatInstant } from "../text/figures.ts";
import { readAsOf, readWindow, repeatFlags } from "./flags/flags.ts";
import { MINUTE_MS } from "../time/units.ts";
import { defineCommand } from "./flags/command.ts";

export default defineCommand(
  {
    dir: {
      type: "string",
      valueHint: "DIR",
      default: ".",
      description: "where the warehouse and its configuration go",
    },
    seed: { type: "string", valueHint: "1", default: "1", description: "another number makes other activity" },
    "as-of": { type: "string", valueHint: "TIME", description: "end of the 30 days; this minute by default" },
    force: { type: "boolean", description: "replace the files of an earlier demo" },
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const asOf = args["as-of"];
    const endMs = readAsOf(asOf, Math.floor(nowMs / MINUTE_MS) * MINUTE_MS);
    const seed = readSeed(args.seed);
    const window = readWindow("24", new Date(endMs).toISOString(), nowMs);
    const directory = resolve(args.dir);
    const paths = { config: join(directory, LOCAL_CONFIG), database: join(directory, DEMO_DATABASE) };
    refuseToReplace(paths, args.force === true);

    await makeDirectory(directory);
    await replaceFile(paths.database, buildWarehouse(simulateActions(seed, endMs)));
    await replaceFile(paths.config, writeDemoConfig());

    const config = await loadConfig(paths.config, runtime.environment.variables);
    const pass = await runPass({
      config,
      crms: config.crms,
      window,
      nowMs,
      detailed: false,
      baseline: null,
      exportTo: null,
      readMemory: null,
      log,
      signal: runtime.signal,
    });
    const elsewhere = directory === process.cwd() ? undefined : relative(process.cwd(), paths.config);
    const view = viewOf({ repeat: repeatFlags({ config: elsewhere, "as-of": asOf }) });
    await emit(renderPass(pass.document, pass.reports, view));
    const next = `  ${nameProgram()} generate --config ${$.escape(relative(process.cwd(), paths.config))} --as-of ${formatInstant(endMs)}`;
    log.info(`Made ${paths.database} and ${paths.config}. Next:`);
    log.info(`${next} --crm genius --detailed`);
    log.info(`${next} --time-window 30d`);
    log.info(`${next} --format json --crm hubspot`);
    return exitCodeOf({ ...pass, failedDeliveries: pass.notExported.length }, null);
  },
);

/** How this executable is called from here. */
function nameProgram(): string {
  if (Bun.which("automation-reports") === process.execPath) return "automation-reports";
  const path = relative(process.cwd(), process.execPath);
  return $.escape(path.startsWith(".") ? path : `./${path}`);
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed <= 0xff_ff_ff_ff) return seed;
  throw new AppError("usage", "--seed: write a whole number from 0 to 4294967295");
}

/** With `--force` too only an earlier demo is replaced: its configuration says that it is one. */
function refuseToReplace({ config, database }: { config: string; database: string }, force: boolean): void {
  const there = [config, database].filter((path) => existsSync(path));
  if (there.length === 0) return;
  const names = there.join(" and ");
  const isDemo = readHead(config, DEMO_MARK.length).toString() === DEMO_MARK;
  if (!isDemo) throw new AppError("usage", `${names} already there, and of no earlier demo: choose another --dir`);
  if (!force) throw new AppError("usage", `${names} already there: choose another --dir, or replace with --force`);
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    const why = describeWriteFailure(error, resolve(directory));
    throw new AppError("usage", `--dir ${directory} cannot be made: ${why}`, { cause: error });
  }
}
