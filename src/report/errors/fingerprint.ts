/** What makes two error messages the same: all that is left when what differs from run to run is masked. */
import { cutBefore } from "./cause.ts";
import { nameFamily } from "./families.ts";
import { once } from "./masks.ts";
import { redactErrorMessage, shortenLine } from "./redact.ts";
import type { ErrorFamily } from "./schema.ts";
import { readName } from "./schema-names.ts";

export type Fingerprint = { family: ErrorFamily; key: string; example: string | null };

/** The key of failures that left no message. */
const NO_MESSAGE = "(no message)";
const KEY_LENGTH = 200;

/** The key masks numbers, ids, hosts, times and quoted values, and no name of what has to be mended; the example is a message, redacted, null if blank. */
export function fingerprintError(message: string): Fingerprint {
  const line = redactErrorMessage(message);
  if (line === "") return { family: "other", key: NO_MESSAGE, example: null };
  return {
    family: nameFamily(line),
    key: cutBefore(maskVariables(line), KEY_LENGTH),
    example: shortenLine(line),
  };
}

/** For many messages: rules and CRMs fail with the same words, and each message is read once. */
export function createFingerprinter(): (message: string | null) => Fingerprint {
  const known = new Map<string, Fingerprint>();
  return (message) => {
    const text = message ?? "";
    const fingerprint = known.get(text) ?? fingerprintError(text);
    known.set(text, fingerprint);
    return fingerprint;
  };
}

const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}";
const WEEKDAY = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )";
const TIME_OF_DAY = String.raw`\d\d?:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?[AP]M\b)?(?: ?(?:Z|UTC|GMT|[ECMP][SD]T|CES?T|BST|IST|JST|[+-]\d\d:?\d\d)\b)?`;
const DATE = String.raw`${WEEKDAY}?\d\d?-${MONTH}-(?:\d{4}|\d\d)|${WEEKDAY}?${MONTH} {1,2}\d\d? ${TIME_OF_DAY}(?: \d{4})?|${WEEKDAY}\d\d? ${MONTH},? \d{4}|\d{4}[-/]\d\d?[-/]\d\d?|\d\d?[./]\d\d?[./]\d{2,4}|\d\d? ${MONTH},? \d{4}|${MONTH} \d\d?,? \d{4}`;
const ONE_DURATION = String.raw`\d+(?:[.,]\d+)? ?(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)`;
const DURATION = `${ONE_DURATION}(?: ?${ONE_DURATION}(?!\\w)){0,3}`;
const TOP_LEVEL =
  "(?:com|net|org|io|co|de|at|ch|uk|us|eu|fr|ca|au|app|dev|cloud|ai|info|biz|internal|intern|local|lan|corp|home|svc)";

/** What stands in quotation marks is a value, except what a program says about the error there. */
const TELLING_NAMES =
  "(?:err(?:or)?_?)?(?:message|msg)|error|errors|error_?type|error_?code|error_?description|category|sub_?category|detail|title|reason|type|code|status";
const STRING = String.raw`(?:(?<!\\)"(?:[^"\\]|\\.)*"|(?<!\\)'(?:[^'\\]|\\.)*'(?!\w))`;

/** The number of a failure, in the words of programs and databases. */
const CODE = String.raw`\b(?:error|exit|native|reason|result|return|sql|vendor)[ _-]?(?:code|status)["']?(?: is)?[ :=(#]{1,3}-?(?:0x[\da-f]{1,8}|\d{1,9})\b|\bSQLSTATE(?:[ :=[(]{1,3}| is )["']?[\dA-Z]{5}\b|\b(?:AADSTS|(?:ORA|TNS|PLS|DPY|DPI)-)\d{3,7}\b|\bcurl(?: error|:)? \(?\d{1,2}\b|\bMsg \d{2,5}(?=, Level)|\b\d{3,6} \((?=[\dA-Z]{0,4}\d)[\dA-Z]{5}\)(?=:)`;
/** An HTTP status, the end of a process, the number of an error: what they count is none. */
const ANSWERED = String.raw`\b(?:code|error|failed|failed with|got|received|response code|returned)[ :=(]{1,3}(?:an? )?[45]\d\d\b(?! (?:\w{1,20} )?\w{1,20}s\b)|\bexit(?:ed)? with (?:exit )?(?:code|status)[ :]{1,2}-?\d{1,3}\b|\bsignal:? \d{1,2}\b|\bWinError \d{1,5}\b|\berror \d{3,5}(?=:| \()|\b0x80[\da-f]{6}\b|\(#\d{1,6}\)`;
const SQLSTATE = String.raw`(?=[\dA-Z]{0,4}\d)[\dA-Z]{5}`;
const NUMBER_OR_NAME = String.raw`(?:-?\d{1,9}|["'](?:${SQLSTATE}|\w{0,40}(?:error|exception|failure|fault))["']), ?`;
/** Of an exception: what it says stands first, or behind its number or its name. */
const ARGUMENTS = String.raw`(?:Error|Exception)\([45]\d\d, ["']\w{1,60}["'], |(?:Error|Exception|Failure|Warning)\)?:? ?\(${NUMBER_OR_NAME}|^[([]${NUMBER_OR_NAME}(?=b?["'](?:[^"'\s]+ ){2})|(?:Error|Exception)\)?: ?(?:\((?=b?["'](?:[^"'\s]+ ){2})|(?="[^"']{0,300}'[^"]{0,300}"))|\(["']${SQLSTATE}["'], ?|(?:Error|Exception)\(`;

