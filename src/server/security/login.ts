/** The log-in page of the dashboard: a token becomes a cookie. It works without script. */
import { Hono } from "hono";
import { html, raw } from "hono/html";
import { SECOND_MS } from "../../time/units.ts";
import type { ServeContext, ServeEnv } from "../context.ts";
import { createAttempts } from "./attempts.ts";
import { writePolicy } from "./headers.ts";
import { COOKIE, findToken, LOGGED_IN_MS, writeSession, type KnownToken } from "./tokens.ts";

const UNKNOWN_ADDRESS = "unknown";

/** `/login` and `/logout`. Where no token is needed both lead to the dashboard. */
export function createLogin(context: ServeContext, tokens: KnownToken[] | null): Hono<ServeEnv> {
  const { clock, log } = context;
  const attempts = createAttempts();
  const login = new Hono<ServeEnv>();

  login.get("/login", async (c) => {
    const next = readNext(c.req.query("next"), c.env.basePath);
    if (tokens === null || c.env.principal.by === "cookie") return c.redirect(next, 303);
    return await answerPage(c.env.basePath, next, null, 200);
  });

  login.post("/login", async (c) => {
    const form = await c.req.parseBody();
    const next = readNext(form["next"], c.env.basePath);
    if (tokens === null) return c.redirect(next, 303);
    const address = c.env.readAddress() ?? UNKNOWN_ADDRESS;
    const waitMs = attempts.waitMs(address, performance.now());
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / SECOND_MS);
      const page = await answerPage(c.env.basePath, next, `Too many wrong tokens: wait ${seconds} s.`, 429);
      page.headers.set("Retry-After", String(seconds));
      return page;
    }
    const presented = typeof form["token"] === "string" ? form["token"].trim() : "";
    const token = findToken(presented, tokens);
    if (token === null) {
      attempts.fail(address, performance.now());
      log.warn("a log-in was refused: the token is not known", { address });
      return await answerPage(c.env.basePath, next, "This token is not known here.", 401);
    }
    log.info("logged in", { token: token.name, address });
    c.header("Set-Cookie", writeCookie(writeSession(token, clock()), LOGGED_IN_MS, c.env));
    return c.redirect(next, 303);
  });

  login.post("/logout", (c) => {
    c.header("Set-Cookie", writeCookie("", 0, c.env));
    return c.redirect(`${c.env.basePath}/login`, 303);
  });
  return login;
}

/** A link of another site brought the browser here, and it sends the cookie only to what a page of ours asks for. */
export function answerFromElsewhere(): Response {
  const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>automation-reports</title>`;
  return new Response(page, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
    },
  });
}

function writeCookie(value: string, lastsMs: number, { basePath, origin }: ServeEnv["Bindings"]): string {
  const parts = [`${COOKIE}=${value}`, `Path=${basePath === "" ? "/" : basePath}`, `Max-Age=${lastsMs / SECOND_MS}`];
  const secure = origin.startsWith("https:") ? ["Secure"] : [];
  return [...parts, "HttpOnly", "SameSite=Strict", ...secure].join("; ");
}

/** Only a page of ours: never another server, whatever a link says. */
function readNext(next: unknown, basePath: string): string {
  const home = `${basePath}/`;
  const isOurs = typeof next === "string" && next.startsWith(home) && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(next);
  return isOurs ? next : home;
}

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center}
form{width:min(22rem,calc(100vw - 2rem))}
h1{font-size:1.15rem;font-weight:600}
label,input,button{display:block;width:100%;box-sizing:border-box}
input,button{font:inherit;padding:.55rem .7rem;border:1px solid GrayText;border-radius:4px;margin:.35rem 0 1rem}
button{cursor:pointer}
p{color:GrayText;font-size:.9rem}
p.wrong{color:light-dark(#b00020,#ff8a80)}`;

async function answerPage(
  basePath: string,
  next: string,
  wrong: string | null,
  status: 200 | 401 | 429,
): Promise<Response> {
  const page = await html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>Log in · automation-reports</title>
      ${raw(`<style>${STYLE}</style>`)}
      <form method="post" action="${basePath}/login">
        <h1>automation-reports</h1>
        ${wrong === null ? "" : html`<p class="wrong" role="alert">${wrong}</p>`}
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
        <input name="next" type="hidden" value="${next}" />
        <button>Log in</button>
        <p>Tokens stand in the token_file of the server's configuration.</p>
      </form>
    </html> `;
  return new Response(page.toString(), {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Content-Security-Policy": writePolicy({ styles: [STYLE] }),
    },
  });
}
