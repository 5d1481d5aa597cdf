/** Every route, and what holds for all of them. */
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { getPath } from "hono/utils/url";
import { AppError } from "../errors.ts";
import type { Log } from "../log.ts";
import { createApi } from "./api/api.ts";
import type { ServeContext, ServeEnv } from "./context.ts";
import { createEventStream } from "./event-stream.ts";
import { createPages } from "./pages.ts";
import { withoutBase } from "./paths.ts";
import { isProblemStatus, writeProblem, type Problem } from "./problems.ts";
import { STRICT_POLICY } from "./security/headers.ts";
import { createLogin } from "./security/login.ts";
import type { KnownToken } from "./security/tokens.ts";

/** Of a request; the largest that anything here takes is a list of CRMs. */
const MOST_BODY_BYTES = 65_536;
const TOO_LARGE: Problem = { status: 413, detail: `A request's body has at most ${MOST_BODY_BYTES} bytes.` };
const NOWHERE: Problem = { status: 404, detail: "There is nothing at this address." };
const AWAY: Problem = {
  status: 503,
  detail: "What is kept cannot be read at the moment. The server's log says why.",
  headers: { "Retry-After": "10" },
};
const BUG: Problem = { status: 500, detail: "A bug in automation-reports. The server's log says more." };

/** Routes are relative to the base path. */
export function createApp(context: ServeContext, tokens: KnownToken[] | null): Hono<ServeEnv> {
  const { basePath } = context.config().serve;
  const app = new Hono<ServeEnv>({ getPath: (request) => withoutBase(getPath(request), basePath) });
  app.onError((error) => secure(answerError(error, context.log)));
  app.notFound(() => writeProblem(NOWHERE));
  app.use(async (c, next) => {
    await next();
    secure(c.res);
  });
  // A stream is neither tagged nor compressed.
  app.route("/api/v1/events", createEventStream(context));
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES, onError: () => writeProblem(TOO_LARGE) }));
  app.use(compress());
  // Weak, because the same answer may be compressed or not.
  app.use(etag({ weak: true, generateDigest: (body) => digest(body) }));
  app.use(measure);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (_, methods) =>
        writeProblem({
          status: 405,
          detail: `This address takes ${methods.join(", ")}.`,
          headers: { Allow: methods.join(", ") },
        }),
    }),
  );
  app.route("/", createLogin(context, tokens));
  app.route("/api/v1", createApi(context));
  app.route("/", createPages(context));
  return app;
}

/** Says the length of a body, by which it is decided whether compressing pays. */
const measure: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.res.body === null || c.res.headers.has("Content-Length")) return;
  const body = await c.res.arrayBuffer();
  c.res = new Response(body, c.res);
  c.res.headers.set("Content-Length", String(body.byteLength));
};

/** What a route has said itself stays. */
export function secure(response: Response): Response {
  const { headers } = response;
  const say = (name: string, value: string) => {
    if (!headers.has(name)) headers.set(name, value);
  };
  say("Cache-Control", "private, no-cache");
  say("Content-Security-Policy", STRICT_POLICY);
  say("X-Content-Type-Options", "nosniff");
  say("Referrer-Policy", "no-referrer");
  say("Cross-Origin-Resource-Policy", "same-origin");
  say("Cross-Origin-Opener-Policy", "same-origin");
  return response;
}

/** The log has what the asker must not see. */
export function answerError(error: unknown, log: Log): Response {
  if (error instanceof HTTPException && isProblemStatus(error.status)) {
    return writeProblem({ status: error.status, detail: error.message === "" ? NOWHERE.detail : error.message });
  }
  if (error instanceof AppError) {
    log.error(error.message);
    return writeProblem(AWAY);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.error(`a bug in automation-reports; please report it: ${text}`);
  return writeProblem(BUG);
}

function digest(body: Uint8Array): ArrayBuffer {
  return new Uint8Array(new Bun.CryptoHasher("sha256").update(body).digest()).buffer;
}
