import { resolve } from "node:path";
import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { describeNextSteps, describePaths } from "../systemd/advice.ts";
import { installUnits } from "../systemd/install.ts";
import { OUTPUT_FLAGS, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { prepareUnits, UNIT_FLAGS } from "./systemd-units.ts";

export default defineCommand({
  meta: { name: "install", description: "Write the systemd units and print their paths" },
  args: {
    dir: {
      type: "string",
      valueHint: "DIR",
      default: "/etc/systemd/system",
      description: "where systemd looks for them",
    },
    force: { type: "boolean", description: "replace units that this program did not write" },
    ...UNIT_FLAGS,
    ...OUTPUT_FLAGS,
  },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const units = await prepareUnits(args, runtime, log);
      const directory = resolve(args.dir);
      const { written, left } = await installUnits(directory, units, args.force === true);
      await emit(`${written.join("\n")}\n`);
      for (const line of [...describePaths(), ...describeNextSteps(directory, units, left)]) log.info(line);
      return EXIT.ok;
    });
  },
});
