import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { TABLES } from "../warehouse/presets.ts";
import type { CommandResult } from "./runtime.ts";

export default defineCommand({
  meta: { name: "sql", description: "Print the tables of the automation preset" },
  args: {
    dialect: { type: "enum", options: ["postgres", "sqlite"], default: "postgres", description: "for which database" },
  },
  async run({ args }): CommandResult {
    await emit(TABLES[args.dialect]);
    return EXIT.ok;
  },
});
