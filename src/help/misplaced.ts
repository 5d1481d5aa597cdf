/** What is wrong with words that name no command, and the command line that is probably meant. */
import { suggestName } from "../config/nearest.ts";
import { AppError } from "../errors.ts";
import { PROGRAM } from "../version.ts";
import type { CommandHelp } from "./commands.ts";
import { hintCommand, hintFlag, hintTopic, quoteTyped, repeatWord, type KnownFlags } from "./hints.ts";

/** `path`: the groups that were found, `rest`: the words behind them. */
export function explainUnknown(path: string[], rest: string[], described: CommandHelp[]): AppError {
  const [word = ""] = rest;
  const see = `See ${[PROGRAM, ...path].join(" ")} --help`;
  const group = described.find(({ names: [name] }) => name === path.join(" "));
  if (word.startsWith("-")) return new AppError("usage", explainEarlyFlags(path, rest, described, see));
  const isHelp = path[0] === "help";
  const inside = group?.commands.map(({ name }) => name) ?? [];
  const names = isHelp ? [...new Set([...inside, ...namesOf(described)])] : inside;
  const what = `unknown ${isHelp ? "topic" : "command"} ${quoteTyped(word)}`;
  const topic = isHelp ? hintTopic(word) : null;
  const meant = topic === null ? (isHelp ? null : findMeant(path, word, described)) : [...path, topic];
  if (meant !== null) return new AppError("usage", `${what}: write ${line(meant, rest.slice(1), described)}`);
  return new AppError("usage", `${what}: ${suggestName(word, names)} ${see}`);
}

/** Flags stand before the command, or there is none. */
function explainEarlyFlags(path: string[], rest: string[], described: CommandHelp[], see: string): string {
  const within = (words: string[]) => described.find(({ names }) => names.includes(words.join(" ")));
  const inside = within(path)?.commands.map(({ name }) => name) ?? [];
  const isName = (word: string) => inside.includes(word) || within([...path, word]) !== undefined;
  const takesValue = (word = "") =>
    described.some(({ flags }) => flags.some((flag) => isCalled(flag, word) && flag.value !== null));
  const places = rest.flatMap((word, index) => (!word.startsWith("-") && isName(word) ? [index] : []));
  const place = places.find((index) => !takesValue(rest[index - 1])) ?? places[0];
  if (place === undefined) {
    const [flag = ""] = rest;
    const [first = ""] = flag.split("=");
    const flags = within([...path, "generate"])?.flags ?? [];
    const known = flags.some((known) => isCalled(known, first));
    const value = flag.includes("=") ? flag.slice(first.length + 1) : rest[1];
    const hint = known || flags.length === 0 ? null : hintFlag(first.replace(/^--?/, ""), value, toKnown(flags));
    if (hint !== null)
      return `there is no flag ${quoteTyped(first)}: ${hint.replace("write", `write ${PROGRAM} generate`)} ${see}`;
    const example = known ? ` such as ${line(["generate"], rest, described)}.` : ".";
    return `flag ${quoteTyped(first)} stands before the command: name one${example} ${see}`;
  }
  // A group's command may follow its name.
  let end = place + 1;
  const command = [...path, rest[place] ?? ""];
  while (end < rest.length && within([...command, rest[end] ?? ""]) !== undefined) {
    command.push(rest[end] ?? "");
    end += 1;
  }
  return `flags come after the command: ${line(command, [...rest.slice(end), ...rest.slice(0, place)], described)}`;
}

function toKnown(flags: CommandHelp["flags"]): KnownFlags {
  return new Map(
    flags.map(({ name, value }) => [
      name.replace(/^--/, ""),
      { type: value === null ? "boolean" : "string", options: value?.choices ?? [] },
    ]),
  );
}

function isCalled({ name, short }: CommandHelp["flags"][number], word: string): boolean {
  return word === name || word === short;
}

/** By what people call it, or by its name in another group. */
function findMeant(path: string[], word: string, described: CommandHelp[]): string[] | null {
  const hinted = hintCommand([...path, word].join(" "));
  if (hinted !== null) return hinted.split(" ");
  const elsewhere = described.filter(({ names: [name] }) => !name.startsWith("help ") && name.endsWith(` ${word}`));
  const [only] = elsewhere;
  return only !== undefined && elsewhere.length === 1 ? only.names[0].split(" ") : null;
}

function namesOf(described: CommandHelp[]): string[] {
  return described.flatMap(({ names: [name] }) => (name === "" || name.includes(" ") ? [] : [name]));
}

/** A command line. The value of a flag that no command has is left out: nobody knows what it is. */
function line(command: string[], words: string[], described: CommandHelp[]): string {
  const isKnown = (word = "") =>
    !word.startsWith("-") ||
    described.some(({ flags }) => flags.some((flag) => isCalled(flag, word.split("=")[0] ?? "")));
  const shown = words.map((word, index) => {
    if (word.startsWith("-") && !isKnown(word)) return word.includes("=") ? `${word.split("=")[0]}=…` : word;
    return isKnown(words[index - 1]) ? repeatWord(word) : "…";
  });
  return [PROGRAM, ...command, ...shown].join(" ");
}
