/** A user and what proves it, among the arguments of a call: no name stands beside them, the call and their order say what they are. */
import { applyMasks, BLANK, once, type Mask } from "./masks.ts";
import { isFieldName } from "./secret-names.ts";
import { looksSecret } from "./secret-values.ts";

const ENCODED_QUOTE = "(?:&quot;|&#0{0,2}3[49];|&#x2[27];)";
const STRING = String.raw`(?:[bru]{0,2}\\{0,8}"[^"\n]{0,300}"|[bru]{0,2}\\{0,8}'[^'\n]{0,300}'|${"`[^`\\n]{0,300}`"}|“[^”\n]{0,300}”|‘[^’\n]{0,300}’|${ENCODED_QUOTE}[^&\n]{0,300}${ENCODED_QUOTE})`;
const COMMA = String.raw`\s{0,3},\s{0,3}`;
const LOGIN_NAME =
  /^[bru]{0,2}\\{0,8}["'](?:admin\w{0,12}|api[_-]?user|etl|guest|login|postgres|root|sa|service\w{0,8}|svc[\w-]{0,20}|\w{0,20}user\w{0,12}|[^\s@"']{1,64}@[^\s@"'\\]{1,100})\\{0,8}["']$/i;

/** The handle of a connection, before the user. */
const HANDLE = String.raw`(?:[$\w][\w.>-]{0,40}${COMMA})?`;
/** `password='…'`, `port: 'x'`: the names are looked for elsewhere. */
const NAMED = String.raw`\$?\w{1,40}\s?[=:]>?\s?${STRING}`;
const ARGUMENT = String.raw`(?:${NAMED}|${STRING}|[^\s,"'${"`"}()&]{1,60})`;
/** Each opens a connection; it takes a place, a user and a password, in an order of its own. */
const CLIENT = String.raw`(?<![\w$])(?!\w{0,60}(?:abort|denied|error|exception|fail|lost|refused|reset|timeout))(?:\w{0,40}connect\w{0,20}|\w{0,40}client|pdo|mysqli|salesforce|snowflake|mongo|(?:strict)?redis|ldap3?|imap4?(?:_ssl)?|pop3?(?:_ssl)?|smtp(?:_ssl)?|s?ftps?|ftp_tls|ssh2?)(?:(?:\.|::|->)(?:new|open|start|__init__|__construct))?`;

const SECRET_SETTING = "[\\w.-]{0,40}(?:passw(?:or)?d|passphrase|pwd|secret|token|(?:access|api)[_-]?key)[\\w.-]{0,40}";

const MASKS = once((): Mask[] => [
  // What logs in takes the user first, at most after a handle.
  [
    new RegExp(
      String.raw`(\b(?!\w{0,60}(?:denied|error|exception|fail\w{0,4})\b)\w{0,40}(?:auth|cred|log_?in|sign_?in|userpass)\w{0,40}\\{0,8}["']?\s{0,3}(?:[=:(]|=>)\s{0,3}(?:\w{1,40}\()?(?:[([]{0,2}\s{0,3}|(?<=\(\s{0,3})${HANDLE})${STRING})((?:${COMMA}${STRING})+)`,
      "gi",
    ),
    (match = "", first = "", others = "") =>
      `${first}${others.replace(new RegExp(STRING, "g"), "***")}${match.slice(first.length + others.length)}`,
  ],
  [
    /(\b\w{0,40}(?:auth|cred\w{0,20}|login)\s{0,3}[=:]\s{0,3}[([]\s{0,3}[^\s,"'()[\]]{1,100}\s{0,3},\s{0,3})[^\s,"'()[\]]+(?=\s{0,3}[)\]])/gi,
    "$1***",
  ],
  // An object that a program prints, without names.
  [
    /(\b(?!\w{0,60}(?:denied|error|exception|fail\w{0,4})\b)\w{0,40}cred(?:ential)?s?\([^\s,"'()[\]=:]{1,100}\s?,\s?)[^\s,"'()[\]=:]+(?=\))/gi,
    "$1***",
  ],
  [new RegExp(String.raw`((?:->|\.|::)auth\(\s{0,3})${STRING}(?=\s{0,3}\))`, "gi"), "$1***"],
  [
    new RegExp(
      String.raw`((?:(?:ldap\w{0,20}(?:\.|->|::)?\w{0,20}bind\w{0,20}|simple_bind\w{0,20}|bind_s)\(\s{0,3}${HANDLE}${STRING}|\(\s{0,3}${HANDLE}[bru]{0,2}\\{0,8}["'](?:cn|ou|uid)=[^"'\n]{1,200}["'])${COMMA})${STRING}`,
      "gi",
    ),
    "$1***",
  ],
  [new RegExp(String.raw`(\b(?:\w{1,20}_)?open\(\s{0,3}${STRING}${COMMA}${STRING}${COMMA})${STRING}`, "gi"), "$1***"],
  [new RegExp(String.raw`(${CLIENT}\(\s{0,3})((?:${ARGUMENT}${COMMA}){1,7}${STRING})`, "gi"), hideAfterPlace],
  // A list of settings, each with a name and a value.
  [
    new RegExp(
      String.raw`(\b(?:name|key|variable)\\{0,8}["']?\s{0,3}[:=]\s{0,3}\\{0,8}["'][\w.-]{0,40}(?:passw|pwd|secret|token|key|pass|pw)[\w.-]{0,40}\\{0,8}["'](?:[,;]|${BLANK}){0,40}\\{0,8}["']?value\\{0,8}["']?\s{0,3}[:=]\s{0,3})${STRING}`,
      "gi",
    ),
    "$1***",
  ],
  // The same in YAML, without quotation marks, and in XML, where the value is what the element holds.
  [
    new RegExp(
      String.raw`(\b(?:name|key|variable):\s{1,3}\\{0,8}["']?${SECRET_SETTING}\\{0,8}["']?${BLANK}{1,40}value:\s{1,3})(?!(?:empty|is|missing|none|not|null|required|~)(?:\s|$))(?:${STRING}|[^\s\\,;}\]]+)`,
      "gi",
    ),
    "$1***",
  ],
  [
    new RegExp(
      String.raw`(<[\w:.-]{1,60}\s[^<>]{0,200}?\b(?:id|key|name)\s?=\s?\\{0,8}["']${SECRET_SETTING}\\{0,8}["'][^<>]{0,200}(?<!\/)>)[^<]+`,
      "gi",
    ),
    "$1***",
  ],
  [new RegExp(String.raw`(<name>\s{0,3}${SECRET_SETTING}\s{0,3}</name>\s{0,40}<value>)[^<]+`, "gi"), "$1***"],
  // Any two strings of which the second looks like a password.
  [
    new RegExp(String.raw`([([]\s{0,3})(${STRING})(\s{0,3},\s{0,3})(${STRING})(?=\s{0,3}[)\]])`, "g"),
    (match = "", open = "", user = "", comma = "", password = "") =>
      (isLogin(user) && !isFieldName(password)) || (looksSecret(password) && !isSentence(password))
        ? `${open}${user}${comma}***`
        : match,
  ],
]);

export function maskCallArguments(text: string): string {
  return applyMasks(text, MASKS());
}

/** The first argument of an exception is its name or a code, and the second says what happened. */
const NAME_OF_FAILURE =
  /(?:abort|denied|disabled|error|exception|expired|fail|forbidden|inactive|invalid|locked|missing|not_?found|unknown)/i;

function isLogin(user: string): boolean {
  return LOGIN_NAME.test(user) && (user.includes("@") || !NAME_OF_FAILURE.test(user));
}

/** Words that join others into a sentence, and hardly a passphrase. */
const GRAMMAR =
  /(?<![\p{L}\p{N}])(?:a|after|an|and|are|at|be|but|by|can(?:not)?|could|das|de|der|des|die|does|du|el|error|est|fail(?:ed|s)?|for|from|has|have|ist|in|invalid|is|la|le|les|missing|must|ne|nicht|no|non|not|of|on|or|para|pas|por|than|that|the|to|unable|und|was|were|while|with|без|в|не|на)(?![\p{L}\p{N}])/iu;

/** A code and words, three words with grammar, or fewer that hold no more than names and numbers. */
function isSentence(quoted: string): boolean {
  const words = quoted.replace(/^[bru]{0,2}\\{0,8}["'“‘`]|\\{0,8}["'”’`]$/g, "").trim();
  if (/^(?:\[\w{1,12}\]|\d{3,6} \(\w{5}\):)\s*[[\p{L}\d]/u.test(words)) return true;
  const spoken = words.match(/(?<![^\s("'[])\p{L}{2,}(?![^\s.,:;!?)"'\]])/gu) ?? [];
  return (
    (spoken.length >= 3 && GRAMMAR.test(words)) ||
    (spoken.length > 0 && /\s/.test(words) && !looksSecret(words.replace(/#(?=\d)|[.!?]+$/g, "")))
  );
}

const EACH_ARGUMENT = once(() => new RegExp(ARGUMENT, "gi"));
const IS_STRING = once(() => new RegExp(`^${STRING}$`, "i"));

/** Three strings or more, or two after a handle: which of them is the password differs, so that only the first is shown. */
function hideAfterPlace(call = "", opened = "", list = ""): string {
  const strings = (list.match(EACH_ARGUMENT()) ?? []).map((argument) => IS_STRING().test(argument));
  const unnamed = strings.filter(Boolean).length;
  const isAfterHandle = strings[0] === false && unnamed === 2;
  if (unnamed < 3 && !isAfterHandle) return call;
  let seen = 0;
  const hide = (argument: string) => (IS_STRING().test(argument) && ++seen > 1 ? "***" : argument);
  return `${opened}${list.replace(EACH_ARGUMENT(), hide)}`;
}
