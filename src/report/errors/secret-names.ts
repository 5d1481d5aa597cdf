/** Values that stand beside a name which says that they are secret: `password=…`, `"token": "…"`, `contraseña: …`. */
import { ENCODED_QUOTE, PLAIN, QUOTE, QUOTED } from "./masks.ts";

/** The word for password in other languages, with what a login says of it. */
const FOREIGN = [
  "passw[oö]rt\\p{L}{0,3}",
  "kennwort",
  "mot de passe",
  "contrase[nñ]a",
  "senha",
  "palavra-passe",
  "parol\\p{L}{0,3}(?: d['’]ordine| de passe)?",
  "пароль?\\p{L}{0,3}",
  "has[lł]o",
  "heslo",
  "lozinka",
  "wachtwoord",
  "l[oö]senord",
  "adgangskode",
  "passord",
  "salasana",
  "jelsz[oó]",
  "[sş]ifre",
  "κωδικός",
  "mật khẩu",
  "kata sandi",
  "סיסמה",
  "كلمة المرور",
  "รหัสผ่าน",
  "パスワード",
  "暗証番号",
  "密[码碼]",
  "口令",
  "비밀번호",
];
const WRONG =
  "incorrect[aeo]?|invalide?|inv[áa]lid[ao]|erron[ée]e?|errad[ao]|errat[ao]|falsch|ungültig|неверный|onjuist|错误|錯誤|无效|不正确";
export const PASSWORD = String.raw`passw(?:or)?d|pass(?:phrase|code)|(?:${FOREIGN.join("|")})(?:\s{0,3}(?:${WRONG}))?`;

/** With anything before them: `client_secret`, `HUBSPOT_ACCESS_TOKEN`, `X-Api-Key`. */
const SURE = [
  PASSWORD,
  "pwd",
  "secret",
  "token",
  "api[ _-]?key",
  "(?:access|account|auth|client|consumer|encryption|license|master|private|secret|service|shared|signing|storage|subscription|webhook)[ _-]?key",
  "hapikey",
  "session_?id",
];
/** Words that name much else too: only some of their values are secrets. */
const UNSURE = [
  "credentials?",
  "clave",
  "(?:[\\w-]*[_-])?(?:key|pass|auth|sid|sig|signature|pw|pin|otp|jwt)",
  "(?-i:[A-Za-z0-9_-]*[a-z0-9](?:Key|Pass|Pw|Auth))",
  "(?-i:[A-Z0-9_]*(?:KEY|PASS|PW))",
  "(?:db|ftp|imap|ldap|mail|my|pg|sftp|smtp|sql|ssh|user)(?:pass|pw)",
];
const AFTER_NAME = String.raw`(?:\d{1,4}|s|[_-][\w-]{0,40}|(?-i:[A-Z]\w{0,40}))?`;
const COPULA = "is|was|are|(?:set|changed|reset) to|ist|lautet|est|es|é|är|er";
const SPACE = String.raw`(?:\s|%20|\+){0,5}`;
const SIGN = String.raw`(?:[:=]{1,2}>?|：|＝|->|%(?:25){0,3}3[AaDd]|&(?:colon|equals|#0{0,4}(?:58|61)|#x0{0,4}3[ad]);)`;
const SEPARATOR = [
  String.raw`(?:${QUOTE})?\]?(?:${SPACE}${SIGN}${SPACE}|\s{1,5}(?:${COPULA})\s{1,5}|[是为為はが]|\s?[「『«»„“‘]\s?)(?:[\[(]\s{0,3}(?=${QUOTE}))?`,
  // The comma of a pair of strings, XML's `>`, a bracket or a space where a quoted value follows.
  String.raw`(?:${QUOTE})\s{0,5},\s{0,5}(?=${QUOTE})`,
  ">|&gt;|%(?:25){0,3}3[Ee]",
  String.raw`[\s(](?=["'])`,
].join("|");

const NAMED = new RegExp(
  String.raw`(?<![\p{L}\p{N}_-])(?:(?<sure>[\p{L}\p{N}_-]*(?:${SURE.join("|")})${AFTER_NAME})|(?<unsure>${UNSURE.join("|")}))(?<separator>${SEPARATOR})(?<value>${QUOTED.join("|")}|\{\s{0,5}(?=${QUOTE})[^}]*\}?|(?<encoded>${ENCODED_QUOTE})[\s\S]*?(?:\k<encoded>|$)|${PLAIN})`,
  "giu",
);

type Found = { name: string; isSure: boolean; separator: string; value: string; before: string; after: string };

