import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { openConfigured } from "./configured.ts";
import { STORE_FLAGS } from "./stored.ts";
import { withLog } from "./flags.ts";
import { emit } from "../output/stdout.ts";
import { showText } from "../text/terminal.ts";
import type { CommandResult, Runtime } from "./runtime.ts";

export default defineCommand({
  meta: { name: "check", description: "Look for damage, wrong rights and reports that cannot be read" },
  args: STORE_FLAGS,
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const { store } = await openConfigured(args, runtime, log);
      await using opened = store;
      const problems = await opened.check();
      for (const problem of problems) log.error(`${opened.place}: ${problem}`);
      if (problems.length > 0) return EXIT.delivery;
      await emit(`${showText(opened.place)} is in order\n`);
      return EXIT.ok;
    });
  },
});
