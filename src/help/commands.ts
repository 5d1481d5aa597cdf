/** What the command table says about every command, for help, completion scripts and the man page. */
import type { ArgDef, CommandDef } from "citty";
import { manualOf, type Manual } from "./manual.ts";
import { SHORT_FLAGS } from "./short-flags.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- citty's own type for commands with any arguments
export type Command = CommandDef<any>;

/** A line of the command table: a command, whose code is loaded when it is called, a group of commands, or both. */
export type Entry = {
  summary: string;
  /** Names of the older command that still work. */
  aliases?: string[];
  /** For the program's own use: no help, completion or man page names it. */
  hidden?: true;
} & (
  | { load: () => Promise<Command>; commands?: Record<string, Entry> }
  | { load?: undefined; commands: Record<string, Entry> }
);

/** What the configuration or the store has names for. */
export type NameKind = "crm" | "schedule" | "report";

export type Flag = {
  /** As it is written: `--no-store` where the flag is on by default. */
  name: string;
  /** One letter, such as `-c`; null where there is none. */
  short: string | null;
  description: string;
  /** Shown before the others. */
  everyday: boolean;
  /** Null where the flag takes no value. */
  value: {
    hint: string;
    kind: "choice" | "file" | "files" | "directory" | "text" | NameKind;
    choices: string[];
    preset: string | null;
  } | null;
};

export type Word = {
  hint: string;
  description: string;
  required: boolean;
  kind: "file" | "text" | NameKind;
};

export type CommandHelp = {
  /** Every way to write it, without the program's name; the first is the one to show. The program itself is "". */
  names: [string, ...string[]];
  summary: string;
  /** Whether these words alone do something. Those of a group may. */
  runs: boolean;
  /** The commands of a group. */
  commands: { name: string; summary: string }[];
  /** The everyday ones first. */
  flags: Flag[];
  /** What stands after the command's name without a flag, in that order. */
  words: Word[];
} & Manual;

const HELP: Flag = {
  name: "--help",
  short: "-h",
  description: "print the commands and flags there are",
  everyday: false,
  value: null,
};
const VERSION: Flag = { ...HELP, name: "--version", short: null, description: "print version, commit and Bun version" };
const NO_COLOR: Flag = { ...HELP, name: "--no-color", short: null, description: "the same as --color never" };

/** In this order, before all others. */
const EVERYDAY = [
  "crm",
  "schedule",
  "time-window",
  "as-of",
  "since",
  "until",
  "limit",
  "detailed",
  "format",
  "output",
  "dir",
  "fail-on",
  "export-json",
  "mode",
  "analyze",
  "online",
  "set",
  "dialect",
  "config",
];

/** Arguments whose values the configuration or the store knows, by their names. */
const NAMES: Record<string, NameKind> = { crm: "crm", schedule: "schedule" };
/** The same for words without a flag, by what stands for them. */
const NAMES_OF_WORDS: Record<string, NameKind> = { CRM: "crm", SCHEDULE: "schedule", REPORT: "report" };

/** The program, then every group and command in the order of the table. Loads all of them. */
export async function describeCommands(summary: string, table: Record<string, Entry>): Promise<CommandHelp[]> {
  const program: CommandHelp = {
    names: [""],
    summary,
    runs: false,
    commands: listCommands(table),
    flags: [HELP, VERSION],
    words: [],
    ...manualOf(""),
  };
  return [program, ...(await describeTable(table, [""]))];
}

async function describeTable(table: Record<string, Entry>, above: string[]): Promise<CommandHelp[]> {
  const described = listShown(table).map(async ([name, entry]): Promise<CommandHelp[]> => {
    const spellings = [name, ...(entry.aliases ?? [])];
    const names = above.flatMap((words) => spellings.map((word) => `${words} ${word}`.trimStart()));
    const { load, commands = {} } = entry;
    const args = Object.entries(((await load?.())?.args ?? {}) as Record<string, ArgDef>);
    const isWord = ([, { type }]: [string, ArgDef]) => type === "positional";
    const described = {
      names: names as [string, ...string[]],
      summary: entry.summary,
      runs: load !== undefined,
      commands: listCommands(commands),
      flags: [...describeFlags(args.filter((arg) => !isWord(arg))), HELP],
      words: args.filter(isWord).map(describeWord),
      ...manualOf(names[0] ?? ""),
    };
    return [described, ...(await describeTable(commands, names))];
  });
  return (await Promise.all(described)).flat();
}

function listShown(table: Record<string, Entry>): [string, Entry][] {
  return Object.entries(table).filter(([, { hidden }]) => hidden !== true);
}

function listCommands(table: Record<string, Entry>): CommandHelp["commands"] {
  return listShown(table).map(([name, { summary }]) => ({ name, summary }));
}

function describeWord([name, { valueHint, description = "", required }]: [string, ArgDef]): Word {
  const hint = valueHint ?? name.toUpperCase();
  const kind = NAMES_OF_WORDS[hint] ?? (hint === "FILE" ? "file" : "text");
  return { hint, description, required: required !== false, kind };
}

/** By what stands for the value. `files`: several, with commas between. */
const PATHS: Record<string, "file" | "files" | "directory"> = { FILE: "file", DIR: "directory", "FILE,DIR": "files" };

function describeFlags(args: [string, ArgDef][]): Flag[] {
  const rank = ([name]: [string, ArgDef]) => (EVERYDAY.includes(name) ? EVERYDAY.indexOf(name) : EVERYDAY.length);
  return args
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap(([name, flag]) => (name === "color" ? [describeFlag(name, flag), NO_COLOR] : [describeFlag(name, flag)]));
}

function describeFlag(name: string, flag: ArgDef): Flag {
  const { description = "" } = flag;
  const short = SHORT_FLAGS[name] ?? null;
  const everyday = EVERYDAY.includes(name);
  if (flag.type === "boolean") {
    return flag.default === true
      ? {
          name: `--no-${name}`,
          short: null,
          description: flag.negativeDescription ?? description,
          everyday,
          value: null,
        }
      : { name: `--${name}`, short, description, everyday, value: null };
  }
  const choices = flag.type === "enum" ? (flag.options ?? []) : [];
  const hint = flag.valueHint ?? (choices.join("|") || name);
  const kind = choices.length > 0 ? "choice" : (PATHS[hint] ?? NAMES[name] ?? "text");
  const preset = typeof flag.default === "string" ? flag.default : null;
  return { name: `--${name}`, short, description, everyday, value: { hint, kind, choices, preset } };
}
