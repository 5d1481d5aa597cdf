import { AppError, EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { formatInstant, formatMinute, formatPlural } from "../../text/figures.ts";
import { showText } from "../../text/terminal.ts";
import { HOUR_MS } from "../../time/units.ts";
import { openConfigured } from "../flags/configuration.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";
import { nameSources, readHourSpan } from "../flags/memory.ts";

export default defineCommand(
  {
    from: { type: "string", valueHint: "TIME", description: "first hour, or a date (UTC); a list of them by default" },
    to: { type: "string", valueHint: "TIME", description: "up to then, or to the end of a date; now by default" },
    crm: { type: "string", valueHint: "a,b", description: "of which CRMs; all of the configuration by default" },
    undo: { type: "boolean", description: "take back what was ignored within that time" },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const { from, to, undo = false } = args;
    if (from === undefined && (to !== undefined || undo)) throw new AppError("usage", "--from is missing");
    const span = from === undefined ? null : readHourSpan(from, to, nowMs);
    const { config, store } = await openConfigured(args, runtime, log, span === null ? "look" : "write");
    await using opened = store;
    const { memory, place } = opened;
    if (span === null) {
      const ignored = await memory.listIgnored();
      if (ignored.length === 0) log.info(`no hours are ignored in ${place}`);
      for (const { source, span: one } of ignored) await emit(`${showText(source)}: ${describe(one)}\n`);
      return EXIT.ok;
    }
    const configured = config.crms.map(({ name }) => name);
    const sources = await nameSources(args.crm, configured, opened, nowMs);
    for (const source of sources) {
      if (undo) {
        const count = await memory.heed(source, span);
        await emit(
          `${source}: ${formatPlural(count, "span")} of hours ${count === 1 ? "is" : "are"} part of the past again\n`,
        );
      } else {
        await memory.ignore(source, span);
        await emit(`${source}: ${describe(span)} left out of the past\n`);
      }
    }
    return EXIT.ok;
  },
);

function describe([from, to]: [number, number]): string {
  const [start, end] = [from, to].map((hour) => formatMinute(formatInstant(hour * HOUR_MS)));
  return `${start} to ${end} UTC`;
}
