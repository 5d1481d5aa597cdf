import { EXIT } from "../errors.ts";
import { writeBash } from "../help/bash.ts";
import { describeCommands, type Command, type CommandHelp, type Entry } from "../help/commands.ts";
import { writeFish } from "../help/fish.ts";
import { writeZsh } from "../help/zsh.ts";
import { emit } from "../output/stdout.ts";
import { PROGRAM } from "../version.ts";
import { defineCommand } from "./flags/command.ts";

const SHELLS = { bash: writeBash, zsh: writeZsh, fish: writeFish } satisfies Record<
  string,
  (commands: CommandHelp[]) => string
>;

/** A command that prints that shell's completion script for the table it stands in. */
export function defineCompletion(shell: keyof typeof SHELLS, table: Record<string, Entry>): Command {
  return defineCommand({}, async () => {
    await emit(SHELLS[shell](explainEach(await describeCommands(PROGRAM, table))));
    return EXIT.ok;
  });
}

/** `help` explains every command, besides its topics. */
function explainEach(commands: CommandHelp[]): CommandHelp[] {
  const all = commands.find(({ names }) => names.includes(""))?.commands ?? [];
  return commands.map((command) => {
    if (!command.names.includes("help")) return command;
    const others = all.filter(({ name }) => name !== "help" && !command.commands.some((topic) => topic.name === name));
    return { ...command, commands: [...command.commands, ...others] };
  });
}
