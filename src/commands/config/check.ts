import { describeTarget } from "../../database/target.ts";
import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { showText } from "../../text/terminal.ts";
import { loadConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand({ ...CONFIG_FLAG }, async ({ args, runtime, log }) => {
  const config = await loadConfigured(args, runtime, log);
  const lines = config.crms.map(({ name, preset, crmSource, target }) =>
    showText(`${name}: ${target.kind} ${describeTarget(target)}, preset ${preset}, crm_source ${crmSource}`),
  );
  const { target, configured } = config.store;
  const store = configured ? [showText(`store: ${target.kind} ${describeTarget(target)}`)] : [];
  await emit([`${config.path} is valid`, ...lines, ...store, ""].join("\n"));
  return EXIT.ok;
});
