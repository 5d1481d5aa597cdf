/** Texts that somebody got wrong: pieces lost, doubled, swapped, or replaced by what no one should have written. */
import * as fc from "fast-check";

/** What breaks parsers: structure of TOML and URLs, prototype names, variables within variables, hostile characters. */
const HOSTILE = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "${A:-${B}}",
  "${A}",
  "${",
  "$$",
  "$${A}",
  "\u0000",
  "\u001b[31m",
  "\u202e",
  "\ufeff",
  "\ud83e",
  "🤖",
  "é",
  "%",
  "%00",
  "%zz",
  "@",
  ":",
  "/",
  "//",
  "?",
  "#",
  "&",
  "=",
  "[",
  "]",
  "[[",
  "{",
  "}",
  '"',
  '"""',
  "'",
  "\\",
  ",",
  ".",
  "..",
  "-",
  "--",
  " ",
  "\t",
  "\n",
  "\r\n",
  "nan",
  "-inf",
  "1e309",
  "-1",
  "0x7fffffffffffffff",
  "99999999999999999999",
  "2026-07-10T21:00:00Z",
  "true",
  "postgres://",
  "sqlite:",
];

type Mutation = {
  kind: "delete" | "double" | "swap" | "replace" | "insert";
  at: number;
  length: number;
  to: number;
  piece: string;
};

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("delete", "double", "swap", "replace", "insert"),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  piece: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...HOSTILE) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
  ),
});

/** A text with up to four mutations of its characters. */
export function mutate(texts: fc.Arbitrary<string>): fc.Arbitrary<{ text: string; mutations: number }> {
  return fc.tuple(texts, fc.array(mutation, { maxLength: 4 })).map(([text, mutations]) => ({
    text: mutations.reduce((units, change) => applyMutation(units, change), Array.from(text)).join(""),
    mutations: mutations.length,
  }));
}

/** A list with up to four mutations of its items. */
export function mutateList(lists: fc.Arbitrary<string[]>, pieces: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc
    .tuple(lists, fc.array(fc.tuple(mutation, pieces), { maxLength: 4 }))
    .map(([list, mutations]) =>
      mutations.reduce(
        (items, [change, piece]) => applyMutation(items, { ...change, length: Math.min(change.length, 2), piece }),
        list,
      ),
    );
}

function applyMutation(units: string[], { kind, at, length, to, piece }: Mutation): string[] {
  const start = Math.floor(at * units.length);
  const cut = units.slice(start, start + length);
  const [before, after] = [units.slice(0, start), units.slice(start + length)];
  if (kind === "delete") return [...before, ...after];
  if (kind === "double") return [...before, ...cut, ...cut, ...after];
  if (kind === "replace") return [...before, piece, ...after];
  if (kind === "insert") return [...before, piece, ...cut, ...after];
  const rest = [...before, ...after];
  const place = Math.floor(to * (rest.length + 1));
  return [...rest.slice(0, place), ...cut, ...rest.slice(place)];
}
