/** What `--help` prints of a command: how it is called, examples, its flags, its exit codes and its topic. */
import { createStyle, finish } from "../render/terminal/style.ts";
import { PROGRAM, type CommandHelp, type Flag } from "./commands.ts";
import { listExitCodes } from "./exit-codes.ts";

export type UsageView = { width: number; color: boolean; ascii: boolean };

/** Longer lines are hard to read. */
const LONGEST_LINE = 100;
const SHORTEST_LINE = 40;
/** What is explained is at most so wide; a longer one has its explanation below it. */
const WIDEST_TERM = 26;
const INDENT = "  ";
/** Where the names of flags begin: behind `-c, `. */
const NO_SHORT = "    ";

type Row = [term: string, text: string];

/** `more` stands at the end, as a paragraph. */
export function renderUsage(help: CommandHelp, view: UsageView, more: string[] = []): string {
  const columns = Math.max(SHORTEST_LINE, Math.min(view.width, LONGEST_LINE));
  const style = createStyle(view.color);
  const everyday = help.flags.filter(({ everyday }) => everyday);
  const others = help.flags.filter(({ everyday }) => !everyday);
  const section = (title: string, lines: string[]) =>
    lines.length === 0 ? [] : [[style.strong(`${title}:`), ...lines.map((line) => `${INDENT}${line}`)]];
  const list = (rows: Row[]) => writeRows(rows, columns - INDENT.length);
  const { commands, words, exits } = help;
  const flags = [...everyday, ...others].map(writeFlag);
  const column = columnOf(flags, columns - INDENT.length);
  const listFlags = (rows: Row[]) => writeRows(rows, columns - INDENT.length, column);
  const paragraphs = [
    wrap(`${help.summary}.`, columns),
    ...section("Usage", writeCalls(help, columns - INDENT.length)),
    ...section("Examples", writeExamples(help, columns - INDENT.length)),
    ...section("Commands", list(commands.map(({ name, summary }) => [name, summary]))),
    ...section("Words", list(words.map(({ hint, description }) => [hint, description]))),
    ...section("Flags", listFlags(flags.slice(0, everyday.length))),
    ...section(everyday.length === 0 ? "Flags" : "More flags", listFlags(flags.slice(everyday.length))),
    ...section("Exit codes", list(listCodes(exits))),
    ...[...listFurther(help), ...more].map((line) => wrap(line, columns)),
  ];
  return finish(`${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n`, view);
}

function writeCalls({ names: [name, ...others], runs, commands, words }: CommandHelp, width: number): string[] {
  const call = (...parts: string[]) => [PROGRAM, ...parts].filter((part) => part !== "").join(" ");
  const places = words.map(({ hint, required }) => (required ? hint : `[${hint}]`));
  const lines = [
    ...(runs ? [call(name, ...places, "[flags]")] : []),
    ...(commands.length > 0 && name !== "help" ? [call(name, "COMMAND [flags]")] : []),
    ...(name === "help" ? [call(name, "TOPIC"), call(name, "COMMAND")] : []),
    ...(others.length > 0 ? [`The older ${others.join(" and ")} is accepted too.`] : []),
  ];
  return lines.flatMap((line) => wrap(line, width));
}

/** Each with what it does above it, so that a line can be pasted. A shell's line is not wrapped. */
function writeExamples({ examples }: CommandHelp, width: number): string[] {
  return examples.flatMap(({ line, does }) => [
    ...wrap(does, width - 2).map((text) => `# ${text}`),
    `${PROGRAM} ${line}`,
  ]);
}

function writeFlag({ name, short, description, value }: Flag): Row {
  const term = `${short === null ? NO_SHORT : `${short}, `}${name}${value === null ? "" : ` ${value.hint}`}`;
  const preset = value?.preset ?? null;
  return [term, preset === null ? description : `${description}; ${preset} by default`];
}

function listCodes(exits: number[]): Row[] {
  return listExitCodes()
    .filter(({ code }) => exits.includes(code))
    .map(({ code, meaning }) => [String(code), meaning]);
}

function listFurther({ names: [name], commands, topic }: CommandHelp): string[] {
  const about = topic === null ? [] : [`${PROGRAM} help ${topic} explains more.`];
  const inside =
    commands.length > 0 && name !== "help"
      ? [`${[PROGRAM, name].join(" ").trimEnd()} COMMAND --help shows the flags of a command.`]
      : [];
  return [[...about, ...inside].join(" ")].filter((text) => text !== "");
}

/** Where the explanations begin: behind the longest of what is explained, but not farther than half of the width. */
function columnOf(rows: Row[], width: number): number {
  const longest = Math.max(0, ...rows.map(([term]) => term.length).filter((length) => length <= WIDEST_TERM));
  return Math.min(longest, Math.floor(width / 2)) + INDENT.length;
}

function writeRows(rows: Row[], width: number, column = columnOf(rows, width)): string[] {
  return rows.flatMap(([term, text]) => {
    const lines = wrap(text, width - column).map((line) => `${" ".repeat(column)}${line}`);
    const [first = ""] = lines;
    if (term.length > width) return [...wrap(term, width), ...lines];
    if (term.length > column - INDENT.length) return [term, ...lines];
    return [`${term}${first.slice(term.length)}`.trimEnd(), ...lines.slice(1)];
  });
}

function wrap(text: string, width: number): string[] {
  return Bun.wrapAnsi(text, width, { trim: true }).split("\n");
}
