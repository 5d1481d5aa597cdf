import { resolve } from "node:path";
import { findNamedFiles, refuseNamedWithin } from "../../config/named-files.ts";
import { EXIT } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import { openConfigured } from "../flags/configuration.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG, readLimit } from "../flags/flags.ts";

const RANGES = ["24h", "7d", "30d"] as const;

export default defineCommand(
  {
    directory: {
      type: "positional",
      required: true,
      valueHint: "DIR",
      description: "where to: a new or empty directory, or one that holds an earlier export",
    },
    passes: {
      type: "string",
      valueHint: "10",
      default: "10",
      description: "how many of the newest passes get pages of their own",
    },
    range: {
      type: "enum",
      options: [...RANGES],
      default: "7d" as const,
      description: "how far back the charts go",
    },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const passes = readLimit(args.passes, "--passes");
    const directory = resolve(args.directory);
    refuseNamedWithin(directory, await findNamedFiles(args.config, runtime.environment.variables));
    const { config, store } = await openConfigured(args, runtime, log, "look");
    await using opened = store;
    const [{ writeSite }, { createLibrary }, { createState }] = await Promise.all([
      import("../../server/pages/site.ts"),
      import("../../server/library.ts"),
      import("../../server/state.ts"),
    ]);
    const context = { config: () => config, store: opened, clock: () => nowMs };
    const [state, library] = [createState(context), createLibrary(context)];
    const desk = { config, store: opened, state, library, nowMs, judge: "other" as const };
    const pages = await writeSite(desk, { directory, passes, range: args.range, version: VERSION });
    log.info(`wrote ${pages} pages: open ${directory}/index.html`);
    return EXIT.ok;
  },
);
