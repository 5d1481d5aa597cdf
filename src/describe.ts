import { COMMANDS } from "./cli.ts";
import { describeCommands } from "./help/commands.ts";

/** Every command of the table in words, as JSON by its name. It loads the code of all of them. */
export async function describeTable(): Promise<Record<string, string>> {
  const described = await describeCommands("Reports on CRM-to-warehouse automations", COMMANDS);
  return Object.fromEntries(described.map((help) => [help.names[0], JSON.stringify(help)]));
}
