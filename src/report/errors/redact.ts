/** What may be shown of an error message that a sync wrote, and what to do about the well-known ones. */

const SHOWN_LENGTH = 300;
/** Patterns look at no more than this: what follows is never shown. */
const READ_LENGTH = 1000;

/** Order matters: the first rule that takes a place keeps it. */
const SECRETS: [pattern: RegExp, replacement: string][] = [
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/]*@/gi, "$1***@"],
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:[a-z]+\s+)?[^\s"',;]+/gi, "$1***"],
  [/\b((?:set-)?cookie["']?\s*[:=]\s*)[^\n]+/gi, "$1***"],
  [/\b(bearer|basic|token)\s+(?=\S*\d)[\w.~+/=-]{6,}/gi, "$1 ***"],
  [
    /\b((?:[\w-]*(?:passwords?|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|hapikey|credentials?)|key|sig|signature)["']?\s*(?:[:=]|\bis\b)\s*)(?:"[^"]*"?|'[^']*'?|[^\s"',;&]+)/gi,
    "$1***",
  ],
  [/\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, "***"],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "***@***"],
];

const ADVICE: [pattern: RegExp, advice: (rule: string) => string][] = [
  [/\b429\b|too many requests|rate.?limit/i, () => "lower its request rate or spread its schedule"],
  [/\b40[13]\b|unauthori[sz]ed|forbidden|invalid.?(?:token|credential)|expired.?token/i, () => "renew its credentials"],
  [/cancelled|canceled|stopped by user/i, () => "find out who or what stopped it, then start it again"],
  [/clean(?:ed|ing)?[ -]?up|stale/i, () => "its worker seems to have died: look at the worker's log and memory"],
  [/time[d]?.?out|deadline/i, () => "make its batches smaller or its time limit longer"],
  [/connection|unreachable|reset by peer|\bdns\b|getaddrinfo/i, () => "check the network between it and the CRM"],
  [/column .* does not exist|missing column|undefined column/i, () => "bring the warehouse's tables up to date"],
  [/valid|required|null value|constraint/i, (rule) => `correct the records that ${rule} could not store`],
];

/** One line, shortened, with credentials, tokens and mail addresses masked. */
export function maskErrorMessage(message: string | null): string | null {
  if (message === null) return null;
  const masked = SECRETS.reduce((text, [pattern, mask]) => text.replace(pattern, mask), message.slice(0, READ_LENGTH));
  const line = masked.replace(/\s+/g, " ").trim();
  if (line === "") return null;
  return line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH - 1).trimEnd()}…` : line;
}

/** What to try for a known kind of error; general advice for the rest. */
export function adviseOnError(message: string, rule: string): string {
  return ADVICE.find(([pattern]) => pattern.test(message))?.[1](rule) ?? `see the log of ${rule} around that time`;
}
