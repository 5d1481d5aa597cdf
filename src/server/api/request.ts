/** What may stand in a request, and what is said of what may not: never the thing itself. */
import type { MiddlewareHandler } from "hono";
import { validator } from "hono-openapi";
import * as v from "valibot";
import { CRM_NAME } from "../../config/sections/fields.ts";
import { describe } from "../../report/document/schema-figures.ts";
import type { Reports } from "../../store/reports.ts";
import { parseDuration } from "../../time/duration.ts";
import { DAY_MS } from "../../time/units.ts";
import type { ServeEnv } from "../context.ts";
import { PUBLISHED } from "./contract.ts";
import { ProblemSchema, sendProblem } from "./problem.ts";

const LONGEST_NAME = 500;
const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;

export const crmName = describe(v.pipe(v.string(), v.regex(CRM_NAME)), "A CRM's name, as the configuration has it");

export const crmParam = v.strictObject({ crm: crmName });

/** Databases take no NUL in a text. */
const NO_NUL = /^[^\0]*$/;

/** For routes that take no parameters: a mistaken one is told. Without a schema: to check by one takes longer than to route. */
export const noQuery: MiddlewareHandler<ServeEnv> = (c, next) =>
  Object.keys(c.req.query()).length === 0
    ? next()
    : Promise.resolve(sendProblem(400, WRONG, [refuseUnknown("query", [])]));

/** A name that somebody chose. */
export const name = (text: string) =>
  describe(v.pipe(v.string(), v.minLength(1), v.maxLength(LONGEST_NAME), v.regex(NO_NUL)), text);

/** A whole number as a query has it. */
export const whole = (text: string, min: number, max: number, preset: number) =>
  describe(
    v.pipe(
      v.optional(v.string(), String(preset)),
      v.check((text) => isWhole(text, min, max), `a whole number from ${min} to ${max}`),
      // For the document of the API.
      v.regex(/^\d{1,6}$/),
      v.transform(Number),
      v.number(),
      v.integer(),
      v.minValue(min),
      v.maxValue(max),
    ),
    `${text}. By default ${preset}`,
  );

function isWhole(text: string, min: number, max: number): boolean {
  return /^\d{1,6}$/.test(text) && Number(text) >= min && Number(text) <= max;
}

/** A moment, or how long ago it was. */
export const moment = (text: string) =>
  v.optional(
    describe(
      v.pipe(
        v.string(),
        v.maxLength(40),
        v.check(isMoment, "a moment such as 2026-07-10T21:00:00Z, or an age such as 7d"),
      ),
      `${text}: a moment such as 2026-07-10T21:00:00Z, or an age such as 7d or 12h`,
    ),
  );

/** Epoch milliseconds. */
function readMoment(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ago = parseDuration(text, DAY_MS);
  return ago === null || INSTANT.test(text) ? Date.parse(text) : nowMs - Math.round(ago);
}

type Span = { since?: string | undefined; until?: string | undefined };

/** Of a query's `moment`s, epoch milliseconds. Where it names none after now, what a clock that was ahead has left is left out. */
export async function readSpan(
  { since, until }: Span,
  nowMs: number,
  { findPresent }: Pick<Reports, "findPresent">,
): Promise<{ sinceMs?: number; untilMs?: number }> {
  const [sinceMs, untilMs] = [readMoment(since, nowMs), readMoment(until, nowMs)];
  if (untilMs !== undefined) return sinceMs === undefined ? { untilMs } : { sinceMs, untilMs };
  if (sinceMs !== undefined && sinceMs > nowMs) return { sinceMs };
  return { ...(sinceMs === undefined ? {} : { sinceMs }), untilMs: await findPresent(nowMs) };
}

function isMoment(text: string): boolean {
  if (INSTANT.test(text)) return !Number.isNaN(Date.parse(text));
  const ago = parseDuration(text, DAY_MS);
  return ago !== null && ago >= 0 && ago <= 36_600 * DAY_MS;
}

/** Where the page before ended: the moment of its last row, and that row's name. */
export const cursor = v.optional(
  describe(
    v.pipe(v.string(), v.maxLength(LONGEST_NAME), v.regex(/^-?\d{1,16}\.[^\0]+$/)),
    "Where the page before ended: the next of its answer holds it",
  ),
);

