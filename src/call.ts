/** Which command a command line means: its help, or its code, which is loaded then. */
import type { Runtime } from "./commands/flags/runtime.ts";
import { AppError, EXIT } from "./errors.ts";
import type { Command, Entry } from "./help/commands.ts";
import { emit } from "./output/stdout.ts";
import { PROGRAM, VERSION_LINE } from "./version.ts";

const HELP = ["--help", "-h"];
const VERSION = ["--version", "-v"];
/** For a pipe or a file. */
const HELP_WIDTH = 100;

/** Returns the exit code. Throws an `AppError` for wrong usage before anything is run. */
export async function runCli(argv: string[], runtime: Runtime): Promise<number> {
  const words: string[] = [];
  for (const word of argv) if (!HELP.includes(word)) words.push(word);
  if (words.length === 1 && VERSION.includes(words[0] ?? "")) {
    await emit(VERSION_LINE);
    return EXIT.ok;
  }
  const wantsHelp = words.length === 0 || words.length < argv.length;
  if (wantsHelp && argv[0] !== "help") return await printHelp(words, runtime);
  const { COMMANDS } = await import("./cli.ts");
  if (words[0] === "help" && findName(words[1], COMMANDS) !== undefined) {
    return await explainCommand(findCommand(words.slice(1), COMMANDS), COMMANDS, runtime);
  }
  const found = findCommand(words, COMMANDS);
  if (!wantsHelp && found.entry?.load !== undefined) return await run(found, found.entry.load, runtime);
  if (!wantsHelp && found.rest.length > 0) await refuse(found);
  return await printHelp(found.path, runtime);
}

type Table = Record<string, Entry>;
type Found = {
  /** Null: the program itself. */
  entry: Entry | null;
  /** The names of the groups and of the command. */
  path: string[];
  /** The words after them. */
  rest: string[];
};

function findCommand(words: string[], table: Table): Found {
  let found: Found = { entry: null, path: [], rest: words };
  for (const [index, word] of words.entries()) {
    const entries: Table = (found.entry === null ? table : found.entry.commands) ?? {};
    const name = findName(word, entries);
    const entry = name === undefined ? undefined : entries[name];
    if (name === undefined || entry === undefined) break;
    found = { entry, path: [...found.path, name], rest: words.slice(index + 1) };
  }
  return found;
}

function findName(word: string | undefined, entries: Table): string | undefined {
  return Object.keys(entries).find(
    (key) => word !== undefined && (key === word || entries[key]?.aliases?.includes(word)),
  );
}

/** What `help COMMAND` prints. A topic may have a command's name: it follows the command's flags. */
async function explainCommand(found: Found, table: Table, runtime: Runtime): Promise<number> {
  const { entry, path, rest } = found;
  const [word = "-"] = rest;
  if (entry?.commands !== undefined && !word.startsWith("-")) await refuse(found);
  if (!word.startsWith("-")) await refuseExtra(path, word);
  const code = await printHelp(path, runtime);
  const [name = ""] = path;
  const topic = path.length === 1 ? table["help"]?.commands?.[name] : undefined;
  if (topic?.load === undefined) return code;
  return await run({ entry: topic, path: ["help", name], rest }, topic.load, runtime);
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

async function refuseExtra(path: string[], word: string): Promise<never> {
  const { quoteTyped } = await import("./help/hints.ts");
  throw new AppError("usage", `unexpected word ${quoteTyped(word)}: write ${PROGRAM} help ${path.join(" ")}`);
}

async function printHelp(words: string[], { environment }: Runtime): Promise<number> {
  const { renderHelp } = await import("./pages.ts");
  const view = {
    width: environment.stdout.columns ?? HELP_WIDTH,
    color: environment.forceColor || (!environment.noColor && environment.stdout.terminal),
    ascii: environment.ascii,
  };
  await emit(renderHelp(words, view));
  return EXIT.ok;
}
