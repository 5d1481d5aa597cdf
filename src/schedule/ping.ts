/**
 * Pings as healthchecks.io takes them. Before the work: the URL with `/start`. After success: the URL alone. After a failure:
 * the URL with `/<exit code>` or `/fail`. The URL is a secret: a message names its host at most.
 */
import { sendRequest, type RequestOptions } from "../http/request.ts";

export type PingOutcome = { status: "sent" } | { status: "failed"; reason: string };

const HIGHEST_EXIT_CODE = 255;

/** Tells that the work begins. Never throws. Await it before `pingEnd`, so that the two arrive in order. */
export async function pingStart(url: string, options: RequestOptions = {}): Promise<PingOutcome> {
  return await ping(url, "start", options);
}

/** Tells how the work ended. `exitCode` is null where the work ended without one. Never throws. */
export async function pingEnd(
  url: string,
  exitCode: number | null,
  options: RequestOptions = {},
): Promise<PingOutcome> {
  const known = exitCode !== null && exitCode >= 0 && exitCode <= HIGHEST_EXIT_CODE;
  return await ping(url, exitCode === 0 ? null : known ? String(exitCode) : "fail", options);
}

async function ping(url: string, ending: string | null, options: RequestOptions): Promise<PingOutcome> {
  const target = URL.parse(url);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    return { status: "failed", reason: "the ping URL is no http:// or https:// URL" };
  }
  // The query, such as `?create=1`, stays behind the path.
  if (ending !== null) target.pathname = `${target.pathname.replace(/\/$/, "")}/${ending}`;
  const outcome = await sendRequest(target, options);
  if (outcome.status === "failed") return outcome;
  const isTaken = outcome.code >= 200 && outcome.code < 300;
  // healthchecks.io answers 200 to a check that it does not know.
  if (isTaken && !outcome.text.includes("(not found)")) return { status: "sent" };
  return {
    status: "failed",
    reason: `${target.host} ${isTaken ? "does not know this check" : `answered ${outcome.code}`}`,
  };
}
