import { defineCommand } from "citty";
import { describeTarget } from "../database/target.ts";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { showText } from "../text/terminal.ts";
import { loadConfigured } from "./configured.ts";
import { CONFIG_FLAG, OUTPUT_FLAGS, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";

export default defineCommand({
  meta: { name: "check", description: "Check the configuration without connecting anywhere" },
  args: { ...CONFIG_FLAG, ...OUTPUT_FLAGS },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const config = await loadConfigured(args, runtime, log);
      const lines = config.crms.map(({ name, preset, crm_source, target }) =>
        showText(`${name}: ${target.kind} ${describeTarget(target)}, preset ${preset}, crm_source ${crm_source}`),
      );
      const { target, configured } = config.store;
      const store = configured ? [showText(`store: ${target.kind} ${describeTarget(target)}`)] : [];
      await emit([`${config.path} is valid`, ...lines, ...store, ""].join("\n"));
      return EXIT.ok;
    });
  },
});
