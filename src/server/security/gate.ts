/** Who may ask, before anything is answered. */
import { isIP } from "node:net";
import type { ServeConfig } from "../../config/schema.ts";
import type { Principal } from "../context.ts";
import { isOpen } from "../paths.ts";
import type { Problem } from "../problems.ts";
import { isCrossSite, isKnownHost } from "./hosts.ts";
import { findPrincipal, type KnownToken } from "./tokens.ts";

/** `tokens`: null where nobody needs one. */
export type GateRules = Pick<ServeConfig, "hosts" | "behindProxy" | "basePath"> & { tokens: KnownToken[] | null };

export type Admission =
  | { kind: "admitted"; principal: Principal; origin: string; address: string | null }
  | { kind: "refused"; problem: Problem }
  /** A browser's: its user can log in. `fromElsewhere`: it followed a link of another site, and sent no cookie for that. */
  | { kind: "unknown"; fromElsewhere: boolean; problem: Problem };

const METHODS = ["GET", "HEAD", "POST"];
const ANYONE: Principal = { name: "anyone", scopes: ["read", "run"], by: "nothing" };
const NOBODY: Principal = { name: "nobody", scopes: [], by: "nothing" };

/** `path`: as `pathOf` says. `address`: of the other end of the connection. */
export function admit(
  { method, headers }: Pick<Request, "method" | "headers">,
  path: string,
  address: string | null,
  rules: GateRules,
  nowMs: number,
): Admission {
  const seen = rules.behindProxy ? readForwarded(headers) : null;
  const host = headers.get("host") ?? "";
  // A page that rebinds its own name can write every header but Host.
  const names = seen?.host === undefined || seen.host === null ? [host] : [host, seen.host];
  if (!names.every((name) => isKnownHost(name, rules.hosts))) return { kind: "refused", problem: MISDIRECTED };
  const askedHost = seen?.host ?? host;
  const isChange = method !== "GET" && method !== "HEAD";
  if (isChange) {
    if (!METHODS.includes(method)) return { kind: "refused", problem: WRONG_METHOD };
    const asking = { fetchSite: headers.get("sec-fetch-site"), origin: headers.get("origin") };
    if (isCrossSite(asking, askedHost, rules.hosts)) return { kind: "refused", problem: CROSS_SITE };
  }
  const admitted = {
    kind: "admitted" as const,
    origin: `${seen?.scheme ?? "http"}://${askedHost}`,
    address: seen?.address ?? address,
  };
  if (rules.tokens === null) return { ...admitted, principal: ANYONE };
  const shown = { authorization: headers.get("authorization"), cookie: headers.get("cookie") };
  const principal = findPrincipal(shown, rules.tokens, nowMs);
  if (isOpen(path)) return { ...admitted, principal: principal ?? NOBODY };
  if (principal === null) {
    const problem = shown.authorization === null ? NO_TOKEN : WRONG_TOKEN;
    const isPage = !isChange && (headers.get("accept") ?? "").includes("text/html");
    return isPage && shown.authorization === null
      ? { kind: "unknown", fromElsewhere: headers.get("sec-fetch-site") === "cross-site", problem }
      : { kind: "refused", problem };
  }
  return principal.scopes.includes(isChange ? "run" : "read")
    ? { ...admitted, principal }
    : { kind: "refused", problem: isChange ? NO_RUN : NO_READ };
}

/** What a proxy says of whoever asked it. The last value is its own; those before may be anybody's. */
function readForwarded(headers: Request["headers"]): {
  address: string | null;
  host: string | null;
  scheme: "http" | "https" | null;
} {
  const last = (name: string) => headers.get(name)?.split(",").at(-1)?.trim() ?? null;
  const address = last("x-forwarded-for");
  const scheme = last("x-forwarded-proto");
  return {
    address: address !== null && isIP(address) !== 0 ? address : null,
    host: last("x-forwarded-host"),
    scheme: scheme === "http" || scheme === "https" ? scheme : null,
  };
}

const CHALLENGE = { "WWW-Authenticate": 'Bearer realm="automation-reports"' };
const MISDIRECTED: Problem = {
  status: 421,
  detail: "This name is not one of the server's: add it to hosts of [serve], or ask by address.",
};
const WRONG_METHOD: Problem = {
  status: 405,
  detail: "Nothing here takes this method.",
  headers: { Allow: METHODS.join(", ") },
};
const CROSS_SITE: Problem = { status: 403, detail: "A page of another site may not ask for a change." };
const NO_TOKEN: Problem = {
  status: 401,
  detail: "A token is needed: send Authorization: Bearer TOKEN.",
  headers: CHALLENGE,
};
const WRONG_TOKEN: Problem = {
  status: 401,
  detail: "This token is not known here.",
  headers: { "WWW-Authenticate": `${CHALLENGE["WWW-Authenticate"]}, error="invalid_token"` },
};
const NO_RUN: Problem = { status: 403, detail: "This token does not allow run." };
const NO_READ: Problem = { status: 403, detail: "This token does not allow read." };
