/** Who may ask, before anything is answered. */
import { isIP } from "node:net";
import type { ServeConfig } from "../../config/schema.ts";
import type { Principal } from "../context.ts";
import { isOpen } from "../paths.ts";
import type { Problem } from "../problems.ts";
import { isCrossSite } from "./hosts.ts";
import { findPrincipal, type KnownToken } from "./tokens.ts";

/** `tokens`: null where nobody needs one. */
export type GateRules = Pick<ServeConfig, "behindProxy" | "hosts"> & {
  tokens: KnownToken[] | null;
  isKnownHost: (host: string) => boolean;
};

export type Admission =
  | { kind: "admitted"; principal: Principal }
  | { kind: "refused"; problem: Problem }
  /** A browser's: its user can log in. `fromElsewhere`: it followed a link of another site, and sent no cookie for that. */
  | { kind: "unknown"; fromElsewhere: boolean; problem: Problem };

type Asking = Pick<Request, "method" | "headers">;

const ANYONE: Admission = { kind: "admitted", principal: { name: "anyone", scopes: ["read", "run"], by: "nothing" } };
const NOBODY: Principal = { name: "nobody", scopes: [], by: "nothing" };

/** `path`: as `pathOf` says. */
export function admit(request: Asking, path: string, rules: GateRules, nowMs: number): Admission {
  const { method, headers } = request;
  const host = headers.get("host") ?? "";
  if (!rules.isKnownHost(host)) return { kind: "refused", problem: MISDIRECTED };
  // Both: a page that rebinds its own name can write every header but Host.
  const forwarded = rules.behindProxy ? lastOf(headers, "x-forwarded-host") : null;
  if (forwarded !== null && !rules.isKnownHost(forwarded)) return { kind: "refused", problem: MISDIRECTED };
  const isChange = method !== "GET" && method !== "HEAD";
  if (isChange) {
    const from = { fetchSite: headers.get("sec-fetch-site"), origin: headers.get("origin") };
    if (isCrossSite(from, forwarded ?? host, rules.hosts)) return { kind: "refused", problem: CROSS_SITE };
  }
  if (rules.tokens === null) return ANYONE;
  const principal = findPrincipal(headers, rules.tokens, nowMs);
  if (isOpen(path)) return { kind: "admitted", principal: principal ?? NOBODY };
  if (principal === null) return describeUnknown(request, isChange);
  // No route takes another method, and each says which ones it takes.
  const isRefusedByAll = isChange && method !== "POST";
  return isRefusedByAll || principal.scopes.includes(isChange ? "run" : "read")
    ? { kind: "admitted", principal }
    : { kind: "refused", problem: isChange ? NO_RUN : NO_READ };
}

/** Whoever asks, and as what. `readAddress`: of the other end of the connection. */
export function describeAsker(
  { headers }: Pick<Request, "headers">,
  readAddress: () => string | null,
  { behindProxy }: Pick<GateRules, "behindProxy">,
): { readAddress: () => string | null; origin: string } {
  const host = headers.get("host") ?? "";
  if (!behindProxy) return { readAddress, origin: `http://${host}` };
  const from = lastOf(headers, "x-forwarded-for");
  const scheme = lastOf(headers, "x-forwarded-proto");
  return {
    readAddress: () => (from !== null && isIP(from) !== 0 ? from : readAddress()),
    origin: `${scheme === "https" ? "https" : "http"}://${lastOf(headers, "x-forwarded-host") ?? host}`,
  };
}

function describeUnknown({ headers }: Asking, isChange: boolean): Admission {
  if (headers.has("authorization")) return { kind: "refused", problem: WRONG_TOKEN };
  const isPage = !isChange && (headers.get("accept") ?? "").includes("text/html");
  if (!isPage) return { kind: "refused", problem: NO_TOKEN };
  return { kind: "unknown", fromElsewhere: headers.get("sec-fetch-site") === "cross-site", problem: NO_TOKEN };
}

/** The last value is the proxy's own; those before may be anybody's. */
function lastOf(headers: Request["headers"], name: string): string | null {
  return headers.get(name)?.split(",").at(-1)?.trim() ?? null;
}

const CHALLENGE = { "WWW-Authenticate": 'Bearer realm="automation-reports"' };
const MISDIRECTED: Problem = {
  status: 421,
  detail: "This name is not one of the server's: add it to hosts of [serve], or ask by address.",
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
