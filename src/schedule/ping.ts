/**
 * Proof of life in healthchecks.io's manner: the URL with `/start` before the work, the URL alone after success, the URL with
 * `/<exit code>` or `/fail` after a failure. The URL is a secret: whatever is said here names its host at most.
 */
import { setTimeout as sleep } from "node:timers/promises";

export type PingOutcome = { status: "sent" } | { status: "failed"; reason: string };

/** `signal` gives up waiting: what was sent is sent. */
export type PingOptions = { timeoutMs?: number; backoffMs?: number; signal?: AbortSignal };

const TIMEOUT_MS = 10_000;
const RETRIES = 2;
/** Before the first retry; twice that before the second. */
const BACKOFF_MS = 1000;
const MOST_REDIRECTS = 3;
const HIGHEST_EXIT_CODE = 255;
/** The services answer in a word or two. */
const ANSWER_LENGTH = 200;

/** Says that the work begins. Never throws; await it before `pingEnd`, so that the two arrive in order. */
export async function pingStart(url: string, options: PingOptions = {}): Promise<PingOutcome> {
  return await ping(url, "start", options);
}

/** Says how the work ended; an exit code of null: it never came to one. Never throws. */
export async function pingEnd(url: string, exitCode: number | null, options: PingOptions = {}): Promise<PingOutcome> {
  const known = exitCode !== null && exitCode >= 0 && exitCode <= HIGHEST_EXIT_CODE;
  return await ping(url, exitCode === 0 ? null : known ? String(exitCode) : "fail", options);
}

type Answer = { kind: "sent" } | { kind: "refused"; reason: string } | { kind: "failed"; reason: string };

async function ping(url: string, ending: string | null, options: PingOptions): Promise<PingOutcome> {
  const target = URL.parse(url);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    return { status: "failed", reason: "the ping URL is no http:// or https:// URL" };
  }
  // What stands in the query, such as `?create=1`, stays behind the path.
  if (ending !== null) target.pathname = `${target.pathname.replace(/\/$/, "")}/${ending}`;
  for (let attempt = 0; ; attempt += 1) {
    const answer = await ask(target, options);
    if (answer.kind === "sent") return { status: "sent" };
    if (answer.kind === "refused" || attempt === RETRIES || !(await rest(attempt, options))) {
      return { status: "failed", reason: `${target.host} ${answer.reason}` };
    }
  }
}

/** False when there is no time for it. */
async function rest(attempt: number, { backoffMs = BACKOFF_MS, signal }: PingOptions): Promise<boolean> {
  try {
    await sleep(backoffMs * 2 ** attempt, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}

/** `refused`: asking again would change nothing. */
async function ask(target: URL, { timeoutMs = TIMEOUT_MS, signal }: PingOptions): Promise<Answer> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const limit = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
    const response = await follow(target, limit);
    if (response === null)
      return { kind: "refused", reason: "redirects to somewhere else: write the URL it redirects to" };
    const { status, ok } = response;
    const text = await readStart(response);
    if (ok && text.includes("(not found)")) return { kind: "refused", reason: "does not know this check" };
    if (ok) return { kind: "sent" };
    return {
      kind: status >= 500 || status === 429 || status === 408 ? "failed" : "refused",
      reason: `answered ${status}`,
    };
  } catch (error) {
    if (deadline.aborted) return { kind: "failed", reason: `did not answer within ${timeoutMs / 1000} s` };
    if (signal?.aborted === true) return { kind: "refused", reason: "was not waited for: the program is stopping" };
    return { kind: "failed", reason: `cannot be reached${describeCode(error)}` };
  }
}

/** Null where it leads to another host, back to plain text, or round and round. */
async function follow(target: URL, signal: AbortSignal): Promise<Response | null> {
  let url = target;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await fetch(url.href, {
      redirect: "manual",
      keepalive: false,
      headers: { "user-agent": "automation-reports" },
      signal,
    });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = URL.parse(location, url.href);
    const upgraded = next?.protocol === "https:" && next.hostname === url.hostname && url.protocol === "http:";
    if (next === null || (next.origin !== url.origin && !upgraded)) return null;
    url = next;
  }
  return null;
}

/** An answer that never ends is not read to its end. */
async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= ANSWER_LENGTH) break;
  }
  return text.slice(0, ANSWER_LENGTH);
}

/** Only the error's code: its message and its other fields may hold the URL. */
function describeCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^\w+$/.test(code) ? ` (${code})` : "";
}
