/**
 * Masks are patterns with what to show instead. A message may be hostile, so each pattern takes linear time: it either
 * takes all it looks at, or a look-behind or a bound keeps it from starting again at every character.
 */

export type Mask = [pattern: RegExp, replacement: string | ((...groups: string[]) => string)];

/** In the table's order: what the first one takes, the next no longer sees. */
export function applyMasks(text: string, masks: Mask[]): string {
  return masks.reduce(
    (masked, [pattern, replacement]) =>
      typeof replacement === "string" ? masked.replace(pattern, replacement) : masked.replace(pattern, replacement),
    text,
  );
}

/** `:`, `=`, `=>`, ` is `, the comma of a pair of strings, XML's `>`, and a space where a quoted value follows. */
const SEPARATOR = String.raw`(?:\\{0,8}["']?\]?\s{0,5}(?:[:=]>?|%3[AaDd]|\bis\b)\s{0,5}|\\{0,8}["']\s{0,5},\s{0,5}(?=\\{0,8}["'])|>|(?<!\bfor key)\s(?=["']))`;
/** "token is expired", "password: required": the sentence goes on, there is no value. */
const NO_VALUE = String.raw`(?!(?:a|access|an|api|authentication|blank|cannot|denied|does|empty|expired|has|incorrect|invalid|malformed|missing|must|no|none|not|null|rejected|please|required|revoked|session|the|this|token|too|undefined|unknown|was|wrong|your)(?:[\s.,;:!)\]}]|$))`;
const QUOTED = [
  // Inside JSON inside JSON: it ends at a quotation mark with as many backslashes.
  String.raw`(\\{1,8})"[\s\S]*?(?:(?<!\\)\2"|$)`,
  String.raw`b?"(?:[^"\\]|\\[\s\S])*"?`,
  String.raw`b?'(?:[^'\\]|\\[\s\S]|'')*'?`,
];
/** Quotation marks and ampersands inside belong to it, those that end something do not. */
const PLAIN = String.raw`(?:[^\s&"',;)\]}]|&(?![\w.%-]{1,40}=)|["',;)\]}](?![\s"',;:)\]}>&]|$))+`;

/** `name=value`, `"name": "value"`, `name is value`; `$1` is all before the value. */
export function namedValue(names: string): RegExp {
  return new RegExp(`(?<![\\w-])((?:${names})${SEPARATOR})(?:${QUOTED.join("|")}|${NO_VALUE}${PLAIN})`, "gi");
}
