/** Whether the value beside a name is the secret, or the sentence going on, a state, a name of the data. */

/** `isSure` of names that have no other meaning; `before` and `after` are what stands around. */
export type Found = { name: string; isSure: boolean; separator: string; value: string; before: string; after: string };

/** False for what may be shown: nothing, a state, a sentence, and the values of names that only look secret. */
export function isSecret({ name, isSure, separator, value, before, after }: Found): boolean {
  const bare = unquote(value);
  const isQuoted = bare !== value;
  if (separator === ">" && bare.startsWith("<")) return false;
  if (!/[\p{L}\p{N}]/u.test(bare)) return isQuoted && bare.length > 3;
  if (isQuoted ? SENTENCE.test(bare) : NO_VALUE.test(bare)) return false;
  if (isResource(bare) || PLACEHOLDER.test(bare) || (name === "key" && COLUMN.test(bare))) return false;
  if (isNameOfSecret(bare, before, after)) return false;
  if (isAboutOther(name, before) || isPlace(name, before, bare) || (/[^s]s$/i.test(name) && /^[\d.,]{1,9}$/.test(bare)))
    return false;
  const isWord = /^\s/.test(separator) && !/["':=]/.test(separator);
  if (isWord && !isQuoted && goesOn(separator, bare)) return false;
  if (isSure) return !(isWord && isQuoted && TOLD_ABOUT.test(after));
  return isSecretOfUnsure({ name, separator, bare, before, isSpoken: isWord, isQuoted });
}

type Unsure = Pick<Found, "name" | "separator" | "before"> & { bare: string; isSpoken: boolean; isQuoted: boolean };

/** `key`, `pass`, `auth` and their like: an assignment is believed, a colon only where the value looks like a secret. */
function isSecretOfUnsure({ name, separator, bare, before, isSpoken, isQuoted }: Unsure): boolean {
  if (PASS_OF_MANY.test(name)) return false;
  if (/.(?:pass|pw)$/i.test(name)) return true;
  if (ASSIGNED.test(separator)) return !/^\d{1,3}$/.test(bare);
  if (/^[A-Z0-9_]*_(?:KEY|AUTH)$/.test(name) || /^["'\\]/.test(separator)) return name !== "key" || looksSecret(bare);
  if (/^(?:pass|pw)$/i.test(name)) {
    if (/^(?:[>(]|&gt;|%)/.test(separator)) return true;
    return !isSpoken && (hasLetterAndDigit(bare) || (!/\d/.test(bare) && /user|login|uid/i.test(before)));
  }
  return !(isSpoken && isQuoted) && looksSecret(/key$/i.test(name) ? bare.replaceAll(":", "/") : bare);
}

/** A property of a secret, a key of the data, a column, a parser's token. */
function isAboutOther(name: string, before: string): boolean {
  if (ABOUT.test(name) || KEY_OF_DATA.test(name) || OF_TABLE.test(before)) return true;
  return /token$/i.test(name) && PARSER.test(before);
}

/** A place in a list of pages, where it is in plain words. */
function isPlace(name: string, before: string, bare: string): boolean {
  return /token$/i.test(name) && OF_PAGES.test(before) && /^\p{Ll}{1,12}$/u.test(bare);
}

/** "the token is outdated"; what other languages say for "is" means much else too. */
function goesOn(separator: string, word: string): boolean {
  return UNCERTAIN_COPULA.test(separator) ? !hasLetterAndDigit(word) : /\w(?:ed|able|ible|ing)[.,;:]?$/i.test(word);
}

/** Where a cloud keeps a secret, which is not the secret. */
export function isResource(value: string): boolean {
  return /^(?:arn:aws[\w-]{0,10}:secretsmanager:|projects\/[\w-]{1,60}\/secrets\/)/.test(value);
}

/** "token expected", "password: string": the sentence goes on, or a type is named. */
export function isNoValue(word: string): boolean {
  return NO_VALUE.test(word);
}

/** "Missing secret: DB_PASSWORD is not set": the words say which one is missing. */
function isNameOfSecret(bare: string, before: string, after: string): boolean {
  if (!MISSING_BEFORE.test(before) && !MISSING_AFTER.test(after)) return false;
  return /^[A-Z]{2,}\d?(?:_[A-Z]+\d{0,2})+[.,;:]?$/.test(bare) || NAME_IN_WORDS.test(bare);
}

/** What has a digit between letters or a sign that names have not: no word of a language, no name of a column. */
export function looksSecret(value: string): boolean {
  const bare = unquote(value);
  if (bare.length < 4 || !/\p{L}/u.test(bare)) return false;
  if (/[!#$%^&*+=~?]/.test(bare.slice(0, -1)) && !/\s/.test(bare)) return true;
  const isName = bare.split(/[\s_./-]+/).every((part) => /^(?:\p{L}*\d{0,3}|\d*|v\d+)[,:;)\]]*$/u.test(part));
  return /\d/.test(bare) && !isName;
}

/** The weakest sign of a secret: enough where the words before it already name one. */
export function hasLetterAndDigit(value: string): boolean {
  return /\d/.test(value) && /\p{L}/u.test(value);
}

/** "token expired", "password: required": the sentence goes on, there is no value. */
const NO_VALUE =
  /^(?:a|absent|access|already|an|and|any|api|are|at|authentication|basic|been|being|blank|by|can|cannot|changed|could|denied|did|disabled|does|either|empty|enabled|ensure|error|exceeded|exchange|expected|expired|fail(?:ed|s|ure)?|false|field|file|for|format|from|generation|got|has|have|header|if|in|incorrect|input|insufficient|integer|invalid|is|length|limit|malformed|mandatory|may|mismatch|missing|must|nil|no|none|not|null|number|object|of|omitted|on|only|or|please|present|provided|rate|read-only|received|refresh|rejected|required|revoked|rotation|session|should|some|still|str|string|that|the|their|this|to|token|too|true|type|undefined|unexpected|unavailable|unknown|unset|unspecified|unsupported|value|was|were|will|with|without|wrong|yes|your|falsch|ungültig|abgelaufen|incorrecte?a?|invalide|inválid[ao]|expiré|caducada|неверный|неверен)[.,;:!?)\]}]*$/iu;
const MISSING_BEFORE = /\b(?:missing|no such|required|undefined|unknown|unset)\s{1,3}(?:\w{1,20}\s{1,3}){0,2}$/i;
const MISSING_AFTER =
  /^\s{1,3}(?:environment variable )?(?:(?:is|was|has|must|could) )?(?:not )?(?:be(?:en)? )?(?:configured|defined|empty|found|missing|provided|required|set|undefined|unknown|unset)\b|^\s{1,3}does not exist\b/;
/** `hubspot-api-token`, `prod/db/password`. */
const NAME_IN_WORDS =
  /^(?=.{0,60}(?:key|passw(?:or)?d|pwd|secret|token))[a-z]{2,}\d?(?:[_./-][a-z]{1,}\d{0,2})+[.,;:]?$/i;
const SENTENCE =
  /^(?:(?:this|the|your|field) .*|(?:is|must|may|cannot|can't|should|has|does|not|was) .*|(?:is )?(?:invalid|expired|required|missing|null|none|true|false|revoked|denied|blank|empty|unauthori[sz]ed)|invalid (?:(?:api|access|auth) )?(?:credentials?|key|password|secret|signature|token|value))\.?$/i;
/** `token_type`, `password_reset`: about the secret. */
const ABOUT =
  /(?:[_-](?=[a-z])|(?=[A-Z]))(?:types?|expir\w{0,10}|counts?|length|limit|ur[il]|endpoint|name|field|column|policy|reset\w{0,20}|required|scopes?|status|errors?|invalid|missing|file|path|version|usage|ttl|age|updated\w{0,4}|created\w{0,4}|changed\w{0,4})(?:[_-]\w{0,20})?$/i;
/** Keys that find a record, and no door. */
const KEY_OF_DATA =
  /(?:^|[_-])(?:alternate|business|cache|candidate|composite|conflict|dedup\w*|duplicate|external|foreign|group|hash|idempotency|issue|join|lookup|merge|message|missing|natural|no_?such|object|parent|partition|primary|project|public|range|record|required|routing|row|s3|sort|surrogate|translation|unique|unknown)[_-]?key$/i;
/** What comes before `token` where a parser speaks. */
const PARSER =
  /\b(?:current|end|expected|illegal|last|lexer|next|pars(?:er?|ing)|reserved|unexpected|unknown|unrecogni[sz]ed)[\s:]{1,3}$/i;
const OF_PAGES = /\b(?:continuation|cursor|page|paging|pagination|next[ -]page|resume)[\s:]{1,3}$/i;
/** What programs write where a value would stand: `<missing>`, `<your-api-key>`. */
const PLACEHOLDER = /^<[a-z][a-z_-]{0,30}>?$/i;
/** A column, as the key of a record. */
const COLUMN = /^[a-z]{1,20}(?:_[a-z]{1,20}){0,3}_(?:at|code|date|email|id|ids|key|name|number|status|type|url|uuid)$/;
const OF_TABLE = /\b(?:column|constraint|index|relation|sequence|table|view)\s["'`]?$/i;
/** A pass that comes after another. */
const PASS_OF_MANY = /(?:first|second|third|last|next|multi|single|two|by)[_-]?pass$/i;
/** "secret 'x' not found": the quoted words are its name. */
const TOLD_ABOUT = /^\s{1,3}(?:(?:was )?not found|does not exist|is missing|at |in |near |of )/i;
const ASSIGNED = /=|＝|%(?:25)*3[Dd]|&(?:equals|#0*61|#x0*3d);/;
const UNCERTAIN_COPULA = /^\s+(?:ist|est|es|é|är|er|je|jest|è|are)\s/iu;

function unquote(value: string): string {
  const quoted = /^b?(?:\\{0,8}["']|%(?:25){0,3}2[27]|&[#\w]{2,6};|\\{1,8}[ux]0{0,2}2[27])/i.exec(value)?.[0] ?? "";
  return quoted === "" ? value : value.slice(quoted.length).replace(/\\{0,8}["']$/, "");
}
