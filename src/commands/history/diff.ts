import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { renderDiff } from "../../render/terminal/diff.ts";
import { formatHours } from "../../text/figures.ts";
import { writeJson } from "../../text/json.ts";
import { compareReports } from "../../report/diff.ts";
import { openConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG, FORMAT_FLAG, readZone, ZONE_FLAG } from "../flags/flags.ts";
import {
  findEarlier,
  findKeptReport,
  findNamedSource,
  findUrgentReports,
  readKeptReport,
  REPORT_WORD,
  sayChosen,
} from "../flags/reports.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    before: {
      type: "positional",
      required: true,
      valueHint: "REPORT",
      description: `the older report: ${REPORT_WORD}`,
    },
    after: {
      type: "positional",
      required: false,
      valueHint: "REPORT",
      description: "the newer report; without it BEFORE is the newer one, and is compared with the one before it",
    },
    detailed: { type: "boolean", description: "add every figure that changed" },
    ...ZONE_FLAG,
    ...FORMAT_FLAG,
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const zone = readZone(args.timezone);
    const { config, store } = await openConfigured(args, runtime, log, "look");
    await using _ = store;
    const keeping = { store, config, nowMs };
    const find = async (word: string, other: string | undefined) => {
      const source = other === undefined ? null : await findNamedSource(other, keeping);
      const [worst, ...others] = await findUrgentReports(word, source, keeping);
      if (others.length > 0) log.info(sayChosen(worst.source));
      return worst;
    };
    const newer = await find(args.after ?? args.before, args.after === undefined ? undefined : args.before);
    // latest and a time mean the same CRM as the other word.
    const older =
      args.after === undefined
        ? await findEarlier(newer, keeping)
        : await findKeptReport(args.before, newer.source, keeping);
    const [before, after] = [await readKeptReport(older, keeping), await readKeptReport(newer, keeping)];
    const [from, to] = [before.metadata.source, after.metadata.source];
    if (from !== to) log.warn(`the reports are of two CRMs, ${from} and ${to}`);
    const [was, is] = [before, after].map(({ metadata }) => formatHours(metadata.time_window_hours));
    if (was !== is) log.warn(`the windows are ${was} and ${is} long: what differs may come of that alone`);
    const diff = compareReports(before, after);
    const view = viewOf({ detailed: args.detailed === true, timezone: zone ?? config.displayTimezone });
    await emit(args.format === "json" ? writeJson(diff) : renderDiff(diff, view));
    return EXIT.ok;
  },
);
