/** Lines in which a program wraps what failed into a long sentence of its own: told is what is inside, because a line is cut where it is long. */

type Wrapping = [pattern: RegExp, inside: (...groups: string[]) => string];

const WRAPPINGS: Wrapping[] = [
  // urllib3: a server that cannot be reached is one cause, whatever was asked of it; what it answered belongs to the place.
  [
    /\bMax retries exceeded with url: (\S{0,2000}) \(Caused by (?:ResponseError\((['"])(.{1,100}?)\2\)\)|(\w[\s\S]*))/,
    (_all = "", url = "", _quote = "", answered, failed = "") =>
      answered === undefined ? leaveObject(failed) : `${answered} for url: ${url}`,
  ],
  // Google Ads names the failure behind that of the call, gRPC says at length how it was found.
  [
    /\(?<_InactiveRpcError[\s\S]*?\berrors \{\s+error_code \{\s+\w+: (\w+)\s+\}\s+message: "((?:[^"\\]|\\[\s\S])*)"[\s\S]*/,
    (_all = "", code = "", said = "") => `${code}: ${said.replaceAll("\\'", "'")}`,
  ],
  [
    /<\w{1,40} of RPC that terminated with:\s+status = (StatusCode\.\w+)\s+details = "((?:[^"\\]|\\[\s\S])*)"[\s\S]*?(?:\}"\s+>|$)/,
    (_all = "", status = "", said = "") => `${status}: ${said}`,
  ],
  // SQLAlchemy says at length what has to be done before it names what failed.
  [/^[\s\S]*\bOriginal exception was: (?=\S)/, () => ""],
  [/^[\s\S]*\bmost recent failure: Lost task \S+ in stage \S+ \([^()]*\)(?: \([^()]*\))?:\s/, () => ""],
  // BigQuery counts the errors first, and tells one of them last.
  [
    /Error while reading data, error message: [\s\S]*\breason: \w{1,40}, message: (?:Error while reading data, error message: )?/,
    () => "",
  ],
];

export function leaveWrapping(text: string): string {
  return WRAPPINGS.reduce((rest, [pattern, inside]) => rest.replace(pattern, inside), text);
}

/** The clients that are made from an interface's description, HubSpot's and Kubernetes' among them, print the headers before the answer. */
const ANSWER =
  /^(?:[\w.]{1,200}: )?\((\d{3})\)\s+Reason: ([^\n]{0,100}?)\s+HTTP response headers: [\s\S]*?(?:\s+HTTP response body: (?:b(?=["']))?|$)/;

/** The status and the body, where it is there, without the class, which is another one for each interface; null for what is no such answer. */
export function leaveHeaders(text: string): string | null {
  const [all, status = "", reason = ""] = ANSWER.exec(text) ?? [];
  if (all === undefined) return null;
  const told = `HTTP ${status} ${reason}`;
  const body = text.slice(all.length).trim();
  return body === "" ? told : `${told}: ${body}`;
}

/** Where in memory a connection was says nothing; the bracket that closed the wrapping has none that opens it any more. */
function leaveObject(text: string): string {
  const failed = text.replace(/<[\w.]{1,100} object at 0x[\da-f]{1,16}>(?:: |, )/g, "");
  const count = (bracket: string) => failed.split(bracket).length;
  return count(")") > count("(") ? failed.replace(/\)(?=[^)]*$)/, "") : failed;
}

/** What a terminal acts on, written out: it would hide what stands between. */
const WRITTEN = /(?:\\{1,8}(?:u001b|x1b|033|e)|\^\[)\[[\d;?]{0,20}[A-Za-z]/gi;
/** Without its first character, where one that ends a colour stands there too. */
const BARE = /\[(?:\d{1,3}(?:;\d{1,3}){0,4})?m(?!\])/g;

export function leaveColours(text: string): string {
  const plain = Bun.stripANSI(text).replace(WRITTEN, "");
  return /\[0?m/.test(plain) ? plain.replace(BARE, "") : plain;
}
