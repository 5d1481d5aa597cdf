import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { describePaths } from "../../systemd/advice.ts";
import { prepareUnits, UNIT_FLAGS } from "../flags/units.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand({ ...UNIT_FLAGS }, async ({ args, runtime, log }) => {
  const { units, said } = await prepareUnits(args, runtime, log);
  await emit(units.map(({ name, text }) => `# ${name}\n${text}`).join("\n"));
  for (const line of describePaths(said)) log.info(line);
  return EXIT.ok;
});
