/** One thing under several spellings: `Genius_Appointment` and `appointments`. */
/** Shorter words that differ in a letter are two words. */
const LEAST_ALIKE = 5;

/**
 * The letters and digits in lower case, without the CRM's name and a `sync` before or behind that, the last word in the singular. Where
 * a name is split into words does not matter: `MarketSharpSource` is `marketsharp_sources`.
 */
export function normalizeName(name: string, crmSource: string): string {
  const letters = listWords(name);
  const source = joinLetters(crmSource);
  const named = letters[0] === "sync" ? withoutPrefix(letters.slice(1), source) : null;
  const own = withoutPrefix(letters, source);
  const bare = named ?? (own === null ? letters : (withoutPrefix(own, "sync") ?? own));
  const [, text = "", number = ""] = /^(.*?)(\p{N}*)$/u.exec(bare.join("")) ?? [];
  return singular(text) + number;
}

/**
 * Of several names the one whose words are all in this name, in either number or but for a letter; the longest, as it says
 * the most. Null where none is, as then any would be a guess.
 */
export function findNearestName(name: string, others: string[]): string | null {
  const words = listWords(name).map(singular);
  const isAlike = (word: string) => (other: string) =>
    word === other || (Math.min(word.length, other.length) >= LEAST_ALIKE && isOneLetterApart(word, other));
  const near = others.flatMap((other) => {
    const parts = listWords(other).map(singular);
    if (parts.length === 0 || !parts.every((part) => words.some(isAlike(part)))) return [];
    return [
      { other, same: parts.filter((part) => words.includes(part)).join("").length, length: parts.join("").length },
    ];
  });
  return near.toSorted((a, b) => b.same - a.same || b.length - a.length)[0]?.other ?? null;
}

function isOneLetterApart(a: string, b: string): boolean {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restOfA, restOfB] = [a.slice(same), b.slice(same)];
  return [restOfA, restOfA.slice(1)].some((rest) => rest === restOfB.slice(1)) || restOfA.slice(1) === restOfB;
}

/** In lower case; `HTTPServerLogs` is three. */
function listWords(name: string): string[] {
  return name
    .split(/[^\p{L}\p{N}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
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
