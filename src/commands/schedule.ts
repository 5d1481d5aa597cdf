import { runDaemon } from "../daemon.ts";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./flags/command.ts";
import { openDaemon } from "./flags/daemon.ts";
import { CONFIG_FLAG } from "./flags/flags.ts";

export default defineCommand(CONFIG_FLAG, async ({ args, runtime, log }) => {
  const options = await openDaemon(args, { runtime, log }, "work");
  await using _ = options.store;
  await runDaemon({ ...options, beside: null });
  return EXIT.ok;
});
