import { defineCommand, type CommandDef } from "citty";
import { EXIT } from "../errors.ts";
import { writeBash } from "../help/bash.ts";
import { describeCommands, PROGRAM, type CommandHelp, type Entry } from "../help/commands.ts";
import { writeFish } from "../help/fish.ts";
import { writeZsh } from "../help/zsh.ts";
import { emit } from "../output/stdout.ts";
import type { CommandResult } from "./runtime.ts";

const SHELLS = { bash: writeBash, zsh: writeZsh, fish: writeFish } satisfies Record<
  string,
  (commands: CommandHelp[]) => string
>;

/** A command that prints that shell's completion script for the table it stands in. */
export function defineCompletion(shell: keyof typeof SHELLS, table: Record<string, Entry>): CommandDef {
  return defineCommand({
    meta: { name: shell, description: `Print the completion script of ${shell}` },
    async run(): CommandResult {
      await emit(SHELLS[shell](await describeCommands(PROGRAM, table)));
      return EXIT.ok;
    },
  });
}
