/** Answers as text, checked against the schema that is published. Tags and compression are the last hand's, in `finish.ts`. */
import type { Context } from "hono";
import * as v from "valibot";
import { writeJsonLine } from "../../text/json.ts";
import type { ServeEnv } from "../context.ts";
import { answerReady, answerText, prepareText, type Ready } from "../finish.ts";

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

/** Throws where the document is not what the schema publishes: nothing undeclared leaves the server. */
export function sendDocument<Schema extends v.GenericSchema>(
  c: Context<ServeEnv>,
  schema: Schema,
  document: v.InferOutput<Schema>,
  shape: Shape = {},
): Response {
  return send(c, `${writeJsonLine(check(schema, document))}\n`, JSON_TYPE, shape);
}

/** By what they were made from, and their address. */
const made = new WeakMap<object, Map<string, Ready>>();

/** As `sendDocument`, of a document that follows from `source` and the address alone: it is made once. */
export function sendFrom<Schema extends v.GenericSchema>(
  c: Context<ServeEnv>,
  source: object,
  schema: Schema,
  make: () => v.InferOutput<Schema>,
): Response {
  const known = made.get(source) ?? new Map<string, Ready>();
  const address = `${c.env.basePath}${c.req.path}`;
  const before = known.get(address);
  if (before !== undefined) return answerReady(before);
  const text = c.env.hide(`${writeJsonLine(check(schema, make()))}\n`);
  const ready = prepareText(text, { "Cache-Control": CACHE.check, "Content-Type": JSON_TYPE });
  made.set(source, known.set(address, ready));
  return answerReady(ready);
}

/** As `sendDocument`, of a document that was checked when it was read. */
export function sendChecked(c: Context<ServeEnv>, document: unknown, shape: Shape = {}): Response {
  return send(c, `${writeJsonLine(document)}\n`, JSON_TYPE, shape);
}

/** As `sendDocument`, of text of that media type. */
export function sendText(c: Context<ServeEnv>, text: string, type: string, shape: Shape = {}): Response {
  return send(c, text, type, shape);
}

function send(
  c: Context<ServeEnv>,
  body: string,
  type: string,
  { status = 200, cache = CACHE.check, headers = {} }: Shape,
): Response {
  return answerText(c.env.hide(body), status, { ...headers, "Cache-Control": cache, "Content-Type": type });
}

function check<Schema extends v.GenericSchema>(schema: Schema, document: v.InferOutput<Schema>): unknown {
  if (v.is(schema, document)) return document;
  const [issue] = v.safeParse(schema, document).issues ?? [];
  throw new Error(`an answer is not as it is published: ${issue === undefined ? "" : (v.getDotPath(issue) ?? "")}`);
}
