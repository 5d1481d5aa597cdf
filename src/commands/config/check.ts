import { describeStore, describeTarget } from "../../database/target.ts";
import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { sayUncovered } from "../../schedule/coverage.ts";
import { describeExports } from "../../schedule/scheduled-pass.ts";
import { findMissingGroup } from "../../store/share.ts";
import { showText } from "../../text/terminal.ts";
import { DAY_MS } from "../../time/units.ts";
import { loadConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    ...CONFIG_FLAG,
    online: { type: "boolean", description: "also look in each warehouse for what the settings name" },
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const config = await loadConfigured(args, runtime, log, "serve");
    const lines = config.crms.map(({ name, preset, crmSource, target }) =>
      showText(`${name}: ${target.kind} ${describeTarget(target)}, preset ${preset}, crm_source ${crmSource}`),
    );
    const { target, configured, group } = config.store;
    const missingGroup = findMissingGroup(group);
    if (missingGroup !== null) log.warn(`[store] group: ${missingGroup}`);
    const uncovered = sayUncovered(config.crms, config.schedules);
    if (uncovered !== null) log.warn(uncovered);
    const store = configured ? [showText(`store: ${target.kind} ${describeStore(target)}`)] : [];
    const schedules = config.schedules.map((one) => showText(`schedule ${one.name}: ${describeExports(one, config)}`));
    const valid = [`${config.path} is valid`, ...lines, ...store, ...schedules, ""].join("\n");
    if (args.online !== true) {
      await emit(valid);
      return EXIT.ok;
    }
    // Loaded only here: without --online nothing is connected.
    const [{ checkWarehouses, exitCodeOfCheck }, { renderCheck }] = await Promise.all([
      import("../../check.ts"),
      import("../../render/terminal/check.ts"),
    ]);
    const documents = await checkWarehouses({
      config,
      crms: config.crms,
      window: { startMs: nowMs - DAY_MS, endMs: nowMs },
      nowMs,
      analyze: false,
      extent: "settings",
      signal: runtime.signal,
      onProgress: (checking, done) =>
        log.progress({ doing: "checking", names: checking, done, all: config.crms.length }),
    });
    log.progress(null);
    await emit(`${valid}\n${renderCheck(documents, args.verbose === true, viewOf())}`);
    return exitCodeOfCheck(documents);
  },
);
