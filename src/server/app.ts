/** Every route, and what holds for all of them. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
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
import { createRouter } from "./router.ts";
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
  const app = new Hono<ServeEnv>({
    getPath: (request) => withoutBase(getPath(request), basePath),
    router: createRouter(),
  });
  app.onError((error) => answerError(error, context.log));
  const checkMethod = methodNotAllowed({
    app,
    onMethodNotAllowed: (_, methods) =>
      writeProblem({
        status: 405,
        detail: `This address takes ${methods.join(", ")}.`,
        headers: { Allow: methods.join(", ") },
      }),
  });
  // Looked at where no route answers, not on the way to each.
  app.notFound(async (c) => {
    c.res = writeProblem(NOWHERE);
    await checkMethod(c, async () => {});
    return c.res;
  });
  app.route("/api/v1/events", createEventStream(context));
  const limitBody = bodyLimit({ maxSize: MOST_BODY_BYTES, onError: () => writeProblem(TOO_LARGE) });
  // Almost no request has one.
  app.use((c, next) => (c.req.raw.body === null ? next() : limitBody(c, next)));
  app.route("/", createLogin(context, tokens));
  app.route("/", createApi(context));
  app.route("/", createPages(context));
  return app;
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
