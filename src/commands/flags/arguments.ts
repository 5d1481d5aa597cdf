/** The arguments of a command, read more strictly than citty does. */
import { parseArgs } from "node:util";
import { suggestName } from "../../config/nearest.ts";
import { AppError } from "../../errors.ts";
import type { Command } from "../../help/commands.ts";
import { quoteText } from "../../text/terminal.ts";

/** What is typed for short, and the flag that it stands for. */
const SHORT: Record<string, string> = {
  "-c": "--config",
  "-f": "--format",
  "-o": "--output",
  "-q": "--quiet",
  "-v": "--verbose",
  "--no-color": "--color=never",
};

/** Words with short flags written out. */
export function expandShort(words: string[]): string[] {
  return words.map((word) => (Object.hasOwn(SHORT, word) ? (SHORT[word] ?? word) : word));
}

/** Throws at unknown flags, extra words, and missing and repeated values: citty lets such typing errors pass. */
export function checkArguments(command: Command, rest: string[], path: string[]): void {
  const args = command.args as
    | Record<string, { type: string; default?: unknown; options?: string[]; valueHint?: string; required?: boolean }>
    | undefined;
  const words = Object.entries(args ?? {}).filter(([, { type }]) => type === "positional");
  const defined = new Map(Object.entries(args ?? {}).filter(([, { type }]) => type !== "positional"));
  const negatable = [...defined].filter(([, flag]) => flag.default === true).map(([name]) => `no-${name}`);
  const names = [...[...defined.keys()].filter((name) => !negatable.includes(`no-${name}`)), ...negatable];
  const options = Object.fromEntries(
    [...defined].map(([name, { type }]) => [
      name,
      { type: type === "boolean" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: rest, options, strict: false, tokens: true });
  const seen = new Set<string>();
  const fail = (message: string) => new AppError("usage", `${message} See ${path.join(" ")} --help`);
  let given = 0;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      given += 1;
      if (given > words.length) throw fail(`unexpected word ${quoteText(token.value)}.`);
      if (token.value === "") throw fail(`${nameWord(words[given - 1])} is empty.`);
      continue;
    }
    const known = negatable.includes(token.name) || defined.has(token.name);
    if (!known || !token.rawName.startsWith("--")) {
      throw fail(
        `unknown flag ${quoteText(token.rawName)}: ${suggestName(token.name, names).replace("mean ", "mean --")}`,
      );
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
    if (flag.options?.includes(token.value) === false) {
      throw fail(`--${token.name} ${quoteText(token.value)}: choose ${flag.options.join(" or ")}.`);
    }
  }
  const missing = words.slice(given).find(([, { required }]) => required !== false);
  if (missing !== undefined) throw fail(`${nameWord(missing)} is missing.`);
}

function nameWord(word: [name: string, { valueHint?: string }] | undefined): string {
  return word?.[1].valueHint ?? word?.[0].toUpperCase() ?? "";
}
