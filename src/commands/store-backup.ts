import { defineCommand } from "citty";
import { resolve } from "node:path";
import { EXIT } from "../errors.ts";
import { openConfigured } from "./configured.ts";
import { withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { STORE_FLAGS } from "./stored.ts";

export default defineCommand({
  meta: { name: "backup", description: "Copy an SQLite store while it is in use" },
  args: {
    file: {
      type: "positional",
      required: true,
      description: "where to; replaced whole or not at all",
    },
    ...STORE_FLAGS,
  },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const { store } = await openConfigured(args, runtime, log);
      await using opened = store;
      const path = resolve(args.file);
      await opened.backup(path);
      log.info(`copied ${opened.place} to ${path}`);
      return EXIT.ok;
    });
  },
});
