import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { RENDERERS } from "../render/renderers.ts";
import { describeSavedPass } from "../report/saved-pass.ts";
import { openConfigured } from "./configured.ts";
import { FORMAT_FLAG, viewOf, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { readKept, STORE_FLAGS } from "./stored.ts";

export default defineCommand({
  meta: { name: "show", description: "Print a kept report again" },
  args: {
    id: { type: "positional", required: true, description: "as history list shows it" },
    ...FORMAT_FLAG,
    ...STORE_FLAGS,
  },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const startedAt = performance.now();
      const { store } = await openConfigured(args, runtime, log);
      await using opened = store;
      const report = await readKept(opened, args.id);
      const view = viewOf(args, runtime, { detailed: true, single: true, startedAt });
      await emit(RENDERERS[args.format](describeSavedPass([report]), [report], view));
      return EXIT.ok;
    });
  },
});
