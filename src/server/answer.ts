/** One request from its arrival to its answer: who asks, what is known already, what has to be made. */
import type { Principal, ServeContext } from "./context.ts";
import { createAnswers, readAsked, type Asked } from "./answers.ts";
import { createApp } from "./app.ts";
import { secure } from "./finish.ts";
import { createHealth } from "./health.ts";
import { hidePaths } from "./hide-paths.ts";
import type { Line } from "./listen.ts";
import { pathOf } from "./paths.ts";
import { writeProblem } from "./problems.ts";
import { admit, describeAsker, type Admission } from "./security/gate.ts";
import { rememberKnownHosts } from "./security/hosts.ts";
import { answerFromElsewhere } from "./security/login.ts";
import { digestTokens } from "./security/tokens.ts";

export type Answering = {
  answer: (request: Request, line: Line) => Response | Promise<Response>;
  /** What was answered may have changed. */
  forget: () => void;
};

/** Of requests whose answers are being made. */
const MOST_PENDING = 512;

/** With the configuration that is in force now. */
export function createAnswering(context: ServeContext): Answering {
  const { clock, log } = context;
  const { serve } = context.config();
  const tokens = serve.tokens === null ? null : digestTokens(serve.tokens);
  const { basePath, behindProxy, hosts } = serve;
  const rules = { behindProxy, hosts, tokens, isKnownHost: rememberKnownHosts(hosts) };
  const app = createApp(context, tokens);
  const health = createHealth(context);
  // The real clock may be set back: an answer would be held for as long.
  const answers = createAnswers(() => performance.now());
  const hide = hidePaths(context.config());
  let pending = 0;

  const make = async (request: Request, asked: Asked, path: string, line: Line, principal: Principal) => {
    const startedAt = performance.now();
    // As GET: the server sends the length, and leaves the body out.
    const made = request.method === "HEAD" ? new Request(request, { method: "GET" }) : request;
    const readAddress = () => line.requestIP(request)?.address ?? null;
    const asker = describeAsker(request, readAddress, rules);
    const env = { principal, basePath, hide, ...asker, keepOpen: () => line.timeout(request, 0) };
    pending += 1;
    try {
      const response = await answers.make(asked, () => app.fetch(made, env));
      const ms = Math.round(performance.now() - startedAt);
      log.debug("answered", { method: request.method, path, status: response.status, ms, by: principal.name });
      return response;
    } finally {
      pending -= 1;
    }
  };

  return {
    answer: (request, line) => {
      const path = pathOf(request.url, basePath);
      if (path === "/healthz") return health.live();
      if (path === "/readyz") return health.ready();
      const admission = admit(request, path, rules, clock());
      if (admission.kind !== "admitted") {
        log.debug("refused", { method: request.method, path, kind: admission.kind });
        return secure(refuse(admission, request, basePath));
      }
      const asked = readAsked(request, admission.principal);
      const known = answers.find(asked);
      if (known !== null) return known;
      if (pending >= MOST_PENDING) return secure(writeProblem(BUSY));
      return make(request, asked, path, line, admission.principal);
    },
    forget: answers.forget,
  };
}

const BUSY = {
  status: 503,
  detail: "Too much is asked at once: ask again later.",
  headers: { "Retry-After": "1" },
} as const;

function refuse(admission: Exclude<Admission, { kind: "admitted" }>, request: Request, basePath: string): Response {
  if (admission.kind === "refused") return writeProblem(admission.problem);
  if (admission.fromElsewhere) return answerFromElsewhere();
  const path = request.url.slice(request.url.indexOf("/", request.url.indexOf(":") + 3));
  const asked = basePath === "" || path.startsWith(`${basePath}/`) ? path : `${basePath}${path}`;
  return new Response(null, {
    status: 303,
    headers: { Location: `${basePath}/login?next=${encodeURIComponent(asked)}`, "Cache-Control": "no-store" },
  });
}
