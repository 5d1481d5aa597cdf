/** Who asks, shown by a token or by the cookie that a log-in with one has set. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { NamedToken } from "../../config/schema.ts";
import { DAY_MS } from "../../time/units.ts";
import type { Principal } from "../context.ts";

/** What is compared instead of the token. */
export type KnownToken = Pick<NamedToken, "name" | "scopes"> & { digest: Buffer; cookieKey: Buffer };

export const COOKIE = "automation_reports";
/** A log-in lasts as long. A token that is taken out of the file ends it at once. */
export const LOGGED_IN_MS = 7 * DAY_MS;

const LONGEST_TOKEN = 1024;

export function digestTokens(tokens: NamedToken[]): KnownToken[] {
  return tokens.map(({ name, scopes, token }) => ({
    name,
    scopes,
    digest: digest(token),
    cookieKey: createHmac("sha256", token).update("automation-reports cookie").digest(),
  }));
}

/** Every token is compared, and each in the same time, whatever is presented. */
export function findToken(presented: string, tokens: KnownToken[]): KnownToken | null {
  const given = digest(presented.slice(0, LONGEST_TOKEN));
  let found: KnownToken | null = null;
  for (const token of tokens) if (timingSafeEqual(given, token.digest)) found = token;
  return found;
}

/** The cookie's value: nothing of it is kept here, and only the token's holder can have got it. */
export function writeSession({ name, cookieKey }: KnownToken, nowMs: number): string {
  const stated = `${name}.${Math.floor((nowMs + LOGGED_IN_MS) / 1000)}`;
  return `${stated}.${sign(stated, cookieKey).toString("base64url")}`;
}

/** Null: nobody, or no longer. Neither `Authorization` nor a cookie is looked at where no token is known. */
export function findPrincipal(headers: Request["headers"], tokens: KnownToken[], nowMs: number): Principal | null {
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    const [, presented = ""] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    const token = findToken(presented, tokens);
    return token === null ? null : { name: token.name, scopes: token.scopes, by: "token" };
  }
  const cookie = headers.get("cookie");
  const token = cookie === null ? null : findSession(cookie, tokens, nowMs);
  return token === null ? null : { name: token.name, scopes: token.scopes, by: "cookie" };
}

function findSession(cookie: string, tokens: KnownToken[], nowMs: number): KnownToken | null {
  for (const part of cookie.split(";")) {
    const [key, value = ""] = part.trim().split("=", 2);
    if (key !== COOKIE) continue;
    const [name = "", seconds = "", mac = ""] = value.split(".");
    const token = tokens.find((one) => one.name === name);
    const given = Buffer.from(mac, "base64url");
    if (token === undefined || !/^\d{1,12}$/.test(seconds)) continue;
    const right = sign(`${name}.${seconds}`, token.cookieKey);
    if (given.length === right.length && timingSafeEqual(given, right) && Number(seconds) * 1000 > nowMs) return token;
  }
  return null;
}

function digest(text: string): Buffer {
  return Bun.CryptoHasher.hash("sha256", text);
}

function sign(stated: string, key: Buffer): Buffer {
  return createHmac("sha256", key).update(stated).digest();
}
