import { COMMANDS } from "./cli.ts";
import { describeCommands, type CommandHelp } from "./help/commands.ts";
import { writePage } from "./help/page.ts";
import { TOPICS } from "./help/topics.ts";
import { PROGRAM } from "./version.ts";

/** Every command of the table in words, as JSON. It loads the code of all of them. */
export async function describeTable(): Promise<string> {
  return JSON.stringify(await describe());
}

/** The page of each command as JSON, by every way to write its name. */
export async function describePages(): Promise<Record<string, string>> {
  const topics = `${PROGRAM} help TOPIC explains ${Object.keys(TOPICS).join(", ")}.`;
  const pages = (await describe()).flatMap((help) => {
    const page = JSON.stringify(writePage(help, help.names[0] === "" ? [topics] : []));
    return help.names.map((name) => [name, page]);
  });
  return Object.fromEntries(pages);
}

async function describe(): Promise<CommandHelp[]> {
  return await describeCommands("Reports on CRM-to-warehouse automations", COMMANDS);
}
