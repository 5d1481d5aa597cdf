/** Credentials in a text, masked by the place they stand in or by what they look like. */
import { maskCallArguments } from "./call-arguments.ts";
import { maskCommandLines } from "./command-lines.ts";
import { applyMasks, once, type Mask } from "./masks.ts";
import { maskNamedSecrets, PASSWORD, SECRET_KEY, SECRET_NAME, SURE_NAME } from "./secret-names.ts";
import { hasLetterAndDigit, isResource, looksSecret } from "./secret-values.ts";

const AUTHORIZATION =
  /((?:proxy-|x-|http_)?authorization\\*["']?\]?\s{0,5}[:=]\s{0,5})(?!(?:absent|empty|nil|none|null|undefined|unset|<[a-z][a-z _-]{0,30}>)\s{0,3}(?:$|[\n,;.)}\]]))(?!(?:denied|error|fail\w{0,3}|header|invalid|is|missing|not|required|was)\b)(?:\\*"[^"\n]*"?|\\*'[^'\n]*'?|(?:[\w-]{1,40}[^\S\n]{1,5})?(?:"[^"\n]*"|[^\s"',;])+(?:,\s{0,5}[\w-]{1,40}=(?:\\{0,8}"[^"\n]*"|[^\s",]+))*)/gi;

const AGE_KEY: Mask = [/\bAGE-SECRET-KEY-1[A-Z0-9]{8,}/gi, "***"];

