import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { renderDiff } from "../render/diff.ts";
import { writeJson } from "../text/json.ts";
import { compareReports } from "../report/diff.ts";
import { openConfigured } from "./configured.ts";
import { FORMAT_FLAG, viewOf, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { readKept, STORE_FLAGS } from "./stored.ts";

export default defineCommand({
  meta: { name: "diff", description: "Say what changed from one kept report to another" },
  args: {
    before: { type: "positional", required: true, description: "id of the older report" },
    after: { type: "positional", required: true, description: "id of the newer report" },
    ...FORMAT_FLAG,
    ...STORE_FLAGS,
  },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const startedAt = performance.now();
      const { store } = await openConfigured(args, runtime, log);
      await using opened = store;
      const [before, after] = [await readKept(opened, args.before), await readKept(opened, args.after)];
      const [from, to] = [before.metadata.source, after.metadata.source];
      if (from !== to) log.warn(`the reports are of two CRMs, ${from} and ${to}`);
      const diff = compareReports(before, after);
      const view = viewOf(args, runtime, { detailed: false, single: true, startedAt });
      await emit(args.format === "json" ? writeJson(diff) : renderDiff(diff, view));
      return EXIT.ok;
    });
  },
});
