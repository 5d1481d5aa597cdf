/**
 * Masks are patterns with what to show instead. A message may be hostile, so each pattern takes linear time: it either
 * takes all it looks at, or a look-behind or a bound keeps it from starting again at every character.
 */

/** Where a text does not have what the pattern `needs`, the pattern is not even compiled: that takes longer than all else. */
export type Mask = [pattern: RegExp, replacement: string | ((...groups: string[]) => string), needs?: RegExp];

/** Made when it is first asked for: expressions take time and memory, and most reports need few of them. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** In the table's order: what the first one takes, the next no longer sees. */
export function applyMasks(text: string, masks: Mask[]): string {
  return masks.reduce((masked, [pattern, replacement, needs]) => {
    if (needs?.test(masked) === false) return masked;
    return typeof replacement === "string"
      ? masked.replace(pattern, replacement)
      : masked.replace(pattern, replacement);
  }, text);
}

/** A blank, or one that a string of a program writes out: a pattern. */
export const BLANK = String.raw`(?:\s|\\{1,8}[nrt])`;
const PLAIN_QUOTE = String.raw`\\{0,8}["']`;
/** Of URLs, HTML and strings of programs. */
export const ENCODED_QUOTE = String.raw`%(?:25){0,3}2[27]|&(?:amp;){0,3}(?:quot|apos|#0{0,4}3[49]|#[xX]0{0,4}2[27]);|\\{1,8}(?:u00|x)2[27]`;
export const QUOTE = `${PLAIN_QUOTE}|${ENCODED_QUOTE}`;
export const QUOTED = [
  // Inside JSON inside JSON: it ends at a quotation mark with as many backslashes.
  String.raw`(?<slashes>\\{1,8})"[\s\S]*?(?:(?<!\\)\k<slashes>"|$)`,
  String.raw`b?"(?:[^"\\]|\\[\s\S])*"?`,
  String.raw`b?'(?:[^'\\]|\\[\s\S]|'')*'?`,
];
/** Quotation marks and ampersands inside belong to it, those that end something do not. */
export const PLAIN = String.raw`(?:[^\s&"',;)\]}]|&(?![\w.%\-]{1,40}=|(?:quot|apos|#\d{2,6}|#x\w{2,5});)|["',;)\]}](?![\s"',;:)\]}>&]|$))+`;

const SEPARATOR = String.raw`(?:(?:${PLAIN_QUOTE})?\]?\s{0,5}(?:[:=]>?|%3[AaDd]|\bis\b)\s{0,5}|${PLAIN_QUOTE}\s{0,5},\s{0,5}(?=${PLAIN_QUOTE})|>|\s(?=["']))`;

/** Django's errors as Python writes them: `ErrorDetail(string='…', code='…')`. */
const DETAIL = String.raw`ErrorDetail\(string=`;
const LISTED = String.raw`(?:${DETAIL})?(?:${QUOTED.join("|")})(?:,\s?code=(?:'[^'\n]{0,60}'|None)\))?`;

/**
 * `name=value`, `"name": "value"`, `name is value`, `"name": ["value", "value"]`; the groups are all before the value, the strings of
 * a list, and a single value. A list of names has no value.
 */
export function namedValue(names: string): RegExp {
  return new RegExp(
    `(?<![\\w-])((?:${names})${SEPARATOR})(?!${PLAIN_QUOTE}(?:${names})${PLAIN_QUOTE})(?:(?<list>\\[\\s{0,5}(?=${DETAIL}|${PLAIN_QUOTE})(?:${LISTED}\\s{0,5}(?:,\\s{0,5})?)+)|(?<single>${QUOTED.join("|").replaceAll("slashes", "alone")}|${PLAIN}))`,
    "gi",
  );
}

/** The strings of such a list, each in the group `text`; what Django says beside one has none. */
export const LISTED_TEXT = once(
  () => new RegExp(`,\\s?code=(?:'[^'\\n]{0,60}'|None)|(?<text>${QUOTED.join("|")})`, "g"),
);