/** Blocks of PGP, OpenSSL, OpenSSH, SSH2, age and PuTTY; the beginning or the end may be cut off. */
const KEY_BLOCKS = once((): Mask[] => [
  [
    /-{4,5} ?BEGIN (?:[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?|PGP MESSAGE|AGE ENCRYPTED FILE) ?-{4,5}[\s\S]*?(?:-{4,5} ?END [A-Z0-9 ]{0,40}-{4,5}|$)/g,
    "***",
  ],
  [/^[\s\S]*?-{4,5} ?END (?:[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?|PGP MESSAGE|AGE ENCRYPTED FILE) ?-{4,5}/, "***"],
  [/(\bPrivate-Lines:\s{0,5}\d{1,4}(?:\s|\\n))[\s\S]*?(?=Private-(?:MAC|Hash)|$)/g, "$1***"],
  AGE_KEY,
]);

/** The address alone gives the right to post; the host says which service it is. */
const WEBHOOKS = once((): Mask[] => [
  [
    /(\b(?:(?:[\w-]{1,63}\.)?webhook\.office(?:365)?\.com|outlook\.office(?:365)?\.com\/webhook|hooks?\.(?:[\w-]{1,63}\.){1,4}[a-z]{2,10}|events\.pagerduty\.com\/integration|connect\.pabbly\.com\/workflow\/sendwebhookdata|webhook\.site|hc-ping\.com|hchk\.io|nosnch\.in|cronitor\.link(?:\/p)?|cronhub\.io\/(?:finish|ping|start)|heartbeat\.uptimerobot\.com|(?:uptime\.betterstack|betteruptime)\.com\/api\/v\d\/heartbeat|api\.honeybadger\.io\/v\d\/check_in|alert\.victorops\.com\/integrations\/generic\/\d{1,12}\/alert|hookb\.in|ntfy\.sh|smee\.io|open\.(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/v2\/hook|maker\.ifttt\.com\/(?:use|trigger\/[^\s/"'<>]{1,100}\/(?:json\/)?with\/key)|discord(?:app)?\.com\/api(?:\/v\d{1,3})?\/webhooks|\w[\w.-]{0,100}\/api\/webhooks|\w[\w.-]{0,100}\/workflows\/[\da-f]{16,32}\/triggers)(?:\/|%(?:25){0,3}2F))[^\s"'<>]+/gi,
    "$1***",
  ],
  // Here the host is as secret as a path is elsewhere.
  [
    /(?<![\w-])[\w-]{8,63}(?=\.(?:(?:[mx]\.)?pipedream\.net|requestcatcher\.com|requestbin\.(?:com|net)|(?:free\.)?beeceptor\.com)\b)/gi,
    "***",
  ],
  [/(\/(?:hooks|webhook(?:-test)?)\/)(?=[\w-]{16})[^\s"'<>]+/gi, "$1***"],
  [/(\bbot)\d{5,12}:[\w-]{8,}/g, "$1***"],
  [/\b\d{8,10}:AA[\w-]{30,}/g, "***"],
]);

const NUMBER_NAMES = String.raw`PIN|(?:m|chip|push|photo)?TAN|T?OTP|CVV2?|CVC2?|2FA|MFA`;
const CODE_NAMES = String.raw`(?:2fa|activation|auth|authentication|authorization|backup|confirmation|login|mfa|one[ -]time|otp|pass|recovery|security|sign-?in|sms|two[ -]factor|verification|your)[ _-]?(?:code|passcode|password|pin|token)s?(?: \((?:${NUMBER_NAMES})\))?|(?:bestätigungs|sicherheits|verificatie)code|code de (?:confirmation|sécurité|vérification)|c[óo]digo de (?:confirma\p{L}{2,4}|seguran?\p{L}{2,4}|verifica\p{L}{2,4})|codice di (?:sicurezza|verifica)|код подтверждения|验证码|驗證碼|認証コード|確認コード`;
const IS = String.raw`(?:\s{1,3}(?:is|was):?\s{1,3}|["']?\s{0,3}[:=#：]\s{0,3}["']?|\s{1,3})`;

/** What every text has that names one of these codes, in whatever language. */
const CODE_NAME = once(() => new RegExp(String.raw`${NUMBER_NAMES}|code|password|pin|token|codi[cg]|[^\s -~]`, "i"));

/** Numbers that people type in to prove who they are; the codes of statuses, errors and places are none. */
const CODES = once((): Mask[] => [
  [
    new RegExp(
      String.raw`((?<![\p{L}\p{N}_-])(?:${NUMBER_NAMES})(?:[ -]?(?:code|number))?${IS})(?:\d{3}[ -]\d{3}|\d{3,12})(?![\p{L}\p{N}_])`,
      "giu",
    ),
    "$1***",
  ],
  [
    new RegExp(
      String.raw`((?<![\p{L}\p{N}-])(?:${CODE_NAMES})${IS})(?=[\w-]{0,11}\d)(?:\d{3} \d{3}|(?:[A-Z]-)?[\w-]{3,12})(?![\p{L}\p{N}_])`,
      "giu",
    ),
    "$1***",
  ],
  [
    /((?<!\b(?:area|country|currency|error|exit|fault|http|oracle|postal|reason|response|result|return|sql|state|status|zip)[ _-])\bcode\s{1,3}(?:is|was)\s{1,3})(?:[A-Z]-)?\d{6,8}(?!\w)/gi,
    "$1***",
  ],
  [
    /(\b(?:enter|received|sent|submit|typed|use)\s{1,3}(?:the\s{1,3}|this\s{1,3}|your\s{1,3})?code\s{1,3})(?:[A-Z]-)?\d{4,8}(?!\w)/gi,
    "$1***",
  ],
  [/(?<![\w.-])(?:[A-Z]-)?\d{4,8}(?=\s{1,3}(?:is|as) (?:the|your)\b[^.\n]{0,60}\b(?:code|password|pin)\b)/gi, "***"],
]);

/** "password hunter2x rejected": only what has both letters and digits, because a sentence goes on there too. */
const SPOKEN = once(
  () =>
    new RegExp(
      String.raw`((?<![\p{L}\p{N}])(?:${PASSWORD}|pass|pwd?|${SECRET_KEY}|secret)(?:\s{1,3}(?:for|of|für|von|pour|de|del|do|para|per|voor|för)\s{1,3}(?:(?:user|benutzer|l['’]utilisateur|usuario|utente|usuário|gebruiker|användaren)\s{1,3})?\S{1,60}?)?(?::|\s{1,3}(?:is|was|ist|lautet|est|es|è|é))?\s{1,3})([^\s,;]+)`,
      "giu",
    ),
);

/** An id and no secret, as long as no name beside it says so. */
export const UUID = /(?<![\da-z])[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\da-z])/gi;

const SECRETS = once((): Mask[] => [
  ...KEY_BLOCKS(),
  ...WEBHOOKS(),
  // A password in a URL may hold any character; HTTP's hardly ever do, and have an @ in paths and queries.
  [/(?<![a-z0-9+.-])(https?:\/\/)([^\s/?#"'<>]*)/gi, hideUserInfo],
  [/(?<![a-z0-9+.-])((?!https?:)[a-z][a-z0-9+.-]{1,30}:\/\/)([^\s"'<>]*)/gi, hideUserInfo],
  [AUTHORIZATION, "$1***"],
  [/((?:set-)?cookies?\\*["']?\]?\s{0,5}[:=]\s{0,5})(?=[^\n]{0,300}=|["'{[])[^\n]+/gi, "$1***"],
  [
    /\b(bearer:?(?:\s{1,5}|%20|\+))(?!(?:absent|auth\w*|cannot|credentials?|error|expected|expired|for|found|given|format|header|in|invalid|is|methods?|missing|must|not|or|prefix|realm|required|scheme|scope|string|token|type|was|with)\b)[\w.~+/=-]+/gi,
    "$1***",
  ],
  [/\b([Bb]asic\s{1,5})(?=[\w+/-]{0,200}(?:\d|=|[a-z][A-Z]))([\w+/=-]{4,})/g, hideBasic],
  [/\b((?:NTLM|Negotiate|Kerberos)\s{1,5})(?=[\w+/]{0,200}(?:\d|[a-z][A-Z]))[\w+/=-]{12,}/g, "$1***"],
  // Redis and SMTP.
  [
    /(\bAUTH\s{1,3})(\S+)(\s{1,3}\S{6,})?/g,
    (_all = "", before = "", first = "", second = "") =>
      before + (looksSecret(first) ? "***" : first) + (looksSecret(second.trim()) ? " ***" : second),
    /AUTH/,
  ],
  [/(\bSETUSER\s[^\n>]{1,100}\s>|\b(?:requirepass|masterauth)\s{1,3}["']?)(?!is\b|not\b)[^\s"']+/gi, "$1***"],
  [/\b(token\s{1,5})(?=[\w.~+/-]{0,200}\d)[\w.~+/=-]{6,}/gi, "$1***"],
]);

const AFTER_NAMES = once((): Mask[] => [
  [
    /(<(?:[\w-]{1,40}:)?[\w-]{0,40}(?:api-?key|passw(?:or)?d|pwd|secret|signature|token)[\w-]{0,20}\s[^<>]{1,200}>)[^<]+/gi,
    "$1***",
  ],
  [/([?&](?:code|key|sig|state|[\w-]{0,20}(?:auth|token)[\w-]{0,20})=)[^\s&#"'<>]+/gi, "$1***"],
  [
    SPOKEN(),
    (match = "", before = "", value = "") =>
      value.length > 4 && hasLetterAndDigit(value) && !isAlgorithm(value) && !isFile(value) && !isResource(value)
        ? `${before}***`
        : match,
    SECRET_NAME(),
  ],
  // "token expired: canary9x"; a time and how long it was valid stand there too.
  [
    new RegExp(
      String.raw`((?:${PASSWORD}|pass|pwd|${SECRET_KEY}|secret|token)\s{1,3}(?:(?:is|was)\s{1,3})?(?:denied|expired|incorrect|invalid|mismatch|not valid|refused|rejected|revoked|wrong|in?v[áa]lid[ao]|non? v[áa]lid[ao])\s{0,3}[:=：(]\s{0,3})(?!\d{4}-\d\d|(?:\d{1,9}[dhms]){1,4}\b|\S{0,10}:\/\/)([^\s,;)]+)`,
      "giu",
    ),
    (match = "", before = "", value = "") => (looksSecret(value) && !isAlgorithm(value) ? `${before}***` : match),
    SECRET_NAME(),
  ],
  [
    new RegExp(
      String.raw`((?:${PASSWORD}|pwd|secret|token)\s(?:was\s|is\s)?changed\sfrom\s)(?:"[^"\n]*"|'[^'\n]*')(\sto\s)(?:"[^"\n]*"|'[^'\n]*')`,
      "giu",
    ),
    "$1***$2***",
    /changed from/i,
  ],
  // "login etl/hunter2x refused"
  [
    /(\b(?:credentials?|creds|log(?:in|on))(?:\s{0,3}[:=]\s{0,3}|\s{1,3})(?!(?:error|file|host|id|line|path|type|user):)[\w.@-]{1,60}[/:])(?=[^\s/]{0,60}\d)(?=[^\s/]{0,60}[a-z])[^\s/"',;]{5,60}(?![^\s"',;)])/gi,
    "$1***",
  ],
  [/(?<![^\s"'=(<,[])([\w.-]{1,60}):(?!\/\/)[^\s@]{1,200}@[\w.*[\]-]+/g, "$1:***@***"],
]);

/** What is a secret wherever it stands, by what it looks like. */
const BY_SHAPE: Mask[] = [
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, "***"],
  [
    /\b(?:pat-[a-z]{2}\d?-|ya29\.|xox[a-z]-|xapp-|gh[a-z]_|github_pat_|gl(?:pat|dt|rt)-|[a-z]k_(?:live|test)_|whsec_|npm_|pypi-|shp[a-z]{2}_|do[op]_v1_|hv[bs]\.|lin_api_|ntn_|dckr_pat_|xkeysib-|sq0[a-z]{3}-|glsa_|sbp_)[\w.-]+/gi,
    "***",
  ],
  [/\b(?:(?:AKIA|ASIA)[A-Z0-9]{8,}|AIza[\w-]{10,}|GOCSPX-[\w-]+|SG\.[\w-]{10,}(?:\.[\w-]+)?|sk-[\w-]{16,})/g, "***"],
  [/\b00D\w{9,15}![\w.]+/g, "***"],
  // Google's refresh tokens, and what NTLM says in any header.
  [/(?<![\w/])1(?:\/\/|%2F%2F)0[a-z][\w-]{5,}|\bTlRMTVNTUAA[\w+/=]*/gi, "***"],
  // The older keys of Airtable.
  [
    /\bkey(?=[A-Za-z]{0,13}\d)(?=[a-z\d]{0,13}[A-Z])(?=[A-Z\d]{0,13}[a-z])(?![A-Z]?[a-z]{3,}\d+\b)[A-Za-z\d]{14}(?![\w.-])/g,
    (run = "") => (isCamelCase(run.slice(3)) ? run : "***"),
  ],
  // Hashes of passwords, as crypt, Django and Argon2 write them.
  [/(?<![\w$])(?:[a-z][a-z\d_]{2,20})?\$(?:[a-z\d]{1,10}|\d{2,7})\$[\w./$+=,-]{8,}/gi, "***"],
  // A commit of Git, the digest of an image and the id of a request have the shape of a key, and the word before says what they are.
  [
    /(\b(?:changeset|checkout|commit|HEAD|revision)(?: id| hash| sha)?[\s:=#@]{1,3}[\da-f]{40}(?![\w+/=-])|(?<=@|\bdigest:? )sha256:[\da-f]{64}(?![\w+/=-])|(?<=:)sha-[\da-f]{7,40}(?![\w+/=-])|\bcf-ray["']?: ["']?[\da-f]{16}-[A-Z]{3}\b)|(?<![a-z\d+.-])([a-z][a-z\d+.-]{1,15}:\/\/[^\s"'<>?#]+)|[\w+/=-]{20,}/gi,
    (run = "", known?: string, url?: string) => {
      if (known !== undefined) return run;
      return url === undefined ? hideRandom(run) : url.replace(/[\w+/=-]{20,}/g, hideInPath);
    },
  ],
];

/** Most names of rules. Only a secret's shape can show in one: all else needs a blank, a quotation mark or the like. */
const ONE_WORD = /^\w[\w.-]*$/;

export function maskSecrets(text: string): string {
  if (ONE_WORD.test(text)) return applyMasks(text, [AGE_KEY, ...BY_SHAPE]);
  const placed = maskCommandLines(applyMasks(spellNames(removeInvisible(text)), SECRETS()));
  const named = maskNamedSecrets(maskCallArguments(placed));
  const coded = CODE_NAME().test(named) ? applyMasks(named, CODES()) : named;
  return applyMasks(applyMasks(coded, AFTER_NAMES()), BY_SHAPE);
}

/** A letter in the spelling of HTML, of a URL or of JSON: `&#x77;`, `%77`, `\u0077`; one as wide as a Chinese sign, or of formulas. */
const SPELLED_LETTER =
  /[\uff21-\uff3a\uff3f\uff41-\uff5a\u{1d400}-\u{1d6a3}]|&#(?:0{0,4}(\d{2,3})|x0{0,4}([4-7][\da-f]));|%([4-7][\da-f])|\\u00([4-7][\da-f])/giu;

/** With the letters that hide a secret's name by their spelling; where there is none, as it is written. */
function spellNames(text: string): string {
  const spelled = text.replace(
    SPELLED_LETTER,
    (match, decimal?: string, html?: string, url?: string, json?: string) => {
      if (decimal === undefined && html === undefined && url === undefined && json === undefined)
        return match.normalize("NFKC");
      const letter = String.fromCharCode(
        decimal === undefined ? parseInt(html ?? url ?? json ?? "", 16) : Number(decimal),
      );
      return /[A-Za-z]/.test(letter) ? letter : match;
    },
  );
  const countNames = (written: string) => written.split(SURE_NAME()).length;
  return spelled !== text && countNames(spelled) > countNames(text) ? spelled : text;
}

/** Characters without a width would hide a name from every pattern. Joiners are part of emoji and of other scripts. */
export function removeInvisible(text: string): string {
  return text
    .normalize("NFC")
    .replace(
      /(?:\u034f|[\u00ad\u180e\u115f\u1160\u3164\uffa0\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff])+/g,
      "",
    )
    .replace(
      /(?<=[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Han}\p{Script=Katakana}\p{N}_:="'-])(?:\u200c|\u200d|[\u{e0020}-\u{e007f}]|[\ufe00-\ufe0f](?!\u20e3))+/gu,
      "",
    );
}

/** "password sha256 mismatch" names no password. */
function isAlgorithm(value: string): boolean {
  return /^(?:argon2\w{0,2}|base64\w{0,3}|bcrypt\w{0,3}|md\d|pbkdf2\w{0,12}|sha\d?[-_\d]{0,8}|utf-?\d{1,2}|scram-sha-\d{1,3}|\w{0,10}auth2?)[.:]?$/i.test(
    value,
  );
}

/** "private key id2.pem not found" names the file that holds it. */
function isFile(value: string): boolean {
  return /\.(?:cer|crt|der|env|json|key|p12|pem|pfx|ppk|pub|ya?ml)[.:]?$/i.test(value);
}

/** "Basic Sync2" is a name; base64 is long, or has a colon in it. */
function hideBasic(match = "", scheme = "", value = ""): string {
  const told = Buffer.from(value, "base64").toString("latin1");
  return value.length >= 16 || told.includes(":") ? `${scheme}***` : match;
}

function hideUserInfo(url = "", scheme = "", rest = ""): string {
  const at = rest.lastIndexOf("@");
  return at === -1 ? url : `${scheme}***@${rest.slice(at + 1)}`;
}

const STAMP = /(?<!\d)20\d{6}T?\d{4,6}Z?(?!\d)/g;

function hideRandom(run: string): string {
  return looksRandom(run.replace(UUID, "").replace(STAMP, "")) ? "***" : run;
}

/** Words between slashes go from one kind of letters to another as keys do: each is looked at alone. */
function hideInPath(run: string): string {
  return hideRandom(run) === run ? run : run.replace(/[^/]+/g, (part) => (looksDrawn(part) ? "***" : part));
}

function looksDrawn(part: string): boolean {
  return part.length < 20
    ? part.length >= 8 && countKinds(part) === 3 && shareOfChanges(part) >= 0.3
    : hideRandom(part) !== part;
}

/** Keys go from small letters to capitals to digits and back far more often than names and paths do. */
function looksRandom(run: string): boolean {
  if (run.length < 20) return false;
  if (/[\da-f]{32}/i.test(run)) return true;
  const characters = run.replace(/[^A-Za-z0-9]/g, "");
  if (isCamelCase(characters)) return false;
  const share = shareOfChanges(characters);
  if (run.length < 32) return countKinds(characters) === 3 && share >= 0.4;
  return share >= (/\d/.test(characters) ? 1 / 6 : 0.4);
}

function countKinds(text: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(text)).length;
}

function shareOfChanges(text: string): number {
  return (text.match(/[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[A-Za-z])/g)?.length ?? 0) / text.length;
}

/** Nearly all of it is words of three letters or more, and two numbers at most. */
function isCamelCase(characters: string): boolean {
  const words = characters.match(/(?:^[a-z]|[A-Z])[a-z]{2,}/g)?.join("").length ?? 0;
  return words >= 0.75 * characters.length && (characters.match(/\d+/g)?.length ?? 0) <= 2;
}
