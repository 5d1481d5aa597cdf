/** What a server's answer says in its JSON, which syncs often store whole. */

import { EXCEPTION } from "./exceptions.ts";
import { familyOfCode } from "./api-codes.ts";
import { isSaidOfField } from "./customer-values.ts";
import { isGeneric, isSummary } from "./generic.ts";
import { join } from "./pages.ts";

/** In the order in which one object's are preferred. */
const TELLING = [
  "error_description",
  "errordescription",
  "externalmessage",
  "message",
  "errormessage",
  "error_message",
  "error_msg",
  "errmsg",
  "exc_message",
  "state_message",
  "msg",
  "detail",
  "details",
  "errors",
  "non_field_errors",
  "faultstring",
];
/** A field, or a list of what is wrong with it, stands under these by its name. */
const BY_FIELD = [
  "errors",
  "details",
  "fielderrors",
  "field_errors",
  "validationerrors",
  "validation_errors",
  "modelstate",
];
/** What is wrong with one of the values of a request, and what names it beside. */
const DETAILS = ["message", "detail", "description", "reason", "defaultmessage", "msg", "title", ...BY_FIELD];
const FIELDS = [
  "field",
  "name",
  "property",
  "propertyname",
  "propertypath",
  "attribute",
  "param",
  "parameter",
  "path",
  "pointer",
  "loc",
];
/** These tell the failure only where nothing above does. */
const VAGUE = [
  "reason",
  "error",
  "fault",
  "exception",
  "internalmessage",
  "internal_message",
  "status_message",
  "statustext",
  "log",
];
/** Where the message says nothing, these do; an exception named there is told beside any message. */
const CAUSES = [
  "cause",
  "err",
  "error",
  "exception",
  "exc_info",
  "exc_text",
  "traceback",
  "stack_trace",
  "stacktrace",
  "stack",
  "inner",
];
/** Records have these too: they tell the failure only where the object is an answer. */
const VAGUER = ["title", "description", "text"];
const CODES = [
  "errorcode",
  "o:errorcode",
  "error_code",
  "statuscode",
  "code",
  "error",
  "errortype",
  "error_type",
  "__type",
  "type",
  "reason",
];
const STATUSES = [
  "status",
  "statuscode",
  "status_code",
  "http_status",
  "httpstatus",
  "code",
  "error_code",
  "errorcode",
];
/** What stands in other objects is about the request or the record. */
const OF_ERROR = [
  ...TELLING,
  ...VAGUE,
  "validationresults",
  "elements",
  "response",
  "body",
  "result",
  "data",
  "errorinfo",
  "payload",
  "jsonpayload",
  "meta",
  ...CAUSES,
];

/** Of an object deeper inside, whatever the program calls it: `trace.error`, `failures`, `odata.error`, `innerError`. */
const NAMES_ERROR =
  /(?:error_?details?|violations?|invalid[_-]?params|err(?:or)?s?|fail(?:ure)?s?|faults?|exceptions?|extensions|trace|root_cause|state)$/;

/** Objects in objects; `words` are quoted, `of` is the object it stands in, `field` names what it is about. */
type Entry = { key: string; value: string; words: boolean; depth: number; of: number; field: string | null };

/**
 * The message of a JSON object, with its status and code where the text has them nowhere else; null where none is told.
 * What stands around the object is kept. `read` is asked to look into the message itself. The JSON may be cut off.
 */
