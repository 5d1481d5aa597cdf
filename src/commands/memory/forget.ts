import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import type { Store } from "../../store/store.ts";
import { formatPlural, listNames } from "../../text/figures.ts";
import { showText } from "../../text/terminal.ts";
import { openConfigured } from "../flags/configuration.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";
import { requireRemembered } from "../flags/memory.ts";

export default defineCommand(
  {
    crm: { type: "positional", required: true, valueHint: "CRM", description: "whose past is forgotten" },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const { config, store } = await openConfigured(args, runtime, log);
    await using opened = store;
    const configured = config.crms.map(({ name }) => name);
    await requireRemembered(opened, args.crm, configured);
    await opened.memory.forget(args.crm);
    const kept = await describeKept(opened, args.crm, nowMs);
    await emit(`${showText(args.crm)}: all that was remembered is forgotten${kept}\n`);
    return EXIT.ok;
  },
);

/** What the operator said of its rules and hours outlives what was remembered. */
async function describeKept(store: Store, source: string, nowMs: number): Promise<string> {
  const retired = (await store.memory.read([source], nowMs)).get(source)?.retired ?? [];
  const ignored = (await store.memory.listIgnored()).filter((one) => one.source === source);
  const parts = [
    ...(retired.length === 0
      ? []
      : [`${listNames(retired.map(({ rule }) => showText(rule)))} still called over (rules retire --undo)`]),
    ...(ignored.length === 0
      ? []
      : [`${formatPlural(ignored.length, "span")} of hours still left out (memory ignore --undo)`]),
  ];
  return parts.map((part) => `; ${part}`).join("");
}
