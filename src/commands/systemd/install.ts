import { resolve } from "node:path";
import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { describeNextSteps, describePaths } from "../../systemd/advice.ts";
import { UNIT_DIRECTORY } from "../../systemd/executable.ts";
import { installUnits } from "../../systemd/install.ts";
import { prepareUnits, UNIT_FLAGS } from "../flags/units.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    dir: {
      type: "string",
      valueHint: "DIR",
      default: UNIT_DIRECTORY,
      description: "where systemd looks for them",
    },
    force: { type: "boolean", description: "replace units that this program did not write" },
    ...UNIT_FLAGS,
  },
  async ({ args, runtime, log }) => {
    const { units, said } = await prepareUnits(args, runtime, log);
    const directory = resolve(args.dir);
    const { written, left } = await installUnits(directory, units, args.force === true);
    await emit(`${written.join("\n")}\n`);
    for (const line of [...describePaths(said), ...describeNextSteps(directory, units, left)]) log.info(line);
    return EXIT.ok;
  },
);
