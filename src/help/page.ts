/** What `--help` says of a command: how it is called, examples, its flags, its exit codes and its topic. */
import { PROGRAM } from "../version.ts";
import type { CommandHelp, Flag } from "./commands.ts";
import { listExitCodes } from "./exit-codes.ts";

/** All that is known before the width of the terminal is. */
export type Section = {
  /** Null: a paragraph without one. */
  title: string | null;
  /** Columns of the longest term that its explanation stands beside. */
  longest: number;
  lines: Line[];
};

/** A code is never wrapped, so that it can be pasted. */
export type Line =
  | { kind: "text" | "comment" | "code"; text: string }
  /** What is explained, and the explanation. */
  | { kind: "term"; term: string; text: string };

/** A longer term has its explanation below it. */
const WIDEST_TERM = 26;
/** Where the names of flags begin: behind `-c, `. */
const NO_SHORT = "    ";

/** `more` stands at the end, as a paragraph. */
export function writePage(help: CommandHelp, more: string[] = []): Section[] {
  const { commands, words } = help;
  const everyday = listFlags(help.flags.filter((flag) => flag.everyday));
  const others = listFlags(help.flags.filter((flag) => !flag.everyday));
  const longest = longestOf([...everyday, ...others]);
  return [
    writeParagraph(`${help.summary}.`),
    { title: "Usage", longest: 0, lines: writeCalls(help) },
    { title: "Examples", longest: 0, lines: writeExamples(help) },
    writeTerms("Commands", listTerms(commands.map(({ name, summary }) => [name, summary]))),
    writeTerms("Words", listTerms(words.map(({ hint, description }) => [hint, description]))),
    { title: "Flags", longest, lines: everyday },
    { title: everyday.length === 0 ? "Flags" : "More flags", longest, lines: others },
    writeTerms("Exit codes", listTerms(listCodes(help))),
    ...[...listFurther(help), ...more].map(writeParagraph),
  ].filter(({ lines }) => lines.length > 0);
}

function writeParagraph(text: string): Section {
  return { title: null, longest: 0, lines: [{ kind: "text", text }] };
}

function writeTerms(title: string, lines: Term[]): Section {
  return { title, longest: longestOf(lines), lines };
}

type Term = Extract<Line, { kind: "term" }>;

function listTerms(rows: [term: string, text: string][]): Term[] {
  return rows.map(([term, text]) => ({ kind: "term", term, text }));
}

function longestOf(terms: Term[]): number {
  return Math.max(0, ...terms.map(({ term }) => term.length).filter((length) => length <= WIDEST_TERM));
}

function writeCalls({ names: [name, ...others], runs, commands, words }: CommandHelp): Line[] {
  const call = (...parts: string[]) => [PROGRAM, ...parts].filter((part) => part !== "").join(" ");
  const places = words.map(({ hint, required }) => (required ? hint : `[${hint}]`));
  const lines = [
    ...(runs ? [call(name, ...places, "[flags]")] : []),
    ...(commands.length > 0 && name !== "help" ? [call(name, "COMMAND [flags]")] : []),
    ...(name === "help" ? [call(name, "TOPIC"), call(name, "COMMAND")] : []),
    ...(others.length > 0 ? [`Accepted as ${others.join(" and ")} too.`] : []),
  ];
  return lines.map((text) => ({ kind: "text", text }));
}

/** Each with what it does above it. */
function writeExamples({ examples }: CommandHelp): Line[] {
  return examples.flatMap(({ line, does }): Line[] => [
    { kind: "comment", text: does },
    { kind: "code", text: `${PROGRAM} ${line}` },
  ]);
}

function listFlags(flags: Flag[]): Term[] {
  return listTerms(
    flags.map(({ name, short, description, value }) => {
      const term = `${short === null ? NO_SHORT : `${short}, `}${name}${value === null ? "" : ` ${value.hint}`}`;
      const preset = value?.preset ?? null;
      return [term, preset === null ? description : `${description}; ${preset} by default`];
    }),
  );
}

function listCodes({ exits, meanings }: CommandHelp): [term: string, text: string][] {
  return listExitCodes()
    .filter(({ code }) => exits.includes(code))
    .map(({ code, meaning }) => [String(code), meanings[code] ?? meaning]);
}

function listFurther({ names: [name], commands, topic }: CommandHelp): string[] {
  const about = topic === null ? [] : [`${PROGRAM} help ${topic} explains more.`];
  const inside =
    commands.length > 0 && name !== "help"
      ? [`${[PROGRAM, name].join(" ").trimEnd()} COMMAND --help shows the flags of a command.`]
      : [];
  return [[...about, ...inside].join(" ")].filter((text) => text !== "");
}
