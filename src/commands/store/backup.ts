import { resolve } from "node:path";
import { findNamedFiles, refuseNamed } from "../../config/named-files.ts";
import { AppError, EXIT } from "../../errors.ts";
import { openConfigured } from "../flags/configuration.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";

export default defineCommand(
  {
    file: {
      type: "positional",
      required: true,
      description: "where to: a new file, or an earlier copy, which is replaced whole or not at all",
    },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log }) => {
    const { store } = await openConfigured(args, runtime, log, "look");
    await using opened = store;
    const path = resolve(args.file);
    refuseNamed(path, await findNamedFiles(args.config, runtime.environment.variables));
    // An empty copy would take the place of an earlier one that holds something.
    if (!opened.isThere) throw new AppError("delivery", `there is no store to copy at ${opened.place}`);
    await opened.backup(path);
    log.info(`copied ${opened.place} to ${path}`);
    return EXIT.ok;
  },
);
