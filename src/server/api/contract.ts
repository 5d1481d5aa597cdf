/** What is published of each route: the schemas that check its requests and answers, as OpenAPI 3.1. */
import { describeRoute, generateSpecs, resolver, type ResponsesWithResolver } from "hono-openapi";
import type { Hono, MiddlewareHandler } from "hono";
import * as v from "valibot";
import { PROBLEM_TYPE, TITLES, type Problem } from "../problems.ts";
import { ProblemSchema } from "./problem.ts";
import type { ServeEnv } from "../context.ts";

/** Transformed values are published as what they become: a limit is a number. */
export const PUBLISHED = { options: { typeMode: "output" } } as const;

type ProblemStatus = Problem["status"];

const PROBLEM = resolver(v.pipe(ProblemSchema, v.metadata({ ref: "Problem" })), PUBLISHED);
/** By whoever asks, how often, and what state the server is in: of every route. */
const ALWAYS: ProblemStatus[] = [400, 401, 403, 421, 500, 503];

const MEANINGS: Record<ProblemStatus, string> = {
  400: "The request is not as it should be",
  401: "A token is needed, or this one is not known",
  403: "The token's scopes do not allow it, or the request came from another site",
  404: "There is no such thing",
  405: "The method is not one of the path's",
  406: "There is no such form of it",
  413: "The body is too long",
  415: "The body is not application/json",
  421: "The name in Host is not one of the server's",
  422: "The request cannot be carried out",
  429: "Too many requests: wait as long as Retry-After says",
  500: "A bug: the log says more",
  503: "The store does not answer, or too much is asked at once",
};

type Route = {
  summary: string;
  description?: string;
  tag: string;
  id: string;
  responses: ResponsesWithResolver;
  problems?: ProblemStatus[];
};

/** What of a route the contract says; its parameters are those that `validator()` checks. */
export function publish({ summary, description, tag, id, responses, problems = [] }: Route) {
  const refused = [...ALWAYS, ...problems].map((status): [string, ResponsesWithResolver[string]] => [
    String(status),
    { description: `${TITLES[status]}. ${MEANINGS[status]}`, content: { [PROBLEM_TYPE]: { schema: PROBLEM } } },
  ]);
  const described = describeRoute({
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    responses: { ...Object.fromEntries(refused), ...responses },
  });
  // The same, without a turn of its own on the way to each answer.
  const goOn: MiddlewareHandler<ServeEnv> = (_, next) => next();
  return Object.assign(goOn, described);
}

/** A JSON answer. `ref`: the schema's name in the document. */
export function json(description: string, schema: v.GenericSchema, ref: string) {
  return {
    description,
    content: { "application/json": { schema: resolver(v.pipe(schema, v.metadata({ ref })), PUBLISHED) } },
  };
}

/** Of an answer whose status may also come with a problem. */
export const ALSO_PROBLEM = { [PROBLEM_TYPE]: { schema: PROBLEM } };

/** Of every answer that has an ETag. */
export const NOT_MODIFIED = {
  304: { description: "Not Modified. As If-None-Match has it" },
} satisfies ResponsesWithResolver;

/** The whole document. `app`: has every published route below its real path. */
export async function describeContract(app: Hono<ServeEnv>, version: string): Promise<object> {
  return await generateSpecs(app, {
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
    documentation: {
      info: {
        title: "automation-reports",
        version,
        summary: "What the automations did, what failed and what to do about it",
        description:
          "Times are UTC, RFC 3339. Rates are 0 to 1 and unrounded. What is not known is null. Errors are problem documents (RFC 9457).",
        license: { name: "MIT", identifier: "MIT" },
      },
      jsonSchemaDialect: "https://spec.openapis.org/oas/3.1/dialect/base",
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: { token: { type: "http", scheme: "bearer", description: "A line of [serve] token_file" } },
      },
      security: [{ token: [] }, {}],
    },
  });
}

const TAGS = {
  status: "Whether all is well",
  crms: "Each CRM and its rules",
  reports: "What was kept",
  passes: "Passes over the CRMs, and fresh ones on demand",
  schedules: "When reports are made by themselves",
  server: "The server itself",
} as const;
