/**
 * Errors that a row's value brings about. A server quotes the value in its message, and a function that raises an error of its
 * own may say anything there: of these errors only the code, the places that the server names and known types are told.
 */

/** SQLSTATE, in what is said of a row or of what reads it. */
const KINDS: Record<string, string> = {
  "21000": "a query in a view or function before the table gives more than one row where one is wanted",
  "22001": "a text is too long for the type that it is cast to",
  "22003": "a number is out of the range of its type",
  "22007": "a text is no date or time, and is cast to one",
  "22008": "a date or time is out of range",
  "22012": "a number is divided by zero",
  "22021": "a text has bytes that are no characters of the database's encoding",
  "22023": "a function is given a value that it does not take",
  "22030": "a JSON object has a key twice",
  "22032": "a text is no JSON, and is cast to it",
  "2201B": "a text is no regular expression, and is taken for one",
  "2200M": "a text is no XML, and is cast to it",
  "2200N": "a text is no XML, and is cast to it",
  "22P02": "a text is no value of the type that it is cast to",
  "22P03": "a binary value is none of its type",
  "22P05": "a text has characters that the encoding does not have",
};

/** The first two characters of an SQLSTATE, where the whole is not known. */
const CLASSES: Record<string, string> = {
  "21": "a query in a view or function before the table gives another number of rows than is wanted",
  "22": "a value is not as its type or a function wants it",
  "23": "a value is refused by a constraint",
  "38": "a function before the table failed",
  "39": "a function before the table failed",
};

/** Classes of SQLSTATE whose messages name things of the server. Any other is one that somebody chose. */
const NAMING = /^(?:0[0-9A-Z]|2[045678BDF]|3[BDF4]|4[024]|5[34578]|F0|HV|XX)/;

/** Places in the server's source code at which a name is looked up that a value may be, as `value::regclass` makes it one. */
const LOOKS_UP =
  /^(?:reg\w+in|RangeVarGetRelid\w*|LookupTypeName\w*|typenameType\w*|parseTypeString\w*|stringToQualifiedNameList\w*|get_\w+_oid|find_option|scanner_yyerror)$/;

/** Types whose name in a message is no value. */
const TYPE =
  /\b(?:smallint|integer|bigint|numeric|real|double precision|boolean|uuid|jsonb?|xml|date|interval|inet|timestamp(?: with(?:out)? time zone)?)\b/;

/** SQLite quotes the text that is no path. */
const QUOTED_BY_SQLITE = /^(?:JSON path error|bad JSON path|fts5:|malformed MATCH)/;

const ADVICE =
  "correct that row, or let the view or function before the table read it as null (the server's log has the message)";
const RAISED = "a function or trigger before the table raises an error of its own";
const NO_PATH =
  "a value is no path or search expression, and a view takes it for one: let the view read that row as null";

/** The parts of a server's answer, by the client library's names for them. */
type Said = Error & {
  severity?: string;
  routine?: string;
  /** In the statement that was sent. */
  position?: string;
  where?: string;
  "data type_name"?: string;
  column_name?: string;
  constraint_name?: string;
  table_name?: string;
};

/** A sentence without any value; null where the message names things of the server alone. */
export function describeRowError(error: Error, code: string): string | null {
  if (code === "SQLITE_ERROR" && QUOTED_BY_SQLITE.test(error.message)) return NO_PATH;
  const said = error as Said;
  // Only a server's errors have one, and a session that it refuses or ends has read no row.
  if (said.severity !== "ERROR") return null;
  const kind = findKind(said, code);
  // Whoever raises an error names the places too.
  return kind === null ? null : `${kind}${kind === RAISED ? "" : describePlace(said)} (${code}): ${ADVICE}`;
}

function findKind(said: Said, code: string): string | null {
  if (/^exec_stmt_(?:raise|assert)$/.test(said.routine ?? "") || code.startsWith("P0")) return RAISED;
  const known = look(KINDS, code) ?? look(CLASSES, code.slice(0, 2));
  if (known !== undefined) return known;
  if (!NAMING.test(code)) return RAISED;
  return isNameOfValue(said) ? "a value is taken for a name that the server does not know" : null;
}

/** Names in a statement have a position there. `EXECUTE` makes a statement of values. */
function isNameOfValue({ where = "", position, routine = "" }: Said): boolean {
  return /\bEXECUTE\b/.test(where) || (position === undefined && LOOKS_UP.test(routine));
}

/** What the server names in fields of their own, and the type where its name is one of ours. */
function describePlace(said: Said): string {
  const words = /\btype (.+?)(?::|$)/.exec(said.message)?.[1] ?? "";
  const named = [
    ["type", said["data type_name"] ?? TYPE.exec(words)?.[0]],
    ["column", said.column_name],
    ["constraint", said.constraint_name],
    ["table", said.table_name],
  ].flatMap(([what, name]) => (name === undefined ? [] : [`${what} ${name}`]));
  return named.length === 0 ? "" : ` (${named.join(", ")})`;
}

function look(table: Record<string, string>, code: string): string | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}
