/** Under which name, and from which page, it is asked: against DNS rebinding and cross-site requests. */
import { isIP } from "node:net";

/** An address may be any. */
const MOST_REMEMBERED = 100;

/**
 * A name that an attacker has made point here is refused, and so are two names at once. An address is none: no page of
 * another's is at an address of ours.
 */
function isKnownHost(host: string, names: string[]): boolean {
  const name = nameOf(host);
  if (name === null) return false;
  return name === "localhost" || name.endsWith(".localhost") || isIP(name) !== 0 || names.includes(name);
}

/** Without the port, in small letters; null: no host at all. */
function nameOf(host: string): string | null {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  const name = bracketed ?? plain;
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, "");
}

/** The same, remembered: almost everybody asks under the same few names. */
export function rememberKnownHosts(names: string[]): (host: string) => boolean {
  const known = new Set<string>();
  return (host) => {
    if (known.has(host)) return true;
    const isKnown = isKnownHost(host, names);
    if (isKnown && known.size < MOST_REMEMBERED) known.add(host);
    return isKnown;
  };
}

/** What a browser says of the page that a request comes from; programs say nothing. */
export type Asking = { fetchSite: string | null; origin: string | null };

/** Whether a page of another's asks for a change. `host`: under which it is asked. */
export function isCrossSite({ fetchSite, origin }: Asking, host: string, names: string[]): boolean {
  if (fetchSite !== null) return fetchSite !== "same-origin" && fetchSite !== "none";
  if (origin === null) return false;
  const [, from = ""] = /^https?:\/\/([^/]*)$/.exec(origin) ?? [];
  // A proxy may ask under a name of its own.
  return from !== host && !names.includes(nameOf(from) ?? "");
}