/** What a client says that a server said. */
const SAID = String.raw`(?<![\w-])(?:message|reason|detail|details|description|error|error_description|msg)=|\breturned (?=")|\bDetails: (?=")`;

/** One reading from left to right, in which the first alternative that fits takes its place. */
const VARIABLE = once(
  () =>
    new RegExp(
      [
        String.raw`(?<status>\b(?:HTTP(?:Error|/\d\.\d)?|(?:http_?)?status(?:[ _]?code)?["']?|Response|Errno)[ :=([]{1,3}-?\d{1,3}\b|${ANSWERED}|\b[45]\d\d(?=:? (?:(?:Client|Server) Error|Bad|Unauthorized|Forbidden|Not|Method|Request|Conflict|Gone|Too|Unprocessable|Internal|Service|Gateway)\b)|\btoo many [45]\d\d(?= error responses)|ResponseError: [45]\d\d(?=,)|["'\x60][45]\d\d [A-Z][a-z]+(?: [A-Z][a-z]+){0,3}["'\x60]|${CODE})`,
        String.raw`(?<telling>(?:["'](?:${TELLING_NAMES})["']: ?|${ARGUMENTS}|${SAID})b?(?=["']))(?<told>${STRING})`,
        String.raw`(?<name>["'][A-Za-z_][\w.-]{0,60}["'](?=: ?))`,
        String.raw`(?<quoted>(?<!\w)b?${STRING}|\\{1,8}"[^"\\]*\\{1,8}"|${"`[^`]*`"}|“[^”]*”|\*{3}(?:@\*{3})?)`,
        String.raw`(?<![\w+.-])(?<scheme>[a-z][a-z0-9+.-]{1,30}://)(?<place>[^\s"'<>()\]}]+)`,
        String.raw`(?<![\w/.<])(?<path>/[^\s"'<>()\]},;]+)`,
        String.raw`(?<value>(?<=\b(?:after|before|cursor|offset|since|page_?token)=)[^\s"'&,;)\]}]+|(?<=\b(?:batch|correlation|event|job|message|request|run|task|trace|transaction)[ _-]?id[:=] ?)[\w-]+)`,
        String.raw`(?<![\w.%])(?<time>(?:${DATE})(?:[T ,]{1,2}${TIME_OF_DAY})?|${TIME_OF_DAY}|${DURATION})(?![\w])`,
        String.raw`(?<host>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?![\w.]*\d)|(?<![\w:])(?:[\da-f]{0,4}:){3,7}[\da-f]{0,4}(?![\w:])|(?<![\w:])::1\b|(?<![\w.-])(?:[a-z\d_-]+\.)+${TOP_LEVEL}\b(?![.\w(])(?::\d+)?|\blocalhost\b(?::\d+)?|(?<=\bhost(?:name)?[=:] ?)[\w.-]+)`,
        String.raw`(?<pod>(?<=\w-)(?:\d{8,10}|(?=[a-z]*\d)${POD_LETTER}{8,10})-${POD_LETTER}{5}(?![\w-]))`,
        String.raw`(?<word>(?<!\w)\w*\d\w*)`,
      ].join("|"),
      "gi",
    ),
);

/** Kubernetes draws the ends of a pod's name from these. */
const POD_LETTER = "[bcdfghjklmnpqrstvwxz2456789]";

type Groups = Partial<
  Record<
    | "status"
    | "telling"
    | "told"
    | "name"
    | "quoted"
    | "scheme"
    | "place"
    | "path"
    | "time"
    | "host"
    | "pod"
    | "value"
    | "word",
    string
  >
>;

function maskVariables(line: string): string {
  return line
    .replace(VARIABLE(), (match: string, ...rest: unknown[]) => {
      const [at, , groups] = rest.slice(-3) as [number, string, Groups];
      return groups.quoted === undefined ? maskOne(match, groups) : (readName(match, line, at) ?? "<value>");
    })
    .replace(/-?#(?:[.,:/-]? ?-?#)*/g, "#")
    .replace(/(?<=# )([a-z-]{2,30}[b-hj-rtv-z])s\b/g, "$1")
    .replace(/<value>(?:, ?<value>)+/g, "<value>");
}

function maskOne(match: string, { telling, told, scheme, place, path, time, host, pod, value, word }: Groups): string {
  if (telling !== undefined && told !== undefined)
    return telling + maskVariables(told.slice(1, -1).replace(/\\(?=["'\\])/g, ""));
  if (scheme !== undefined && place !== undefined) return `${scheme}<host>${maskPath(place.replace(/^[^/?#]*/, ""))}`;
  if (path !== undefined) return maskPath(path);
  if (time !== undefined) return "<time>";
  if (host !== undefined) return "<host>";
  if (pod !== undefined || value !== undefined) return "<value>";
  return word === undefined ? match : maskWord(word);
}

/** Without query; a segment with a digit is an id, unless it is a version. */
function maskPath(path: string): string {
  return path
    .replace(/[?#].*$/, "")
    .split("/")
    .map((segment) => (/\d|\*\*\*/.test(segment) && !/^v\d{1,3}(?:\.\d{1,3})?$/.test(segment) ? "#" : segment))
    .join("/");
}

function maskWord(word: string): string {
  const isId = /^(?:0x[\da-f]+|[\da-f]{8,}|(?=.*\d.*\d)[\da-f]{7})$/i.test(word)
    ? /[a-f]/i.test(word)
    : word.length >= 12 && /[A-Z]/.test(word) && /\d.*\d/.test(word);
  return isId ? "<value>" : word.replace(/\d+/g, "#");
}
