/** The addresses of pages: below the server's base path, or between files that are opened from disk. */
import type { Links, Route } from "./view.ts";

/** Names are parameters: whatever a rule is called, no browser or proxy rewrites the path. */
export function linksBelow(basePath: string): Links {
  return (route) => `${basePath}/${pathOf(route)}`;
}

function pathOf(route: Route): string {
  switch (route.page) {
    case "overview":
      return "";
    case "pass":
      return `passes/${encode(route.pass)}`;
    case "crm":
      return route.report === null ? `crms/${encode(route.crm)}` : `reports/${encode(route.report)}`;
    case "rule":
      return `${pathOf({ ...route, page: "crm" })}/rule?name=${encode(route.rule)}`;
    case "schedule":
    case "reports":
      return route.page;
  }
}

/** From the file of one page to those of others. */
export function linksFrom(here: Route): Links {
  const up = "../".repeat(fileOf(here).split("/").length - 1);
  return (route) => `${up}${fileOf(route)}`;
}

/** Below the site's directory. A rule's name may be anything: what a file cannot be called is told by a digest. */
export function fileOf(route: Route): string {
  switch (route.page) {
    case "overview":
      return "index.html";
    case "pass":
      return `passes/${plain(route.pass)}.html`;
    case "crm":
      return route.report === null ? `crms/${plain(route.crm)}.html` : `reports/${plain(route.report)}.html`;
    case "rule":
      return `${fileOf({ ...route, page: "crm" }).replace(/\.html$/, "")}/${plain(route.rule)}.html`;
    case "schedule":
    case "reports":
      return `${route.page}.html`;
  }
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