/** Names within a value are looked for as often as this; what is nested deeper is masked as a whole. */
const MOST_NESTED = 4;

/** Each value is replaced, all before it is kept. */
export function maskNamedSecrets(text: string): string {
  let masked = "";
  let done = 0;
  let nested = { end: 0, times: 0 };
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match !== null; match = NAMED.exec(text)) {
    const { sure, unsure, separator = "", value = "" } = match.groups ?? {};
    const end = match.index + match[0].length;
    const start = end - value.length;
    const found = { name: sure ?? unsure ?? "", isSure: sure !== undefined, separator, value };
    const before = text.slice(Math.max(0, match.index - 40), match.index);
    nested = { end, times: nested.end === end ? nested.times + 1 : 0 };
    if (nested.times > MOST_NESTED || isSecret({ ...found, before, after: text.slice(end, end + 40) })) {
      masked += `${text.slice(done, start)}***`;
      done = end + measureMore(found, text.slice(end, end + 400));
      NAMED.lastIndex = done;
    } else NAMED.lastIndex = start;
  }
  return masked + text.slice(done);
}

/** What has a digit between letters or a sign that names have not: no word of a language, no name of a column. */
export function looksSecret(value: string): boolean {
  const bare = unquote(value);
  if (bare.length < 4 || !/\p{L}/u.test(bare)) return false;
  if (/[!#$%^&*+=~?]/.test(bare.slice(0, -1)) && !/\s/.test(bare)) return true;
  const isName = bare.split(/[\s_./-]+/).every((part) => /^(?:\p{L}*\d{0,3}|\d*|v\d+)[,:;)\]]*$/u.test(part));
  return /\d/.test(bare) && !isName;
}

/** "token expired", "password: required": the sentence goes on, there is no value. */
const NO_VALUE =
  /^(?:a|access|an|and|any|api|are|at|authentication|basic|been|being|blank|by|can|cannot|changed|could|denied|did|disabled|does|either|empty|enabled|error|exceeded|exchange|expired|fail(?:ed|s|ure)?|false|field|file|for|format|from|generation|has|have|header|if|in|incorrect|insufficient|invalid|length|limit|malformed|may|mismatch|missing|must|nil|no|none|not|null|of|on|only|or|please|provided|rate|read-only|refresh|rejected|required|revoked|rotation|session|should|some|still|that|the|their|this|to|token|too|true|undefined|unexpected|unknown|unsupported|value|was|were|will|with|without|wrong|yes|your|falsch|ungültig|abgelaufen|incorrecte?a?|invalide|inválid[ao]|expiré|caducada|неверный|неверен)[.,;:!?)\]}]*$/iu;