export function findInJson(text: string, read: (told: string) => string): string | null {
  const at = text.search(/(?:\[\s{0,20})?\{\s{0,20}\\{0,8}"[\w .@$-]{1,80}\\{0,8}"\s{0,5}:/);
  if (at === -1) return null;
  const raw = text.slice(at);
  const isEscaped = /^[[{\s]*\\/.test(raw);
  const { entries, length } = readEntries(isEscaped ? raw.replace(/\\(["\\/])/g, "$1") : raw);
  const before = text.slice(0, at);
  const isAnswer = /^$|[:=(]$|\b(?:body|error|response)$/i.test(
    before
      .trim()
      .replace(/(?:\bb)?["'`]$/, "")
      .trim(),
  );
  const telling =
    pick(entries, TELLING) ?? pickSaidOfField(entries) ?? pick(entries, isAnswer ? [...VAGUE, ...VAGUER] : VAGUE);
  const told = telling === null || !isGeneric(read(telling.value)) ? telling : (pickTelling(entries, read) ?? telling);
  if (told === null) return null;
  // The other objects of a list whose beginning is missing tell nothing.
  const after =
    isEscaped || length === null ? "" : raw.slice(length).replace(/^[\]}"')\s,;]+(?:\{\s{0,20}"[\s\S]*)?/, "");
  const said = addField(entries, told, read(told.value));
  const detail = isSummary(said) ? pickDetail(entries, told, read) : null;
  const cause = detail ?? (told === telling ? pickException(entries, told, read) : null);
  const plain = said.replace(/\.$/, "");
  // An exception mostly ends in the message that stands beside it.
  const words = cause === null ? said : cause.includes(plain) ? cause : `${plain}: ${cause}`;
  const known = `${before} ${words}`.toLowerCase();
  const isNew = (code: string) => !known.includes(code.toLowerCase());
  const status = entries.find(({ key, value, words }) => !words && STATUSES.includes(key) && /^[45]\d\d$/.test(value));
  // Beside words that say nothing the code of any object of the error is told: GraphQL has it in `extensions`.
  const isNear = (entry: Entry) => entry.of === told.of || isGeneric(said);
  const code =
    CODES.flatMap((name) => entries.filter((entry) => entry.key === name && isNear(entry))).find(isCode) ??
    entries.find(({ key, value }) => key === "category" && familyOfCode(value) !== null);
  const codes = [
    ...(status !== undefined && isNew(status.value) ? [`HTTP ${status.value}`] : []),
    ...(code !== undefined && code.value !== told.value && isNew(code.value) ? [code.value] : []),
  ];
  return join(before, [[...codes, words].join(": "), after].join(" ").trim());
}

/**
 * What the rest of an object whose middle is missing names as the cause, the last that says what failed. `isUntold`: the
 * beginning has no message, so that one is looked for too.
 */
export function findCauseAtEnd(rest: string, isUntold: boolean): string | null {
  const names = isUntold ? [...TELLING, ...CAUSES, "reason"] : [...CAUSES, "detail", "reason"];
  const said = new RegExp(`"(?:${names.join("|")})"\\s{0,5}:\\s{0,5}("(?:[^"\\\\]|\\\\[\\s\\S]){1,700}"?)`, "gi");
  return (
    [...rest.matchAll(said)].map(([, value = ""]) => readString(value)).findLast((value) => !isGeneric(value)) ?? null
  );
}

/** Of the first value that is said to be wrong; a code beside the name of a field says it in one word. */
function pickDetail(entries: Entry[], told: Entry, read: (told: string) => string): string | null {
  const isDetail = (entry: Entry) =>
    entry.words &&
    ((DETAILS.includes(entry.key) && isOfPart(entry, told)) || (entry.of !== told.of && isSaidByKey(entry)));
  const found = entries.find((entry) => {
    const words = isDetail(entry) ? read(entry.value) : "";
    return words.trim() !== "" && !isSummary(words) && !isGeneric(words) && words !== told.value;
  });
  if (found !== undefined) return addField(entries, found, read(found.value));
  const isCodeOfField = (entry: Entry) =>
    entry.key === "code" && entry.of !== told.of && isCode(entry) && findFieldBeside(entries, entry) !== undefined;
  const coded = entries.find(isCodeOfField);
  return coded === undefined ? null : `${findFieldBeside(entries, coded)}: ${coded.value}`;
}

/** About one of the values; QuickBooks says it beside its summary, in `Detail`. */
function isOfPart({ key, of, field }: Entry, told: Entry): boolean {
  return of !== told.of || field !== null || (key === "detail" && told.key === "message");
}

/** `"title": "is required"`: the field is the key. */
function isSaidByKey({ key, value }: Entry): boolean {
  return NAMES_FIELD.test(key) && PREDICATE.test(value) && isSaidOfField(value);
}

/** Django REST framework answers with no more than the fields and what is wrong with each. */
function pickSaidOfField(entries: Entry[]): Entry | null {
  return entries.find(({ field, value, words }) => words && field !== null && isSaidOfField(value)) ?? null;
}

function findFieldBeside(entries: Entry[], { of }: Entry): string | undefined {
  const beside = entries.find((entry) => entry.of === of && entry.words && FIELDS.includes(entry.key));
  const field = beside?.key === "pointer" ? beside.value.replace(/^.*\//, "") : beside?.value;
  return NAMES_FIELD.test(field ?? "") ? field : undefined;
}

/** The field that the words are about, where they do not name it. */
function addField(entries: Entry[], entry: Entry, words: string): string {
  const { field: known, key } = entry;
  const beside = DETAILS.includes(key) ? findFieldBeside(entries, entry) : undefined;
  const field = known ?? beside ?? (isSaidByKey(entry) ? key : undefined);
  if (field === undefined || words.toLowerCase().includes(field.toLowerCase())) return words;
  return PREDICATE.test(words) ? `${field} ${words}` : `${field}: ${words}`;
}

/** One or a few words, and none that every failure has. */
function isCode({ value, words }: Entry): boolean {
  return (
    words && /^[A-Za-z][\w .-]{2,60}$/.test(value) && !/^(?:error|fail(?:ed|ure)?|true|false|unknown)$/i.test(value)
  );
}

function pick(entries: Entry[], keys: string[]): Entry | null {
  const told = entries.filter(({ key, value, words }) => words && keys.includes(key) && value.trim() !== "");
  return (
    told.toSorted((a, b) => a.depth - b.depth || a.of - b.of || keys.indexOf(a.key) - keys.indexOf(b.key))[0] ?? null
  );
}

/** The nearest that says what failed. */
function pickTelling(entries: Entry[], read: (told: string) => string): Entry | null {
  const keys = [...CAUSES, ...TELLING, ...VAGUE];
  return pick(
    entries.filter(({ key, value, words }) => words && keys.includes(key) && !isGeneric(read(value))),
    keys,
  );
}

/** An exception in words, told as the cause beside the message. */
function pickException(entries: Entry[], told: Entry, read: (told: string) => string): string | null {
  const cause = pick(
    entries.filter((entry) => entry !== told && entry.words),
    CAUSES,
  );
  if (cause === null) return null;
  const words = read(cause.value);
  return EXCEPTION.test(words) && /[: ]/.test(words) && !told.value.includes(words) && !isGeneric(words) ? words : null;
}

/** `isOutermost`: a list in the outermost object, of which only what stands in it itself is read. */
type Container = {
  isObject: boolean;
  key: string;
  isOfError: boolean;
  isOutermost: boolean;
  id: number;
  field: string | null;
};

const PREDICATE = /^(?:is|are|was|were|has|have|must|may|should|cannot|can't|does|do|already)\b/;
/** Lists that say more of one thing that is wrong. */
const NO_FIELDS = /^(?:codes?|arguments|args|loc|types?)$/;
const NAMES_FIELD = /^[a-z][\w.[\]-]{0,60}$/i;

/** Reads as far as the text is JSON. `length` is the object's, null where its end is missing. */
function readEntries(text: string): { entries: Entry[]; length: number | null } {
  const entries: Entry[] = [];
  const open: Container[] = [];
  let key = "";
  let objects = 0;
  let isValue = true;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"?|[{}[\]:,]|[^\s"{}[\]:,]+/g)) {
    const top = open.at(-1);
    if (token === "{" || token === "[") {
      const isObject = token === "{";
      // An object in a list is that list's, and told after the list's own object.
      const name = top === undefined || top.isObject ? key : top.key;
      const isOfError =
        top === undefined ||
        (top.isOfError &&
          (!top.isObject || BY_FIELD.includes(top.key) || OF_ERROR.includes(name) || NAMES_ERROR.test(name)));
      objects += 1;
      // Under `errors` the keys may be fields, each with a list of what is wrong with it.
      const isField = !isObject && top?.isObject === true && BY_FIELD.includes(top.key) && !NO_FIELDS.test(key);
      // And in an answer that has nothing else.
      const isOutermost = !isObject && open.length === 1 && !isOfError && NAMES_FIELD.test(key);
      const isName = isField && NAMES_FIELD.test(key) && !NAMES_ERROR.test(key);
      const field = isName || isOutermost ? key : (top?.field ?? null);
      open.push({ isObject, key: isField ? top.key : name, isOfError, isOutermost, id: objects, field });
      isValue = !isObject;
    } else if (token === "}" || token === "]") {
      open.pop();
      if (open.length === 0) return { entries, length: index + 1 };
    } else if (token === ":") isValue = true;
    else if (token === ",") isValue = top?.isObject === false;
    else if (!isValue) key = readString(token).toLowerCase();
    else if (top?.key === "loc" && !top.isObject) {
      // The last word of a path is the field of the object that the path stands in.
      const of = open.at(-2)?.id ?? 0;
      const path = { key: "loc", value: readString(token), words: true, depth: open.length, of, field: null };
      if (token.startsWith('"')) entries.splice(entries.at(-1)?.key === "loc" ? -1 : entries.length, 1, path);
    } else if (top?.isOfError === true || top?.isOutermost === true) {
      const isText = top.isObject && (key === "value" || key === "en") && TELLING.includes(top.key);
      const name = isText || !top.isObject ? top.key : key;
      const words = token.startsWith('"');
      const said = words ? readString(token) : token;
      // AWS writes the name of its service before the code.
      const value = name === "__type" ? said.replace(/^.*#/, "") : said;
      entries.push({ key: name, value, words, depth: open.length, of: top.id, field: top.field });
    }
  }
  return { entries, length: null };
}

/** What a JSON string says; of one that is cut off or none, all that is there. */
export function readString(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token
      .replace(/^"|"$/g, "")
      .replace(/\\n/g, "\n")
      .replace(/\\(["\\/])/g, "$1");
  }
}
