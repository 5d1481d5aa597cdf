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

const JSON_TYPE = "application/json";

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
  return send(c, `${writeJsonLine(check(schema, document))}\n`, JSON_TYPE, shape);
}

type Made = { body: string; etag: string };

/** By what they were made from, and their address. */
const made = new WeakMap<object, Map<string, Made>>();

/** As `sendDocument`, of a document that follows from `source` and the address alone: it is made once. */
export function sendFrom<Schema extends v.GenericSchema>(
  c: Context<ApiEnv>,
  source: object,
  schema: Schema,
  make: () => v.InferOutput<Schema>,
): Response {
  const known = made.get(source) ?? new Map<string, Made>();
  made.set(source, known);
  const address = `${c.env.basePath}${c.req.path}`;
  let answer = known.get(address);
  if (answer === undefined) {
    const body = c.get("hide")(`${writeJsonLine(check(schema, make()))}\n`);
    answer = { body, etag: tagOf(JSON_TYPE, body) };
    known.set(address, answer);
  }
  return sendTagged(c, answer, JSON_TYPE, { "Cache-Control": CACHE.check });
}

/** As `sendDocument`, of a document that was checked when it was read. */
export function sendChecked(c: Context<ApiEnv>, document: unknown, shape: Shape = {}): Response {
  return send(c, `${writeJsonLine(document)}\n`, JSON_TYPE, shape);
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
  return sendTagged(c, { body, etag: tagOf(type, body) }, type, said);
}

function sendTagged(c: Context<ApiEnv>, { body, etag }: Made, type: string, headers: Record<string, string>): Response {
  const asked = c.req.header("If-None-Match");
  return asked !== undefined && matches(asked, etag)
    ? c.body(null, 304, { ...headers, ETag: etag })
    : c.body(body, 200, { ...headers, ETag: etag, "Content-Type": type });
}

/** Weak: it is of the text, whether it is compressed or not. */
function tagOf(type: string, body: string): string {
  return `W/"${Bun.hash(`${type}\n${body}`).toString(36)}"`;
}

function check<Schema extends v.GenericSchema>(schema: Schema, document: v.InferOutput<Schema>): unknown {
  if (v.is(schema, document)) return document;
  const [issue] = v.safeParse(schema, document).issues ?? [];
  throw new Error(`an answer is not as it is published: ${issue === undefined ? "" : (v.getDotPath(issue) ?? "")}`);
}
