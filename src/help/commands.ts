/** What the command table says about every command, for completion scripts and the man page. */
import type { ArgDef, CommandDef } from "citty";

// oxlint-disable-next-line typescript/no-explicit-any -- citty's own type for commands with any arguments
export type Command = CommandDef<any>;

/** A line of the command table: a command, whose code is loaded when it is called, a group of commands, or both. */
export type Entry = {
  summary: string;
  /** Names of the older command that still work. */
  aliases?: string[];
} & (
  | { load: () => Promise<Command>; commands?: Record<string, Entry> }
  | { load?: undefined; commands: Record<string, Entry> }
);

export type Flag = {
  /** As it is written: `--no-color` where the flag is on by default. */
  name: string;
  description: string;
  /** Null where the flag takes no value. */
  value: {
    hint: string;
    kind: "choice" | "file" | "directory" | "text";
    choices: string[];
    preset: string | null;
  } | null;
};

export type CommandHelp = {
  /** Every way to write it, without the program's name; the first is the one to show. The program itself is "". */
  names: [string, ...string[]];
  summary: string;
  /** Whether these words alone do something. Those of a group may. */
  runs: boolean;
  /** The commands of a group. */
  commands: { name: string; summary: string }[];
  flags: Flag[];
  /** What stands after the command's name without a flag, in that order. */
  words: { hint: string; description: string }[];
};

export const PROGRAM = "automation-reports";

const HELP: Flag = { name: "--help", description: "print the commands and flags there are", value: null };
const VERSION: Flag = { name: "--version", description: "print version, commit and Bun version", value: null };

/** The program, then every group and command in the order of the table. Loads all of them. */
export async function describeCommands(summary: string, table: Record<string, Entry>): Promise<CommandHelp[]> {
  const program: CommandHelp = {
    names: [""],
    summary,
    runs: false,
    commands: listCommands(table),
    flags: [HELP, VERSION],
    words: [],
  };
  return [program, ...(await describeTable(table, [""]))];
}

async function describeTable(table: Record<string, Entry>, above: string[]): Promise<CommandHelp[]> {
  const described = Object.entries(table).map(async ([name, entry]): Promise<CommandHelp[]> => {
    const spellings = [name, ...(entry.aliases ?? [])];
    const names = above.flatMap((words) => spellings.map((word) => `${words} ${word}`.trimStart()));
    const help = { names: names as [string, ...string[]], summary: entry.summary };
    const { load, commands = {} } = entry;
    const args = Object.entries(((await load?.())?.args ?? {}) as Record<string, ArgDef>);
    const isWord = ([, { type }]: [string, ArgDef]) => type === "positional";
    const described = {
      ...help,
      runs: load !== undefined,
      commands: listCommands(commands),
      flags: [...describeFlags(args.filter((arg) => !isWord(arg))), HELP],
      words: args.filter(isWord).map(([name, { valueHint, description = "" }]) => ({
        hint: valueHint ?? name.toUpperCase(),
        description,
      })),
    };
    return [described, ...(await describeTable(commands, names))];
  });
  return (await Promise.all(described)).flat();
}

function listCommands(table: Record<string, Entry>): CommandHelp["commands"] {
  return Object.entries(table).map(([name, { summary }]) => ({ name, summary }));
}

function describeFlags(args: [string, ArgDef][]): Flag[] {
  return args.map(([name, flag]) => {
    const description = flag.description ?? "";
    if (flag.type === "boolean") {
      return flag.default === true
        ? { name: `--no-${name}`, description: flag.negativeDescription ?? description, value: null }
        : { name: `--${name}`, description, value: null };
    }
    const choices = flag.type === "enum" ? (flag.options ?? []) : [];
    const hint = flag.valueHint ?? (choices.join("|") || name);
    const kind = choices.length > 0 ? "choice" : hint === "FILE" ? "file" : hint === "DIR" ? "directory" : "text";
    const preset = typeof flag.default === "string" ? flag.default : null;
    return { name: `--${name}`, description, value: { hint, kind, choices, preset } };
  });
}