const SENTENCE =
  /^(?:(?:this|the|your|field) .*|(?:is|must|may|cannot|can't|should|has|does|not|was) .*|(?:is )?(?:invalid|expired|required|missing|null|none|true|false|revoked|denied|blank|empty|unauthori[sz]ed))\.?$/i;
/** `token_type`, `password_reset`: about the secret. */
const ABOUT =
  /(?:[_-](?=[a-z])|(?=[A-Z]))(?:types?|expir\w{0,10}|counts?|length|limit|ur[il]|endpoint|name|field|column|policy|reset\w{0,20}|required|scopes?|status|errors?|invalid|missing|file|path|version|usage|ttl|age|updated\w{0,4}|created\w{0,4}|changed\w{0,4})(?:[_-]\w{0,20})?$/i;
/** Keys that find a record, and no door. */
const KEY_OF_DATA =
  /(?:^|[_-])(?:alternate|business|cache|candidate|composite|conflict|dedup\w*|duplicate|external|foreign|group|hash|idempotency|issue|join|lookup|merge|message|missing|natural|object|parent|partition|primary|project|public|range|record|required|routing|row|s3|sort|surrogate|translation|unique|unknown)[_-]?key$/i;
/** What comes before `token` where a parser speaks. */
const PARSER =
  /\b(?:current|end|expected|illegal|last|lexer|next|pars(?:er?|ing)|reserved|unexpected|unknown|unrecogni[sz]ed)[\s:]{1,3}$/i;
const OF_TABLE = /\b(?:column|constraint|index|relation|sequence|table|view)\s["'`]?$/i;
/** In a list of names the next element is no value. */
export const OTHER_NAME = new RegExp(
  String.raw`^(?:${[...SURE, ...UNSURE].join("|")}|e?mail|host(?:name)?|id|login|name|port|ur[il]|user(?:name)?)$`,
  "iu",
);
/** A pass that comes after another. */
const PASS_OF_MANY = /(?:first|second|third|last|next|multi|single|two|by)[_-]?pass$/i;
const UNCERTAIN_COPULA = /^\s+(?:ist|est|es|é|är|er|are)\s/iu;

function isSecret({ name, isSure, separator, value, before, after }: Found): boolean {
  const bare = unquote(value);
  const isQuoted = bare !== value;
  if (!/[\p{L}\p{N}]/u.test(bare)) return isQuoted && bare.length > 3;
  if (isQuoted ? SENTENCE.test(bare) : NO_VALUE.test(bare)) return false;
  if (ABOUT.test(name) || KEY_OF_DATA.test(name)) return false;
  if (/,/.test(separator) && (/^\s{0,5}[:=]/.test(after) || OTHER_NAME.test(bare))) return false;
  if (OF_TABLE.test(before)) return false;
  // A user, whose password is masked already.
  if (/[([]\s*$/.test(separator) && /^\s{0,3},\s{0,3}\*{3}/.test(after)) return false;
  if (/token$/i.test(name) && PARSER.test(before)) return false;
  if (/(?:s|[_-]id)$/i.test(name) && !/credentials$/i.test(name) && /^[\d.,]{1,9}$/.test(bare)) return false;
  const isWord = /^\s/.test(separator) && !/["':=]/.test(separator);
  const isSpoken = isWord && !isQuoted;
  if (
    isSpoken &&
    (UNCERTAIN_COPULA.test(separator) ? !hasLetterAndDigit(bare) : /\w(?:ed|able|ible|ing)[.,;:]?$/i.test(bare))
  )
    return false;
  if (isSure)
    return !(
      isWord &&
      isQuoted &&
      /^\s{1,3}(?:(?:was )?not found|does not exist|is missing|at |in |near |of )/i.test(after)
    );
  const isAssigned = /=|＝|%(?:25)*3[Dd]|&(?:equals|#0*61|#x0*3d);/.test(separator);
  if (isAssigned) return !/^\d{1,3}$/.test(bare);
  if (/^[A-Z0-9_]*_(?:KEY|PASS|PW|AUTH)$/.test(name) || /^["'\\]/.test(separator))
    return name !== "key" || looksSecret(bare);
  if (/^(?:[>(]|&gt;|%)/.test(separator) && /pass$|pw$/i.test(name)) return true;
  if (PASS_OF_MANY.test(name)) return false;
  if (/.(?:pass|pw)$/i.test(name)) return true;
  if (/^(?:pass|pw)$/i.test(name))
    return !isWord && (hasLetterAndDigit(bare) || (!/\d/.test(bare) && /user|login|uid/i.test(before)));
  return !(isWord && isQuoted) && looksSecret(/key$/i.test(name) ? bare.replaceAll(":", "/") : bare);
}

export function hasLetterAndDigit(value: string): boolean {
  return /\d/.test(value) && /\p{L}/u.test(value);
}

const OTHER_STRINGS = /^(?:\s{0,3},\s{0,3}(?:"[^"\n]{0,300}"|'[^'\n]{0,300}'))+/;
const PHRASE_END =
  /^(?:and|at|but|by|denied|does|error|expired|failed|for|from|has|host|in|incorrect|insufficient|invalid|is|login|not|of|on|or|refused|rejected|then|to|user|was|when|while|with|wrong)$/;

/** What belongs to the value: the other strings of a list, or a passphrase's words, up to where the sentence goes on. */
function measureMore({ name, separator, value }: Pick<Found, "name" | "separator" | "value">, after: string): number {
  if (/[([]\s*$/.test(separator)) return OTHER_STRINGS.exec(after)?.[0].length ?? 0;
  if (!/pass(?:word|phrase)/i.test(name) || !/[:：]\s/.test(separator) || !/^[a-z]{2,20}$/.test(value)) return 0;
  const words = /^(?: [a-z]{2,20}){1,9}(?![\w=:])/.exec(after)?.[0].split(" ").slice(1) ?? [];
  const end = words.findIndex((word) => PHRASE_END.test(word));
  return words.slice(0, end === -1 ? undefined : end).reduce((sum, word) => sum + word.length + 1, 0);
}

function unquote(value: string): string {
  const quoted = /^b?(?:\\{0,8}["']|%(?:25){0,3}2[27]|&[#\w]{2,6};|\\{1,8}[ux]0{0,2}2[27])/i.exec(value)?.[0] ?? "";
  return quoted === "" ? value : value.slice(quoted.length).replace(/\\{0,8}["']$/, "");
}
