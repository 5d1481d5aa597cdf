import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { describePaths } from "../systemd/advice.ts";
import { OUTPUT_FLAGS, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { prepareUnits, UNIT_FLAGS } from "./systemd-units.ts";

export default defineCommand({
  meta: { name: "print", description: "Print the systemd units of the configuration's schedules" },
  args: { ...UNIT_FLAGS, ...OUTPUT_FLAGS },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const units = await prepareUnits(args, runtime, log);
      await emit(units.map(({ name, text }) => `# ${name}\n${text}`).join("\n"));
      for (const line of describePaths()) log.info(line);
      return EXIT.ok;
    });
  },
});
