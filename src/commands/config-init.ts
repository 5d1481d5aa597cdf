import { defineCommand } from "citty";
import { CONFIG_TEMPLATE } from "../config/template.ts";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import type { CommandResult } from "./runtime.ts";

export default defineCommand({
  meta: { name: "init", description: "Print a commented configuration to start from" },
  async run(): CommandResult {
    await emit(CONFIG_TEMPLATE);
    return EXIT.ok;
  },
});
