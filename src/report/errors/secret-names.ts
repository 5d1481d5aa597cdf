/** Values that stand beside a name which says that they are secret: `password=…`, `"token": "…"`, `contraseña: …`. */
import { BLANK, ENCODED_QUOTE, once, PLAIN, QUOTE, QUOTED } from "./masks.ts";
import { hasLetterAndDigit, isNoValue, isSecret, looksSecret, type Found } from "./secret-values.ts";

/** The word for password in other languages, with what a login says of it. */
const FOREIGN = [
  "passw[oö]rt\\p{L}{0,3}",
  "kennwort",
  "mot de passe",
  "contrase[nñ]a",
  "contrasenya",
  "contrasinal",
  "pasahitza",
  "senha",
  "palavra-passe",
  "parool",
  "parol\\p{L}{0,3}(?: d['’]ordine| de passe)?",
  "пароль?\\p{L}{0,3}",
  "has[lł]o",
  "heslo",
  "geslo",
  "lozinka",
  "wachtwoord",
  "l[oö]senord",
  "adgangskode",
  "passord",
  "salasana",
  "slaptažodis",
  "lykilorð",
  "fjalëkalim\\p{L}{0,2}",
  "jelsz[oó]",
  "[sş]ifre",
  "κωδικός(?: πρόσβασης)?",
  "mật khẩu",
  "kata (?:sandi|laluan)",
  "[şš]ifra|шифра|лозинк[аи]|гасло|գաղտնաբառ|პაროლი|құпия ?сөз",
  "पासवर्ड|পাসওয়ার্ড|கடவுச்சொல்|پاس ?ورڈ|رمز عبور",
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
  "incorrect[aeo]?|invalide?|inv[áa]lid[ao]|(?:no|non|não) (?:v[áa]lid[ao]|corrett[ao]|corret[ao])|erron[ée]e?|errad[ao]|errat[ao]|sbagliat[ao]|falsch|ungültig|abgelaufen|неверн\\p{L}{2}|неправильн\\p{L}{2}|onjuist|ongeldig|verkeerd|nieprawid[łl]ow[aey]|b[łl][ęe]dn[aey]|nesprávné|neplatné|hatal[ıi]|yanlış|geçersiz|fel(?:aktigt)?|feil|forkert|ugyldigt?|virheellinen|väärä|hibás|érvénytelen|错误|錯誤|无效|不正确|[がは](?:違います|間違っています|正しくありません|無効です)|가 (?:틀렸습니다|잘못되었습니다)";
const IS_WRONG = String.raw`(?:\s{1,3}(?:is|ist|est|è|es|é|är|er|jest))?\s{0,3}(?:${WRONG})`;
/** The words for a secret key and a token in other languages. */
const FOREIGN_KEYS = [
  "(?:clave|chave) (?:secreta|privada|api|de (?:acceso|acesso|api))",
  "chiave (?:segreta|privata|api|d['’]accesso)",
  "cl[ée] (?:secr[èe]te|priv[ée]e|api|d['’](?:acc[èe]s|api))",
  "code secret",
  "(?:geheimer |api-?|zugangs|zugriffs|geheim)schl(?:ü|ue)ssel",
  "geheime sleutel",
  "(?:tajny |api-?)klucz|klucz (?:tajny|api)",
  "секретный ключ|ключ (?:доступа|api)|токен\\p{L}{0,2}",
  "[密秘][钥鑰]|令牌",
  "秘密(?:鍵|キー)|アクセスキー|トークン",
  "비밀 ?키|토큰",
];
/** A pattern: the word for password in any language known here. */
export const PASSWORD = String.raw`(?:passw(?:or)?d|pass(?:phrase|code)|${FOREIGN.join("|")})(?:${IS_WRONG})?`;

/** A pattern: a key that opens a door. */
export const SECRET_KEY =
  "(?:access|account|api|auth|client|consumer|encryption|license|master|private|secret|service|shared|signing|storage|subscription|webhook)[ _-]?key";

/** With anything before them: `client_secret`, `HUBSPOT_ACCESS_TOKEN`, `X-Api-Key`. */
const SURE = [PASSWORD, "pwd", "secret", "token", SECRET_KEY, "hapikey", "session_?id", ...FOREIGN_KEYS];
const SHORT = "key|pass|auth|sid|sig|signature|pw|pin|otp|jwt";
/** Words that name much else too: only some of their values are secrets. */
const UNSURE = [
  "credentials?",
  "clave",
  `(?:[\\w-]*[_-])?(?:${SHORT})`,
  "(?-i:[A-Za-z0-9_-]*[a-z0-9](?:Key|Pass|Pw|Auth))",
  "(?-i:[A-Z0-9_]*(?:KEY|PASS|PW))",
  "(?:db|ftp|imap|ldap|mail|my|pg|sftp|smtp|sql|ssh|user)(?:pass|pw)",
];
const AFTER_NAME = String.raw`(?:\d{1,4}|s|[_-][\w-]{0,40}|(?-i:[A-Z]\w{0,40}))?(?:\svalue)?`;
const COPULA = "is|was|are|(?:set|changed|reset) to|ist|lautet|est|es|é|är|er|je|jest|è";
const SPACE = String.raw`(?:\s|%20|\+){0,5}`;
const SIGN = String.raw`(?:[:=]{1,2}>?|：|＝|->|[→⇒]|%(?:25){0,3}3[AaDd]|&(?:colon|equals|#0{0,4}(?:58|61)|#x0{0,4}3[ad]);)`;
/** What a dump writes before a string: PHP's `string(10) "…"`, Go's `(string) (len=10) "…"`. */
const TYPED = String.raw`(?:${BLANK}{0,60}(?:\w{1,20}\(\d{1,9}\)|\(\w{1,20}\)(?: \(len=\d{1,9}\))?)\s{1,3}(?=${QUOTE}))?`;
/** The end of a place that a template fills: `%(password)s`, `${password}`, `{{ password }}`. */
const FILLED = String.raw`\)s|\s{0,3}\}{1,2}`;
const SEPARATOR = [
  String.raw`(?:${QUOTE})?(?:\]|${FILLED})?(?:${SPACE}${SIGN}${SPACE}(?:(?:entered|given|tried|used)\s{1,3}(?=${QUOTE}))?${TYPED}|\s{1,5}(?:${COPULA})\s{1,5}|[是为為はが]|\s?[「『«»„“‘]\s?)(?:[\[(]\s{0,3}(?=${QUOTE}))?`,
  // The comma of a pair of strings, XML's `>`, a bracket or a space where a quoted value follows.
  String.raw`(?:${QUOTE})\s{0,5},\s{0,5}(?=${QUOTE})`,
  ">|&gt;|%(?:25){0,3}3[Ee]",
  // The next cell of a table.
  String.raw`<\/(?:t[dh]|dt)>\s{0,9}<(?:td|dd)(?:\s[^<>]{0,100})?>`,
  String.raw`\*{0,2}[^\S\n]{0,40}[|│┃║][^\S\n]{0,40}`,
  String.raw`[\s(](?=["'])`,
].join("|");

/** What every text has that names a secret: all longer names have one of these in them, and after a short one no letter follows. */
export const SECRET_NAME = once(
  () => new RegExp([...SURE, "credentials?", "clave", `(?:${SHORT})(?![a-z])`].join("|"), "iu"),
);

/** A name that has no other meaning. */
export const SURE_NAME = once(() => new RegExp(SURE.join("|"), "iu"));

/** Of YAML: the lines below that are indented as the first of them is; a log may write the line breaks out. */
const BLOCK = String.raw`[|>][-+\d]{0,2}[^\S\n]{0,5}(?:\n|\\{1,8}n)(?<indent>[^\S\n]{1,40})(?:(?!\\{1,8}n)[^\n])*(?:(?:\n|\\{1,8}n)\k<indent>(?:(?!\\{1,8}n)[^\n])*)*`;

const NAMED = once(
  () =>
    new RegExp(
      String.raw`(?<![\p{L}\p{N}_-])(?:(?<sure>[\p{L}\p{N}_-]*(?:${SURE.join("|")})${AFTER_NAME})|(?<unsure>${UNSURE.join("|")}))(?<separator>${SEPARATOR})(?<value>${QUOTED.join("|")}|\{\s{0,5}(?=${QUOTE}|[\w.-]{1,40}\s{0,3}[:=])[^}]*\}?|(?<encoded>${ENCODED_QUOTE})[\s\S]*?(?:\k<encoded>|$)|${BLOCK}|${PLAIN})`,
      "giu",
    ),
);

/** Names within a value are looked for as often as this; what is nested deeper is masked as a whole. */
const MOST_NESTED = 4;

/** Each value is replaced, all before it is kept. */
export function maskNamedSecrets(text: string): string {
  if (!SECRET_NAME().test(text)) return text;
  const named = NAMED();
  let masked = "";
  let done = 0;
  let nested = { end: 0, times: 0 };
  named.lastIndex = 0;
  for (let match = named.exec(text); match !== null; match = named.exec(text)) {
    const { sure, unsure, separator = "", value: read = "" } = match.groups ?? {};
    // What an element holds ends where the next tag begins.
    const tag = separator === ">" ? read.indexOf("<", 1) : -1;
    const value = tag === -1 ? read : read.slice(0, tag);
    const end = match.index + match[0].length - (read.length - value.length);
    const start = end - value.length;
    const found = { name: sure ?? unsure ?? "", isSure: sure !== undefined, separator, value };
    const before = text.slice(Math.max(0, match.index - 40), match.index);
    nested = { end, times: nested.end === end ? nested.times + 1 : 0 };
    if (nested.times > MOST_NESTED || isValue({ ...found, before, after: text.slice(end, end + 40) })) {
      masked += `${text.slice(done, start)}***`;
      done = end + measureMore(found, text.slice(end, end + 400));
      named.lastIndex = done;
    } else named.lastIndex = start;
  }
  return masked + text.slice(done);
}

/** In a list the next element is no value of a name: another name, or the user whose password is masked already. */
function isValue(found: Found): boolean {
  const { separator, value, after } = found;
  if (separator.includes(",") && (/^\s{0,5}[:=]/.test(after) || isFieldName(value))) return false;
  const isOfMany = /(?:key|password|secret|token)s$/i.test(found.name);
  if (!isOfMany && /[([]\s*$/.test(separator) && /^\s{0,3},\s{0,3}\*{3}/.test(after)) return false;
  if (/[|│┃║]/.test(separator)) return isSecretCell(found);
  return isSecret(found);
}

function countBars(text: string): number {
  return text.match(/[|│┃║]/g)?.length ?? 0;
}

const HEADING =
  /^(?:comment|created|description|error|expires?|message|notes?|owner|scopes?|state|status|valid|values?)$/i;

/** In a row of two cells the second is the first one's value; in a longer one it may be the name of the next column. */
function isSecretCell({ name, value, before, after }: Found): boolean {
  const bare = value.replace(/[|│┃║]["')\]]*$/, "");
  const isCell = bare !== value || /^[^\n|│┃║]{0,30}[|│┃║]/.test(after);
  // As far as the text around is looked at.
  const [row = ""] = before.split(/\n|\\n/).slice(-1);
  const [rest = ""] = after.split(/\n|\\n/);
  const isPair = countBars(row) < 2 && countBars(bare === value ? rest : `|${rest}`) < 2;
  const isHeading = isFieldName(bare) || HEADING.test(bare) || isNoValue(bare);
  const isCount = /s$/i.test(name) && /^[\d.,]+$/.test(bare);
  return isCell && !isHeading && !isCount && (isPair || looksSecret(bare) || hasLetterAndDigit(bare));
}

/** Of a field of a login or of a record. */
export function isFieldName(quoted: string): boolean {
  return FIELD().test(quoted.replace(/[\\"']/g, ""));
}

const FIELD = once(
  () =>
    new RegExp(
      String.raw`^(?:${[...SURE, ...UNSURE].join("|")}|e?mail|host(?:name)?|id|login|name|port|ur[il]|user(?:name)?)$`,
      "iu",
    ),
);
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
