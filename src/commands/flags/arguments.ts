/** The arguments of a command, read more strictly than citty does. */
import { parseArgs } from "node:util";
import { suggestName } from "../../config/nearest.ts";
import { AppError } from "../../errors.ts";
import type { Command } from "../../help/commands.ts";
import { hintFlag, hintWords, quoteTyped, type KnownFlags } from "../../help/hints.ts";
import { SHORT_FLAGS } from "../../help/short-flags.ts";
import { PROGRAM } from "../../version.ts";

/** Behind the letter of one of these stands the next letter, and no value. */
const SWITCHES = ["--quiet", "--verbose"];
const LETTERS = new Map(Object.entries(SHORT_FLAGS).map(([name, letter]) => [letter, `--${name}`]));

/** Words with short flags written out: `-f json`, `-fjson` and `-f=json` are `--format json`, and `-qf json` is `-q -f json`. */
export function expandShort(words: string[]): string[] {
  const end = words.indexOf("--");
  return words.flatMap((word, index) => {
    if (end !== -1 && index > end) return [word];
    if (word === "--no-color") return ["--color=never"];
    const [, letter = "", value = ""] = /^(-\w)=?(.*)$/s.exec(word) ?? [];
    const flag = LETTERS.get(letter);
    if (flag === undefined) return [word];
    if (value !== "" && word[2] !== "=" && SWITCHES.includes(flag)) return [flag, ...expandShort([`-${value}`])];
    return [value === "" ? flag : `${flag}=${value}`];
  });
}

/** Throws at unknown flags, extra words, and missing and repeated values: citty lets such typing errors pass. */
export function checkArguments(command: Command, rest: string[], path: string[]): void {
  const args = command.args as
    | Record<string, { type: string; default?: unknown; options?: string[]; valueHint?: string; required?: boolean }>
    | undefined;
  const words = Object.entries(args ?? {}).filter(([, { type }]) => type === "positional");
  const defined = new Map(Object.entries(args ?? {}).filter(([, { type }]) => type !== "positional"));
  const negatable = [...defined].filter(([, flag]) => flag.default === true).map(([name]) => `no-${name}`);
  const names = [
    ...[...defined.keys()].filter((name) => !negatable.includes(`no-${name}`)),
    ...negatable,
    ...(defined.has("color") ? ["no-color"] : []),
  ];
  const options = Object.fromEntries(
    [...defined].map(([name, { type }]) => [
      name,
      { type: type === "boolean" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: rest, options, strict: false, tokens: true });
  const called = [PROGRAM, ...path].join(" ");
  const seen = new Set<string>();
  const fail = (message: string) => new AppError("usage", `${message} See ${called} --help`);
  const values = new Map(
    tokens.flatMap((token) =>
      token.kind === "option" && token.value !== undefined ? [[token.name, token.value]] : [],
    ),
  );
  let given = 0;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      given += 1;
      if (given > words.length) throw fail(explainWord(rest.slice(token.index), { flags: defined, values, called }));
      if (token.value === "") throw fail(`${nameWord(words[given - 1])} is empty.`);
      if (isNoPath(nameWord(words[given - 1]), token.value)) throw fail(`${nameWord(words[given - 1])} ${NO_PATH}`);
      continue;
    }
    const known = negatable.includes(token.name) || defined.has(token.name);
    if (token.name === "no-color" && names.includes(token.name)) throw fail("--no-color takes no value.");
    if (!known || !token.rawName.startsWith("--")) {
      const next = token.kind === "option" ? (token.value ?? rest[token.index + 1]) : undefined;
      const isWord = words.some((word) => nameWord(word).toLowerCase() === token.name);
      const hint =
        (isWord ? `write ${called} ${words.map(nameWord).join(" ")}.` : hintFlag(token.name, next, defined)) ??
        suggestName(token.name, names).replace("mean ", "mean --");
      throw fail(`unknown flag ${quoteTyped(token.rawName)}: ${hint}`);
    }
    const flag = defined.get(token.name);
    const name = token.name.replace(/^no-/, "");
    if (seen.has(name)) throw fail(`--${name} is given twice.`);
    seen.add(name);
    if (flag === undefined || flag.type === "boolean") {
      if (token.value !== undefined) throw fail(`--${token.name} takes no value.`);
      continue;
    }
    if (token.value === undefined || token.value === "" || (!token.inlineValue && token.value.startsWith("--"))) {
      throw fail(`--${token.name} needs a value.`);
    }
    if (isNoPath(flag.valueHint ?? "", token.value)) throw fail(`--${token.name} ${NO_PATH}`);
    if (flag.options?.includes(token.value) === false) {
      throw fail(`--${token.name} ${quoteTyped(token.value)}: choose ${flag.options.join(" or ")}.`);
    }
  }
  const missing = words.slice(given).find(([, { required }]) => required !== false);
  if (missing !== undefined) throw fail(`${nameWord(missing)} is missing.`);
}

const NO_PATH = "must be a path: what stands there looks like a connection URL.";

/** A file would be made of its name, and told. */
function isNoPath(hint: string, value: string): boolean {
  return /\b(?:FILE|DIR)\b/.test(hint) && /^\w[\w+.-]*:\/\//.test(value);
}

function nameWord(word: [name: string, { valueHint?: string }] | undefined): string {
  return word?.[1].valueHint ?? word?.[0].toUpperCase() ?? "";
}

function explainWord(
  rest: string[],
  { flags, values, called }: { flags: KnownFlags; values: ReadonlyMap<string, string>; called: string },
): string {
  const end = rest.findIndex((word) => word.startsWith("-"));
  const extra = end < 1 ? rest : rest.slice(0, end);
  const [word = ""] = extra;
  const hint = hintWords(extra, flags, values);
  return `unexpected word ${quoteTyped(word)}${hint === null ? "." : `: write ${called} ${hint}.`}`;
}
