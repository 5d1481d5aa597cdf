import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { TABLES } from "../../warehouse/presets.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    dialect: { type: "enum", options: ["postgres", "sqlite"], default: "postgres", description: "for which database" },
  },
  async ({ args }) => {
    await emit(TABLES[args.dialect]);
    return EXIT.ok;
  },
);
