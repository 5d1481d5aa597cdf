import { EXIT } from "../errors.ts";
import { defineCommand } from "./flags/command.ts";
import { openDaemon } from "./flags/daemon.ts";
import { CONFIG_FLAG } from "./flags/flags.ts";

export default defineCommand(CONFIG_FLAG, async ({ args, runtime, log }) => {
  const options = await openDaemon(args, { runtime, log }, "serve");
  await using _ = options.store;
  // Loaded only here: help and the other commands need no server.
  const { serve } = await import("../serve.ts");
  await serve(options);
  return EXIT.ok;
});
