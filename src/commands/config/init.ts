import { statSync } from "node:fs";
import { resolve } from "node:path";
import { writeTemplate } from "../../config/template.ts";
import { AppError, EXIT } from "../../errors.ts";
import { createPublicFile } from "../../output/file.ts";
import { emit } from "../../output/stdout.ts";
import { quoteWord } from "../../text/terminal.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    output: { type: "string", valueHint: "FILE", description: "write there instead of to stdout; nothing is replaced" },
  },
  async ({ args, log }) => {
    if (args.output === undefined || args.output === "-") {
      await emit(writeTemplate());
      return EXIT.ok;
    }
    const path = resolve(args.output);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new AppError("usage", `${path} is a directory: name a file in it`);
    const isCreated = await createPublicFile(path, writeTemplate());
    if (!isCreated)
      throw new AppError("usage", `${path} is already there: choose another --output, or remove it first`);
    log.info(`wrote ${path}: set its url, then run automation-reports config check --config ${quoteWord(args.output)}`);
    return EXIT.ok;
  },
);
