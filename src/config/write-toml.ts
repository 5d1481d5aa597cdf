/** Values and keys as TOML that a configuration may hold: read again, they are what they were. */
import { replaceActing } from "../text/acting.ts";

/** In text a dollar sign stands twice, because a single one may start a variable. */
export function writeTomlValue(value: unknown): string {
  if (typeof value === "string") return quote(value.replaceAll("$", "$$$$"));
  if (typeof value === "number") return writeNumber(value);
  if (Array.isArray(value)) return `[${value.map(writeTomlValue).join(", ")}]`;
  if (value === null || typeof value !== "object") return String(value);
  const pairs = Object.entries(value).map(([key, item]) => `${writeTomlKey([key])} = ${writeTomlValue(item)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/** Dotted, with quotes where a part needs them. */
export function writeTomlKey(path: (string | number)[]): string {
  return path.map((key) => (/^[\w-]+$/.test(String(key)) ? key : quote(String(key)))).join(".");
}

function writeNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  // An integer that is no exact number is refused by the parser; with an exponent it is a float.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

function quote(text: string): string {
  return replaceActing(JSON.stringify(text), escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
}
