/**
 * Names of a program or a schema that a message quotes, such as a column's: they say what has to be mended. Messages that differ
 * in one have different causes; those that differ in a quoted value have one.
 */
import { once } from "./masks.ts";

/** Far enough to read the words that a name stands beside. */
const AROUND = 48;

/** People name these themselves, with blanks. */
const OWN =
  "(?:columns?|fields?|propert(?:y|ies)|relations?|(?:work)?sheets?|tables?)(?: names?| called| named| not found)?";
const OTHER =
  "(?:attribute|class|collection|constant|database|dataset|entity|function|identifier|index|method|module|object|package|parameter|procedure|schema|s?object type|variable|view)s?(?: names?| called| named)?|import name|nameerror: name|(?:positional|keyword) arguments?|(?:array|for|invalid|missing|no such|required|undefined|unexpected|unknown) (?:required )?keys?|keyerror|key not found|\\(reading";
const BETWEEN = String.raw`(?::?\s?[[({]?|\()b?$`;

const BEFORE_OWN = once(() => new RegExp(String.raw`(?<![\p{L}\p{N}_-])${OWN}${BETWEEN}`, "iu"));
const BEFORE = once(() => new RegExp(String.raw`(?:(?<![\p{L}\p{N}_-])(?:${OTHER})${BETWEEN})|["${"`"}]\.$`, "iu"));
const AFTER =
  /^(?:\.["`]|[\])]? not in index\b| (?:is|was) (?:a required property|missing|not defined|required|undefined|unexpected)\b| is an undefined name\b| is not a (?:valid )?(?:column|field|property)\b| (?:does not|doesn['’]t) exist\b| not found in (?:schema|table)\b)/i;

const WORDS = /^[\p{L}_$][^"'`“”\\]{0,80}$/u;
const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$-]{0,80}(?:(?:\.|\/|::?)[\p{L}_$][\p{L}\p{N}_$-]{0,80}){0,4}$/u;

/** The name without the numbers in it, which may be a day's or a copy's; null for a value. `quoted` is at `at` of the line. */
export function readName(quoted: string, line: string, at: number): string | null {
  const name = quoted.replace(/^b?\\{0,8}["'`“]|\\{0,8}["'`”]$/g, "");
  if (!WORDS.test(name)) return null;
  const before = line.slice(Math.max(0, at - AROUND), at);
  const isName =
    BEFORE_OWN().test(before) ||
    (IDENTIFIER.test(name) &&
      (BEFORE().test(before) || AFTER.test(line.slice(at + quoted.length, at + quoted.length + AROUND))));
  return isName && !HAS_ID.test(name) ? name.replace(/\d+/g, "#") : null;
}

/** Numbers among letters, or a long one: made for a moment, as a temporary table's. */
const HAS_ID = /[a-z]\d+[a-z]\w*\d|\d[a-z]+\d|[\da-f]{12}/i;
