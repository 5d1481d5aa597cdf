/** Answers as bytes: checked against the schema that is published, with an ETag, and told anew only where they changed. */
import type { Context } from "hono";
import * as v from "valibot";
import { writeJsonLine } from "../../text/json.ts";
import type { ServeEnv } from "../context.ts";
import { matches } from "../finish.ts";

/** How long whoever asked may keep an answer. All are private: they may be behind a log-in. */
export const CACHE = {
  /** Ask again each time; where nothing changed the answer is short. */
  check: "private, no-cache",
  /** It never changes. */
  fixed: "private, max-age=86400, immutable",
  /** Never kept. */
  none: "no-store",
} as const;
type Caching = (typeof CACHE)[keyof typeof CACHE];

type Shape = { status?: 200 | 202 | 503; cache?: Caching; headers?: Record<string, string> };

/** `hide`: takes out of a body what must not be in an answer. */
export type ApiEnv = ServeEnv & { Variables: { hide: (text: string) => string } };

/** Throws where the document is not what the schema publishes: nothing undeclared leaves the server. */
export function sendDocument<Schema extends v.GenericSchema>(
  c: Context<ApiEnv>,
  schema: Schema,
  document: v.InferOutput<Schema>,
  shape: Shape = {},
): Response {
  if (!v.is(schema, document)) {
    const [issue] = v.safeParse(schema, document).issues ?? [];
    throw new Error(`an answer is not as it is published: ${issue === undefined ? "" : (v.getDotPath(issue) ?? "")}`);
  }
  return send(c, `${writeJsonLine(document)}\n`, "application/json", shape);
}

/** As `sendDocument`, of a document that was checked when it was read. */
export function sendChecked(c: Context<ApiEnv>, document: unknown, shape: Shape = {}): Response {
  return send(c, `${writeJsonLine(document)}\n`, "application/json", shape);
}

/** As `sendDocument`, of text of that media type. */
export function sendText(c: Context<ApiEnv>, text: string, type: string, shape: Shape = {}): Response {
  return send(c, text, type, shape);
}

/** Only what is there has a tag: a condition never hides that something is wrong. */
function send(
  c: Context<ApiEnv>,
  made: string,
  type: string,
  { status = 200, cache = CACHE.check, headers = {} }: Shape,
): Response {
  const body = c.get("hide")(made);
  const said = { ...headers, "Cache-Control": cache };
  if (status !== 200 || cache === CACHE.none) return c.body(body, status, { ...said, "Content-Type": type });
  const etag = `W/"${Bun.hash(`${type}\n${body}`).toString(36)}"`;
  const asked = c.req.header("If-None-Match");
  const tagged = { ...said, ETag: etag };
  return asked !== undefined && matches(asked, etag)
    ? c.body(null, 304, tagged)
    : c.body(body, status, { ...tagged, "Content-Type": type });
}
