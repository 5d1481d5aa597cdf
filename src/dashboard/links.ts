/** The addresses of pages: below the server's base path, or between files that are opened from disk. */
import type { Links, Route } from "./view.ts";

/** Names are parameters: whatever a rule is called, no browser or proxy rewrites the path. */
export function linksBelow(basePath: string): Links {
  return (route) => `${basePath}/${pathOf(route)}`;
}

function pathOf(route: Route): string {
  if (route.page === "overview") return "";
  if (route.page === "pass") return `passes/${encode(route.pass)}`;
  if (route.page === "schedule" || route.page === "reports") return route.page;
  const place = route.report === null ? `crms/${encode(route.crm)}` : `reports/${encode(route.report)}`;
  return route.page === "crm" ? place : `${place}/rule?name=${encode(route.rule)}`;
}

/** From the file of one page to those of others. */
export function linksFrom(here: Route): Links {
  const up = "../".repeat(fileOf(here).split("/").length - 1);
  return (route) => `${up}${fileOf(route)}`;
}

/** Below the site's directory. A rule's name may be anything: what a file cannot be called is told by a digest. */
export function fileOf(route: Route): string {
  if (route.page === "overview") return "index.html";
  if (route.page === "pass") return `passes/${plain(route.pass)}.html`;
  if (route.page === "schedule" || route.page === "reports") return `${route.page}.html`;
  const place = route.report === null ? `crms/${plain(route.crm)}` : `reports/${plain(route.report)}`;
  return route.page === "crm" ? `${place}.html` : `${place}/${plain(route.rule)}.html`;
}

const PLAIN = /^[a-z0-9][a-z0-9_-]{0,62}$/;

function plain(name: string): string {
  if (PLAIN.test(name)) return name;
  const start = name.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 40);
  return `${start === "" ? "rule" : start}-${new Bun.CryptoHasher("sha256").update(name).digest("hex").slice(0, 10)}`;
}

/** Half a character of two units is in no address. */
function encode(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}
