import { suggestName } from "../../config/nearest.ts";
import { AppError, EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import type { Store } from "../../store/store.ts";
import { formatInstant, formatMinute } from "../../text/figures.ts";
import { quoteText, showText } from "../../text/terminal.ts";
import { openConfigured } from "../flags/configuration.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";
import { nameSources } from "../flags/memory.ts";

export default defineCommand(
  {
    name: { type: "positional", required: true, valueHint: "RULE", description: "the rule that is over" },
    crm: { type: "string", valueHint: "NAME", description: "of which CRM, where several have such a rule" },
    undo: { type: "boolean", description: "the rule is not over after all" },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const { config, store } = await openConfigured(args, runtime, log);
    await using opened = store;
    const configured = config.crms.map(({ name }) => name);
    const source = await findSource(opened, args.name, nameSources(args.crm, configured), nowMs);
    const rule = showText(args.name);
    if (args.undo === true) {
      const changed = await opened.memory.retire(source, args.name, null);
      await emit(`${source}: ${rule} ${changed ? "is expected to run again" : "was not called over"}\n`);
      return EXIT.ok;
    }
    await opened.memory.retire(source, args.name, nowMs);
    const at = formatMinute(formatInstant(nowMs));
    await emit(`${source}: ${rule} is over since ${at} UTC, until it runs again\n`);
    return EXIT.ok;
  },
);

/** The one CRM that has run such a rule. */
async function findSource(store: Store, rule: string, sources: string[], nowMs: number): Promise<string> {
  // No hour is needed: rules are remembered whenever they ran.
  const remembered = await store.memory.read(sources, nowMs);
  const having = sources.filter(
    (source) => remembered.get(source)?.past.rules.some((one) => one.rule === rule) === true,
  );
  const [only] = having;
  if (only !== undefined && having.length === 1) return only;
  if (having.length > 1)
    throw new AppError("usage", `${having.join(" and ")} have a rule ${quoteText(rule)}: choose one with --crm`);
  const known = [...remembered.values()].flatMap(({ past }) => past.rules.map((one) => one.rule));
  const advice =
    known.length === 0
      ? "nothing is remembered yet: name it in retired_rules of its CRM"
      : `${suggestName(rule, [...new Set(known)])} A rule that never ran is named in retired_rules of its CRM`;
  throw new AppError("usage", `no rule ${quoteText(rule)} is remembered in ${store.place}: ${advice}`);
}
