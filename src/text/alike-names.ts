/** One thing under several spellings: `Genius_Appointment` and `appointments`. */

/**
 * The letters and digits in lower case, without the CRM's name and a `sync` before that, the last word in the singular. Where
 * a name is split into words does not matter: `MarketSharpSource` is `marketsharp_sources`.
 */
export function normalizeName(name: string, crmSource: string): string {
  const words = name.split(/[^\p{L}\p{N}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u).filter(Boolean);
  const letters = words.map((word) => word.toLowerCase());
  const source = joinLetters(crmSource);
  const named = letters[0] === "sync" ? withoutPrefix(letters.slice(1), source) : null;
  const bare = named ?? withoutPrefix(letters, source) ?? letters;
  const [, text = "", number = ""] = /^(.*?)(\p{N}*)$/u.exec(bare.join("")) ?? [];
  return singular(text) + number;
}

/** What stands behind the CRM's name; null where the name is not there, or nothing stands behind it. */
function withoutPrefix(words: string[], source: string): string[] | null {
  const length = words.findIndex((_, index) => words.slice(0, index + 1).join("") === source) + 1;
  return length > 0 && length < words.length ? words.slice(length) : null;
}

/** One form for both numbers. It need not be a word: `house` and `houses` are both `hou`. */
function singular(text: string): string {
  if (/[^aeiou]ies?$/.test(text)) return text.replace(/ies?$/, "y");
  return text.replace(/(us|ss|x|z|ch|sh)es?$/, "$1").replace(/([^s])s$/, "$1");
}

function joinLetters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}
