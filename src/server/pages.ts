/** The dashboard: each page arrives whole, as HTML or, to a page that is open already, as the data it is made from. */
import { Hono, type Context } from "hono";
import { loadAssets } from "../dashboard/assets.ts";
import { linksBelow } from "../dashboard/links.ts";
import { renderPage } from "../dashboard/render.tsx";
import { RANGES, RULE_SORTS, type Range, type Route } from "../dashboard/view.ts";
import { VERDICTS } from "../report/words.ts";
import type { ServeContext, ServeEnv } from "./context.ts";
import { libraryOf } from "./library.ts";
import { composePage, type PageQuery } from "./pages/compose.ts";
import { writePolicy } from "./security/headers.ts";
import { stateOf } from "./state.ts";

const FOR_EVER = "public, max-age=31536000, immutable";
/** A longer filter finds nothing. */
const LONGEST_WORD = 200;

/** Its routes are relative to the base path. */
export function createPages(context: ServeContext): Hono<ServeEnv> {
  const { store, clock, version } = context;
  const pages = new Hono<ServeEnv>();
  const library = libraryOf(context);
  const state = stateOf(context);

  const answer = async (c: Context<ServeEnv>, here: Route) => {
    const { basePath, principal } = c.env;
    const { script, style, icons } = await loadAssets();
    const place = ({ name }: { name: string }) => `${basePath}/assets/${name}`;
    const { status, view } = await composePage(
      here,
      readQuery(c),
      { config: context.config(), store, state, library, nowMs: clock(), judge: "scheduler" as const },
      {
        place: "server",
        version,
        links: linksBelow(basePath),
        events: `${basePath}/api/v1/events`,
        signOut: principal.by === "cookie" ? `${basePath}/logout` : null,
        iconOf: (verdict) => place(icons[verdict]),
        only: null,
        rangeHref: (range) => `?${changeQuery(c, { range })}`,
      },
    );
    c.header("Vary", "Accept");
    if (c.req.header("Accept")?.startsWith("application/json") === true) return c.json(view, status);
    c.header("Content-Security-Policy", writePolicy());
    return c.html(renderPage(view, { script: place(script), style: place(style) }), status);
  };

  pages.get("/assets/:name", async (c) => {
    const found = (await loadAssets()).byName.get(c.req.param("name"));
    if (found === undefined) return await c.notFound();
    return c.body(found.text, 200, { "Content-Type": found.type, "Cache-Control": FOR_EVER });
  });
  pages.get("/", async (c) => await answer(c, { page: "overview" }));
  pages.get("/schedule", async (c) => await answer(c, { page: "schedule" }));
  pages.get("/reports", async (c) => await answer(c, { page: "reports" }));
  pages.get("/passes/:pass", async (c) => await answer(c, { page: "pass", pass: c.req.param("pass") }));
  pages.get("/crms/:crm", async (c) => await answer(c, { page: "crm", crm: c.req.param("crm"), report: null }));
  pages.get("/reports/:report", async (c) => await answer(c, { page: "crm", crm: "", report: c.req.param("report") }));
  pages.get("/crms/:crm/rule", async (c) => {
    const rule = c.req.query("name") ?? "";
    return await answer(c, { page: "rule", crm: c.req.param("crm"), rule, report: null });
  });
  pages.get("/reports/:report/rule", async (c) => {
    const rule = c.req.query("name") ?? "";
    return await answer(c, { page: "rule", crm: "", rule, report: c.req.param("report") });
  });
  return pages;
}

/** What the address does not say, or says wrongly, is as if it were left out. */
function readQuery(c: Context<ServeEnv>): PageQuery {
  const word = (name: string) => (c.req.query(name) ?? "").slice(0, LONGEST_WORD);
  const range = (otherwise: Range) => RANGES.find((one) => one === word("range")) ?? otherwise;
  const sort = RULE_SORTS.find((one) => one === word("sort")) ?? "urgency";
  return {
    range: range("24h"),
    rules: {
      q: word("q"),
      condition: word("condition"),
      sort,
      down: word("down") === "" ? sort === "urgency" : word("down") === "true",
    },
    reports: { crm: word("crm"), range: range("7d"), verdict: VERDICTS.find((one) => one === word("verdict")) ?? "" },
  };
}

function changeQuery(c: Context<ServeEnv>, change: Record<string, string>): string {
  return String(new URLSearchParams({ ...c.req.query(), ...change }));
}
