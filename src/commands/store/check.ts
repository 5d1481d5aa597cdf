import { EXIT } from "../../errors.ts";
import { openConfigured } from "../flags/configuration.ts";
import { emit } from "../../output/stdout.ts";
import { findMissingGroup } from "../../store/share.ts";
import { showText } from "../../text/terminal.ts";
import { defineCommand } from "../flags/command.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";

export default defineCommand(CONFIG_FLAG, async ({ args, runtime, log }) => {
  const { config, store } = await openConfigured(args, runtime, log, "look");
  await using opened = store;
  const { group } = config.store;
  const problems = [findMissingGroup(group) ?? [], await opened.check(group !== null)].flat();
  for (const problem of problems) log.error(`${opened.place}: ${problem}`);
  if (problems.length > 0) return EXIT.delivery;
  const isServer = config.store.target.kind === "postgres";
  const missing = isServer ? "has no tables automation_reports_* yet" : "is not there yet";
  await emit(`${showText(opened.place)} ${opened.isThere ? "is in order" : `${missing}: nothing was kept`}\n`);
  return EXIT.ok;
});
