import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
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
  async ({ args, runtime, log }) => {
    const { config, store } = await openConfigured(args, runtime, log);
    await using opened = store;
    const configured = config.crms.map(({ name }) => name);
    await requireRemembered(opened, args.crm, configured);
    await opened.memory.forget(args.crm);
    await emit(`${showText(args.crm)}: all that was remembered is forgotten\n`);
    return EXIT.ok;
  },
);
