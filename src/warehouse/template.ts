/** A statement as its file has it, made ready to run. */
import type { Dialect } from "./presets.ts";

/** Puts a text in the place of each `{name}` of a statement. A text that holds such a name itself stays as it is: a table may be called `{rules}`. */
export function fillPlaceholders(statement: string, texts: Record<string, string>): string {
  return statement.replace(/\{([a-z_]+)\}/g, (placeholder, name: string) => {
    const text = texts[name];
    if (text === undefined) throw new Error(`nothing is given for ${placeholder}`);
    return text;
  });
}

/** What is no place for a parameter: comments, literals, quoted names, and casts. A doubled quote is the end of one and the begin of another. */
const NO_PARAMETER = String.raw`--[^\n]*|/\*[\s\S]*?\*/|'[^']*'|"[^"]*"|::`;
const PARAMETER = new RegExp(`${NO_PARAMETER}|:([a-z][a-z_]*)`, "g");
const MARKS: Record<Dialect, string> = { postgres: "$", sqlite: "?" };

export type Statement<V> = { text: string; values: V[] };

/** The names of a statement's parameters. */
export function listParameters(statement: string): Set<string> {
  return new Set(Array.from(statement.matchAll(PARAMETER), ([, name]) => name ?? "").filter((name) => name !== ""));
}

/** A statement's `:name` are its parameters. Throws where the statement and `parameters` do not name the same ones. */
export function numberParameters<V>(statement: string, parameters: Record<string, V>, dialect: Dialect): Statement<V> {
  const names: string[] = [];
  const text = statement.replace(PARAMETER, (found, name?: string) => {
    if (name === undefined) return found;
    if (!Object.hasOwn(parameters, name)) throw new Error(`nothing is given for :${name}`);
    if (!names.includes(name)) names.push(name);
    return `${MARKS[dialect]}${names.indexOf(name) + 1}`;
  });
  const unused = Object.keys(parameters).filter((name) => !names.includes(name));
  if (unused.length > 0) throw new Error(`the statement has no parameter :${unused.join(", :")}`);
  return { text, values: names.map((name) => parameters[name] as V) };
}
