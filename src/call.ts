/** Which command a command line means: its help, or its code, which is loaded then. */
import { COMMANDS } from "./cli.ts";
import type { Runtime } from "./commands/flags/runtime.ts";
import { EXIT } from "./errors.ts";
import { PROGRAM, type Command, type Entry } from "./help/commands.ts";
import { TOPICS } from "./help/topics.ts";
import { emit } from "./output/stdout.ts";
import { VERSION_LINE } from "./version.ts";

const HELP = ["--help", "-h"];
const VERSION = ["--version", "-v"];
/** For a pipe or a file. */
const HELP_WIDTH = 100;

/** Returns the exit code. Throws an `AppError` for wrong usage before anything is run. */
export async function runCli(argv: string[], runtime: Runtime): Promise<number> {
  const asksForCommand = argv[0] === "help" && findName(argv[1], COMMANDS) !== undefined;
  const wantsHelp = asksForCommand || argv.some((word) => HELP.includes(word));
  const words = (asksForCommand ? argv.slice(1) : argv).filter((word) => !HELP.includes(word));
  if (words.length === 1 && VERSION.includes(words[0] ?? "")) {
    await emit(VERSION_LINE);
    return EXIT.ok;
  }
  const found = findCommand(words);
  const { entry, path, rest } = found;
  if (!wantsHelp && entry?.load !== undefined) return await run(found, entry.load, runtime);
  const [word = "-"] = rest;
  const isUnknown = asksForCommand && entry?.commands !== undefined && !word.startsWith("-");
  if (isUnknown || (!wantsHelp && rest.length > 0)) await refuse(found);
  await printHelp(path, runtime);
  // A topic may have a command's name: it follows the command's flags.
  const [name = ""] = path;
  const topic = asksForCommand && path.length === 1 ? COMMANDS["help"]?.commands?.[name] : undefined;
  return topic?.load === undefined
    ? EXIT.ok
    : await run({ entry: topic, path: ["help", name], rest }, topic.load, runtime);
}

type Found = {
  /** Null: the program itself. */
  entry: Entry | null;
  /** The names of the groups and of the command. */
  path: string[];
  /** The words after them. */
  rest: string[];
};

function findCommand(words: string[]): Found {
  let found: Found = { entry: null, path: [], rest: words };
  for (const [index, word] of words.entries()) {
    const entries: Record<string, Entry> = (found.entry === null ? COMMANDS : found.entry.commands) ?? {};
    const name = findName(word, entries);
    const entry = name === undefined ? undefined : entries[name];
    if (name === undefined || entry === undefined) break;
    found = { entry, path: [...found.path, name], rest: words.slice(index + 1) };
  }
  return found;
}

function findName(word: string | undefined, entries: Record<string, Entry>): string | undefined {
  return Object.keys(entries).find(
    (key) => word !== undefined && (key === word || entries[key]?.aliases?.includes(word)),
  );
}

async function run(found: Found, load: () => Promise<Command>, runtime: Runtime): Promise<number> {
  const [word = "-"] = found.rest;
  if (found.entry?.commands !== undefined && !word.startsWith("-")) await refuse(found);
  const [{ runCommand }, { checkArguments, expandShort }, command] = await Promise.all([
    import("citty"),
    import("./commands/flags/arguments.ts"),
    load(),
  ]);
  const words = expandShort(found.rest);
  checkArguments(command, words, found.path);
  const { result } = await runCommand(command, { rawArgs: words, data: runtime });
  return result as number;
}

async function refuse({ path, rest }: Found): Promise<never> {
  const [{ explainUnknown }, { listDescribed }] = await Promise.all([
    import("./help/misplaced.ts"),
    import("./described.ts"),
  ]);
  throw explainUnknown(path, rest, listDescribed());
}

async function printHelp(path: string[], { environment }: Runtime): Promise<void> {
  const [{ renderUsage }, { findDescribed }] = await Promise.all([import("./help/usage.ts"), import("./described.ts")]);
  // What is hidden has no page: its group has.
  const help = findDescribed(path) ?? findDescribed(path.slice(0, -1));
  if (help === null) throw new Error(`${path.join(" ")} is not described`);
  const view = {
    width: environment.stdout.columns ?? HELP_WIDTH,
    color: environment.forceColor || (!environment.noColor && environment.stdout.terminal),
    ascii: environment.ascii,
  };
  const topics = path.length > 0 ? [] : [`${PROGRAM} help TOPIC explains ${Object.keys(TOPICS).join(", ")}.`];
  await emit(renderUsage(help, view, topics));
}
