/** One HTTP request to another server, with retries, a deadline for each try, few redirects and a bounded answer. */
import { setTimeout as sleep } from "node:timers/promises";

/** `timeoutMs`: of each try. `totalMs`: of all together. `signal` ends the waiting; it takes back nothing that was sent. */
export type RequestOptions = { timeoutMs?: number; totalMs?: number; backoffMs?: number; signal?: AbortSignal };

/** `text`: the answer's first characters. A reason begins with the server's host and names no other part of the URL. */
export type RequestOutcome = { status: "answered"; code: number; text: string } | { status: "failed"; reason: string };

const TIMEOUT_MS = 10_000;
/** A server that drips an answer, or floods us with the beginnings of one, keeps nobody longer. */
const TOTAL_MS = 15_000;
const RETRIES = 2;
/** Before the first retry; twice that before the second. */
const BACKOFF_MS = 1000;
const MOST_REDIRECTS = 3;
/** Elsewhere: to another host, or back to plain HTTP. */
const REFUSED_REDIRECTS = {
  elsewhere: "redirects to somewhere else: write the URL it redirects to",
  circle: "redirects in a circle: check the URL, or the server's rules",
  many: `redirects more than ${MOST_REDIRECTS} times: write the URL that it ends at`,
};
const TEXT_LENGTH = 200;
/** Statuses after which the same request may succeed a moment later. */
const PASSING = [408, 429];

/** Asks with GET. Never throws. Tries again after no answer, 408, 429 and 5xx. The last outcome counts. */
export async function sendRequest(target: URL, options: RequestOptions = {}): Promise<RequestOutcome> {
  const { totalMs = TOTAL_MS, signal } = options;
  const total = AbortSignal.timeout(totalMs);
  const within = { ...options, signal: signal === undefined ? total : AbortSignal.any([total, signal]) };
  for (let attempt = 0; ; attempt += 1) {
    const { outcome, mayPass } = await tryOnce(target, within);
    const isStopped = within.signal.aborted;
    if (isStopped && signal?.aborted !== true && outcome.status === "failed")
      return { status: "failed", reason: `${target.host} did not answer within ${totalMs / 1000} s` };
    if (isStopped || !mayPass || attempt === RETRIES || !(await rest(attempt, within))) return outcome;
  }
}

/** Waits before the next try; false where the signal aborted meanwhile. */
async function rest(attempt: number, { backoffMs = BACKOFF_MS, signal }: RequestOptions): Promise<boolean> {
  try {
    await sleep(backoffMs * 2 ** attempt, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}

async function tryOnce(
  target: URL,
  { timeoutMs = TIMEOUT_MS, signal }: RequestOptions,
): Promise<{ outcome: RequestOutcome; mayPass: boolean }> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const fail = (reason: string): RequestOutcome => ({ status: "failed", reason: `${target.host} ${reason}` });
  try {
    const response = await follow(target, signal === undefined ? deadline : AbortSignal.any([deadline, signal]));
    if (!(response instanceof Response)) return { outcome: fail(REFUSED_REDIRECTS[response]), mayPass: false };
    const { status: code } = response;
    const outcome: RequestOutcome = { status: "answered", code, text: await readStart(response) };
    return { outcome, mayPass: code >= 500 || PASSING.includes(code) };
  } catch (error) {
    if (deadline.aborted) return { outcome: fail(`did not answer within ${timeoutMs / 1000} s`), mayPass: true };
    if (signal?.aborted === true) {
      return { outcome: fail("was not waited for: the program is stopping"), mayPass: false };
    }
    return { outcome: fail(describeFailure(codeOf(error))), mayPass: true };
  }
}

/** The answer after few redirects, or why one is not followed. */
async function follow(target: URL, signal: AbortSignal): Promise<Response | keyof typeof REFUSED_REDIRECTS> {
  let url = target;
  const asked = new Set<string>();
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await fetch(url.href, {
      redirect: "manual",
      keepalive: false,
      // The runtime writes to stderr by itself where it cannot unpack an answer.
      headers: { "user-agent": "automation-reports", "accept-encoding": "identity" },
      decompress: false,
      signal,
    });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = URL.parse(location, url.href);
    const upgraded = next?.protocol === "https:" && next.hostname === url.hostname && url.protocol === "http:";
    if (next === null || (next.origin !== url.origin && !upgraded)) return "elsewhere";
    asked.add(url.href);
    if (asked.has(next.href)) return "circle";
    url = next;
  }
  return "many";
}

/** Stops after the first characters: an answer may never end. */
async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= TEXT_LENGTH) break;
  }
  return text.slice(0, TEXT_LENGTH);
}

/** Of a server that was reached. The runtime's own names for what is no HTTP tell an operator nothing. */
const REACHED: [RegExp, string][] = [
  [/HTTP|Headers|ContentLength|TransferEncoding/, "does not answer in HTTP: check the URL"],
  [/^EPROTO$/, "is reached, and TLS could not be agreed on: check the URL"],
  [/^(?:ECONNRESET|EPIPE)$/, "broke the connection off before it had answered: check the URL"],
];

function describeFailure(code: string | null): string {
  const reached = code === null ? undefined : REACHED.find(([pattern]) => pattern.test(code))?.[1];
  return reached ?? `cannot be reached${code === null ? "" : ` (${code})`}`;
}

/** Only the error's code: its message and its other fields may hold the URL. */
function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^\w+$/.test(code) ? code : null;
}
