/** Values out of the records that were synchronised: what databases quote of a row, addresses and numbers of people. */
import { applyMasks, LISTED_TEXT, namedValue, once, type Mask } from "./masks.ts";

const PERSONAL_NAMES =
  "(?:first|last|full|middle|sur)_?name|(?:home|mobile|work|cell)?_?phone(?:_?number)?|mobile|birth_?da(?:te|y)|date_?of_?birth|ssn|iban";

/** PostgreSQL: `Key (email)=(…)` and `Failing row contains (…)`, in any language; a value may hold brackets and newlines. */
const ROW_VALUES =
  /(failing row contains \(|\)\s?=\s?\()[\s\S]*?(?:\)(?=\s{1,5}(?:already exists|is not present|is still referenced|conflicts with|is duplicated))|(?=\n\s{0,5}(?:HINT|CONTEXT|STATEMENT|QUERY|LINE|During handling|The above|Traceback)\b)|(?=\[SQL:)|$)/gi;

const REFUSED_VALUE =
  /((?:invalid input (?:syntax|value) for [^:\n]{1,80}|invalid input for query argument \$\d+|value out of range|with base \d+|could not convert string to [a-z]{1,20}|but got|duplicate entry|incorrect \w{1,20} value):?\s{1,5})(?:\\{0,8}"[^"\n]*"?|'[^'\n]*'?)/gi;

/** Of a database's failure, with its SQLSTATE: `250001 (08001): …`. Windows' begin with -2. A telephone number has its brackets around the beginning. */
const ERROR_NUMBER = String.raw`(?<=(?:^|[\s("'[:=,])-)2\d{9}(?![\d-])|(?<=(?:^|[:)("'\]] ?|[Ee]rror:? |ERROR:? ))\d{6} \((?:0[0-9A-Z]|2[0-8BDF]|3[489BDF]|4[0-4]|5[3-8]|72|HV|HY|IM|P0|XX)[\dA-Z]{3}\)(?! ?\d|\w)`;

const LOCAL_PART = String.raw`[^\s@"'<>()[\]{},;:=|\\/&?#*]`;
const LABEL = String.raw`[\p{L}\p{N}_-]+`;

const CUSTOMER_VALUES = once((): Mask[] => [
  [ROW_VALUES, "$1***)"],
  [/(\bCOPY [^\n:"]{1,200}: )\\{0,8}"[^\n]*/g, '$1"***"'],
  [/(\bLINE \d{1,6}: )[^\n]+/g, "$1***"],
  [/(\bVALUES\s{0,5})\([^\n]*/g, "$1(***)"],
  [/(\[parameters: )[\s\S]*?(?=\]\s{0,5}(?:\n|\(Background|$)|$)/g, "$1***"],
  [REFUSED_VALUE, "$1***"],
  [/“[^”\n]*”?/g, "“***”"],
  // The same in languages that quote so; a name stands within the sentence.
  [/(: {1,2})(?:»[^«\n]*«|«[^»\n]*»)(?=\s|$)/g, "$1***"],
  // Without quotation marks these go on behind a blank.
  [
    /((?<![\w-])(?:[\w-]{0,20}phone[\w-]{0,20}|mobile|cell|fax|tel(?:e?fon\w{0,2}|éfono)?|téléphone|handy)(?: (?:is|no\.?|number))?\s{0,3}[:=]?\s{0,3})(?!\d{4}-\d\d-)(?:\+\s?)?\(?\d(?:[ ()./-]{0,3}\d){5,}/gi,
    "$1***",
    /phone|mobile|cell|fax|tel|handy|téléphone/i,
  ],
  [
    /(\bbirth_?da(?:te|y)\s{0,3}[:=]\s{0,3}|\bdate_?of_?birth\s{0,3}[:=]\s{0,3})(?:\d{1,2}\.? \p{L}{3,12}\.?|\p{L}{3,12}\.? \d{1,2}),? \d{4}/giu,
    "$1***",
    /birth/i,
  ],
  [
    /(\b(?:[Ff]irst|[Ll]ast|[Ff]ull|[Mm]iddle|[Ss]ur)_?[Nn]ame\s{0,3}[:=]\s{0,3})(?!(?:Enter|Error|Expected|Field|Input|Invalid|May|Missing|Must|No|Not|Please|Required|The|This|Too|Value)\b)\p{Lu}[\p{L}'’-]{0,30}(?: \p{Lu}[\p{L}'’-]{0,30}){1,3}/gu,
    "$1***",
    /name/i,
  ],
  [namedValue(PERSONAL_NAMES), hidePersonal, /name|phone|mobile|birth|ssn|iban/i],
  [/(?<![\w-])\d{3}-\d\d-\d{4}(?![\w-])/g, "#"],
  [/(\b(?:ssn|social security(?: number| no\.?)?)[\s:=#]{1,3})\d[\d -]{6,12}\d/gi, "$1#"],
  // What stands in quotation marks before the @ is a name too.
  [new RegExp(`\\\\{0,8}"(?:[^"\\\\\n]|\\\\[^\n]){1,64}\\\\{0,8}"@${LABEL}(?:\\.${LABEL})+`, "gu"), "***@***", /@/],
  [
    new RegExp(
      `(?<!${LOCAL_PART})${LOCAL_PART}+(?:@|%40)(?!\\d{1,4}(?:\\.\\d{1,4}){1,2}(?![\\w.]))${LABEL}(?:\\.${LABEL})+`,
      "giu",
    ),
    "***@***",
    /@|%40/,
  ],
  // Times, addresses of computers, and a database's number of an error with its SQLSTATE are taken first, so that they are not read as telephone numbers.
  [
    new RegExp(
      String.raw`(?<!\d|\d\.)(?:(\d{4}([-/])\d\d\2\d\d(?:[T ]\d\d(?::\d\d)+)?|${ERROR_NUMBER}|\d\d?[./]\d\d?[./]\d{4}|\d{1,3}(?:\.\d{1,3}){3}(?![.\d]))|\+?\(?\d(?:[ ()./-]{0,2}\d){6,}(?!\w))`,
      "g",
    ),
    (run = "", kept?: string) => (kept === undefined && isPersonalNumber(run) ? "#" : run),
  ],
]);

export function maskCustomerValues(text: string): string {
  return applyMasks(text, CUSTOMER_VALUES());
}

/** What is wrong with a field is said where its value would stand, of many fields in a list: `"phone": ["This field is required."]`. */
function hidePersonal(_match = "", before = "", ...rest: unknown[]): string {
  const [at, text, groups] = rest.slice(-3) as [number, string, Partial<Record<string, string>>];
  const { list, single = "" } = groups;
  const hide = (value: string) => (isAboutField(value) ? value : "***");
  // Without quotation marks a value is one word, and the sentence goes on behind it.
  const [sentence = ""] = /^[^.;\n]{0,200}/.exec(text.slice(at + before.length)) ?? [];
  if (list === undefined) return before + (/^\p{L}/u.test(single) && isSaidOfField(sentence) ? single : hide(single));
  return (
    before +
    list.replace(LISTED_TEXT(), (all: string, ...groups: unknown[]) => {
      const { text: one } = groups.at(-1) as Partial<Record<string, string>>;
      return one === undefined ? all : hide(one);
    })
  );
}

const FIRST_OF_SENTENCE =
  /^(?:this|the|your|a|an|please|enter|ensure|provide|specify|expected|is|are|was|has|have|must|may|should|can(?:no|['’])t|does|do|not|no|invalid|missing|value|field|input|string|phone|mobile|number|name|data|required|too|already)\b/i;
const SAID_OF_FIELD =
  /\b(?:required|valid|invalid|blank|null|empty|missing|format(?:ted)?|characters?|longer|long|shorter|short|taken|exists?|unique|correct|allowed|recogni[sz]ed|supported|in use|already used|match(?:es)?|contains?|digits|at (?:least|most)|date|integer|string)\b/;

function isAboutField(value: string): boolean {
  const said = value.replace(/^b?\\{0,8}["']|\\{0,8}["']$/g, "");
  if (said === value)
    return /^(?:required|invalid|missing|blank|empty|null|not|too|already|mandatory|unknown)[.,;:!]?$/.test(said);
  return isSaidOfField(said);
}

/** A sentence about a field: nothing is quoted in it, and no number is longer than a limit's. */
export function isSaidOfField(said: string): boolean {
  const unquoted = said.replace(/n['’]t\b/, "not");
  return (
    /^[^"'“‘\d\\]*(?:\b\d{1,4}\b[^"'“‘\d\\]*)?$/.test(unquoted) &&
    FIRST_OF_SENTENCE.test(said) &&
    SAID_OF_FIELD.test(said)
  );
}

/** A telephone or card number, or an account's: what has ten digits can be one. */
function isPersonalNumber(run: string): boolean {
  const digits = run.replace(/\D/g, "");
  if (run.startsWith("+")) return true;
  return digits.length >= (digits.startsWith("0") ? 9 : 10);
}
