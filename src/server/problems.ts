/** What went wrong, as problem documents (RFC 9457). They hold no stack, no secret and no path of this machine. */
import { writeJson } from "../text/json.ts";

/** The statuses that are answered, with their names (RFC 9110, RFC 6585). */
export const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

export type Problem = {
  status: keyof typeof TITLES;
  /** What is wrong and what to do instead, in a sentence or two. */
  detail: string;
  /** Members of its own, such as `errors`. */
  more?: Record<string, unknown>;
  headers?: Record<string, string>;
};

export const PROBLEM_TYPE = "application/problem+json";

export function writeProblem({ status, detail, more = {}, headers = {} }: Problem): Response {
  const document = { type: "about:blank", title: TITLES[status], status, detail, ...more };
  return new Response(writeJson(document), {
    status,
    headers: { "Content-Type": PROBLEM_TYPE, "Cache-Control": "no-store", ...headers },
  });
}

/** A status of an error that a library threw, where it is one of ours. */
export function isProblemStatus(status: number): status is Problem["status"] {
  return Object.hasOwn(TITLES, status);
}
