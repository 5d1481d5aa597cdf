/** Credentials in a text, masked by the place they stand in or by what they look like. */
import { applyMasks, namedValue, type Mask } from "./masks.ts";

const SECRET_NAMES =
  "[\\w-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|api[ _-]?key|(?:access|account|private|shared|subscription)[_-]?key|hapikey|credential|session_?id)[\\w-]{0,40}|key|pass|auth|jwt|otp|sid|sig|signature";

const AUTHORIZATION =
  /((?:proxy-|x-|http_)?authorization\\*["']?\]?\s{0,5}[:=]\s{0,5})(?:\\*"[^"\n]*"?|\\*'[^'\n]*'?|(?:[\w-]{1,40}[^\S\n]{1,5})?(?:"[^"\n]*"|[^\s"',;])+(?:,\s{0,5}[\w-]{1,40}=(?:\\{0,8}"[^"\n]*"|[^\s",]+))*)/gi;

const SECRETS: Mask[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}-----|$)/g, "***"],
  // A password in a URL may hold any character; HTTP's hardly ever do, and have an @ in paths and queries.
  [/(?<![a-z0-9+.-])(https?:\/\/)([^\s/?#"'<>]*)/gi, hideUserInfo],
  [/(?<![a-z0-9+.-])((?!https?:)[a-z][a-z0-9+.-]{1,30}:\/\/)([^\s"'<>]*)/gi, hideUserInfo],
  [AUTHORIZATION, "$1***"],
  [/((?:set-)?cookies?\\*["']?\]?\s{0,5}[:=]\s{0,5})[^\n]+/gi, "$1***"],
  [
    /\b(bearer:?(?:\s{1,5}|%20|\+))(?!(?:auth\w*|error|header|is|not|realm|scheme|token|type|was)\b)[\w.~+/=-]+/gi,
    "$1***",
  ],
  [/\b([Bb]asic\s{1,5})(?=[\w+/-]{0,200}(?:\d|=|[a-z][A-Z]))[\w+/=-]{4,}/g, "$1***"],
  [/\b(token\s{1,5})(?=[\w.~+/-]{0,200}\d)[\w.~+/=-]{6,}/gi, "$1***"],
  [namedValue(SECRET_NAMES), "$1***"],
  [/([?&](?:code|key|sig|state|[\w-]{0,20}(?:auth|token)[\w-]{0,20})=)[^\s&#"'<>]+/gi, "$1***"],
  [/(hooks\.slack\.com\/|\/api\/webhooks\/)[^\s"'<>]+/gi, "$1***"],
  [/(--[\w-]{0,40}(?:password|secret|token|key)[\w-]{0,40}\s{1,5})[^\s-]\S*/gi, "$1***"],
  [/(?<![^\s"'=(<,[])([\w.-]{1,60}):(?!\/\/)[^\s@]{1,200}@[\w.*[\]-]+/g, "$1:***@***"],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, "***"],
  [/\b(?:pat-[a-z]{2}\d?-|ya29\.|xox[a-z]-|xapp-|gh[a-z]_|github_pat_|glpat-|[a-z]k_(?:live|test)_)[\w.-]+/gi, "***"],
  [/\b(?:(?:AKIA|ASIA)[A-Z0-9]{8,}|AIza[\w-]{10,}|GOCSPX-[\w-]+|SG\.[\w-]{10,}(?:\.[\w-]+)?|sk-[\w-]{16,})/g, "***"],
  [/\b00D\w{9,15}![\w.]+/g, "***"],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, "<uuid>"],
  [/[\w+/=-]{20,}/g, (run = "") => (looksRandom(run) ? "***" : run)],
];

export function maskSecrets(text: string): string {
  return applyMasks(text, SECRETS);
}

function hideUserInfo(url = "", scheme = "", rest = ""): string {
  const at = rest.lastIndexOf("@");
  return at === -1 ? url : `${scheme}***@${rest.slice(at + 1)}`;
}

/** Keys go from small letters to capitals to digits and back far more often than names and paths do. */
function looksRandom(run: string): boolean {
  if (/[\da-f]{32}/i.test(run)) return true;
  const characters = run.replace(/[^A-Za-z0-9]/g, "");
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(characters)).length;
  const changes = characters.match(/[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[A-Za-z])/g)?.length ?? 0;
  const share = changes / characters.length;
  if (run.length < 32) return kinds === 3 && share >= 0.4;
  return share >= (/\d/.test(characters) ? 1 / 6 : 0.4);
}
