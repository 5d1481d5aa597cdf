import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { defineCommand } from "./flags/command.ts";
import { CRM_FLAGS } from "./flags/crms.ts";
import { explainNow } from "./flags/explaining.ts";
import { AS_OF_FLAGS, FORMAT_FLAG } from "./flags/flags.ts";

const { crm: _, ...READING_FLAGS } = CRM_FLAGS;

export default defineCommand(
  {
    name: { type: "positional", required: true, valueHint: "CRM", description: "as the configuration names it" },
    rule: {
      type: "positional",
      required: false,
      valueHint: "RULE",
      description: "one of its rules; without it they are listed, worst first",
    },
    ...READING_FLAGS,
    ...AS_OF_FLAGS,
    ...FORMAT_FLAG,
  },
  async ({ args, ...call }) => {
    const text = await explainNow({ crm: args.name, rule: args.rule ?? null, flags: args }, call);
    if (text === null) return EXIT.noneReadable;
    await emit(text);
    return EXIT.ok;
  },
);