/** A page of rows of which one more than `limit` was asked for. `cursor`: of the next page; null: this is the last. */
export function cutPage<Row>(
  rows: Row[],
  limit: number,
  endOf: (last: Row) => { ms: number; id: string },
): { shown: Row[]; cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > shown.length ? shown.at(-1) : undefined;
  if (last === undefined) return { shown, cursor: null };
  const { ms, id } = endOf(last);
  return { shown, cursor: `${ms}.${id}` };
}

export function readCursor(text: string | undefined): { ms: number; id: string } | undefined {
  const [, ms = "", id = ""] = /^(-?\d+)\.(.+)$/su.exec(text ?? "") ?? [];
  return ms === "" ? undefined : { ms: Number(ms), id };
}

/** 404. */
export function sendNoCrm(): Response {
  return sendProblem(404, "No CRM of that name is configured: see crms.");
}

const WRONG = "The request is not as it should be: errors says where.";

type Part = NonNullable<v.InferOutput<typeof ProblemSchema>["errors"]>[number];

/** The name itself is somebody's text. */
function refuseUnknown(place: Part["in"], known: string[]): Part {
  const those = known.length === 0 ? "none is taken here" : `known are ${known.join(", ")}`;
  return { in: place, name: null, reason: `there is a parameter that is not known: ${those}` };
}

type Checked = { success: true } | { success: false; error: readonly unknown[] };

/** Checks the query against the schema, which the contract publishes. */
export const checkQuery = <Schema extends v.GenericSchema>(schema: Schema) =>
  validator("query", schema, refuse("query", schema), PUBLISHED);

/** As `checkQuery`, of the path's parameters. */
export const checkParam = <Schema extends v.GenericSchema>(schema: Schema) =>
  validator("param", schema, refuse("param", schema), PUBLISHED);

/** A list has no keys either: the schema library would take an empty one for an empty object. */
export const requireObject: MiddlewareHandler<ServeEnv> = async (c, next) => {
  // What is no JSON is refused by whoever checks it.
  const body: unknown = await c.req.json().catch(() => null);
  if (!Array.isArray(body)) return await next();
  return sendProblem(400, WRONG, [{ in: "body", name: null, reason: "must be an object" }]);
};

/** As `checkQuery`, of the body. */
export const checkBody = <Schema extends v.GenericSchema>(schema: Schema) =>
  validator("json", schema, refuse("json", schema), PUBLISHED);

/** For `validator()`: its own answer would repeat the input. A path that cannot be is a path to nothing. */
const refuse =
  (where: "param" | "query" | "json", schema: v.GenericSchema) =>
  (result: Checked): Response | undefined => {
    if (result.success) return undefined;
    if (where === "param") return sendProblem(404, "There is nothing here: see /openapi.json for what there is.");
    const known = "entries" in schema ? Object.keys(schema.entries as object) : [];
    const errors = (result.error as v.BaseIssue<unknown>[]).map((issue) => explain(issue, where, known));
    return sendProblem(400, WRONG, errors);
  };

function explain(issue: v.BaseIssue<unknown>, where: "query" | "json", known: string[]): Part {
  const place = where === "query" ? "query" : "body";
  if (issue.type === "strict_object" && issue.expected === "never") return refuseUnknown(place, known);
  const [first] = issue.path ?? [];
  if (issue.type === "strict_object")
    return { in: place, name: first === undefined ? null : String(first.key), reason: "is missing" };
  const name = typeof first?.key === "string" ? first.key : null;
  return { in: place, name, reason: sayReason(issue) };
}

/** valibot's messages repeat what was received. */
function sayReason({ kind, type, expected, requirement, message }: v.BaseIssue<unknown>): string {
  if (type === "check") return `must be ${message}`;
  if (type === "max_length") return "is too long";
  if (type === "regex" || requirement instanceof RegExp) return "is not written as it should be";
  // A choice as valibot writes it: ("info" | "warning").
  if (type === "picklist") return `must be one of ${(expected ?? "").replaceAll(/[()"]/g, "").replaceAll(" |", ",")}`;
  if (type === "array") return "must be a list";
  if (kind === "schema" && expected !== null) return `must be ${expected}`;
  return expected === null ? "is not as it should be" : `must be ${expected}`;
}
