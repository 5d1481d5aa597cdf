/** What `/openapi.json` promises, and whether an answer keeps it: by ajv, which is not ours. */
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

type Schema = Record<string, unknown>;

type Parameter = { in: "path" | "query" | "header"; name: string; required?: boolean; schema: Schema };

type Body = { content: Record<string, { schema: Schema }> };

/** One method of one path. */
export type Operation = {
  method: "GET" | "POST";
  /** Such as `/api/v1/crms/{crm}`. */
  path: string;
  id: string;
  parameters: Parameter[];
  body: Schema | null;
  /** By status, by media type. */
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
};

/** `check`: what is wrong with an answer; empty: it is as declared. */
export type Contract = {
  document: Record<string, unknown>;
  operations: Operation[];
  check: (answer: Answer) => string[];
};

type Answer = { operation: Operation; status: number; type: string; text: string };

type Described = {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: Body;
  responses: Operation["responses"];
};

/** `init`: such as a token. */
export async function readContract(base: string, init: RequestInit = {}): Promise<Contract> {
  const response = await fetch(`${base}/openapi.json`, init);
  const document = (await response.json()) as Record<string, unknown>;
  const paths = document["paths"] as Record<string, Record<string, Described>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]): Operation => ({
      method: method.toUpperCase() as Operation["method"],
      path,
      id: described.operationId,
      parameters: described.parameters ?? [],
      body: described.requestBody?.content["application/json"]?.schema ?? null,
      responses: described.responses,
    })),
  );
  // `strict` off: the words of OpenAPI beside those of JSON Schema.
  const ajv = addFormats.default(new Ajv2020({ allErrors: true, strict: false }));
  ajv.addSchema({ ...document, $id: "contract:/" });
  const validators = new Map<string, ReturnType<typeof ajv.compile>>();
  const check = ({ operation, status, type, text }: Answer): string[] => {
    const declared = operation.responses[String(status)];
    if (declared === undefined) return [`${operation.id}: ${status} is not declared`];
    if (status === 304) return text === "" ? [] : [`${operation.id}: 304 with a body`];
    const [media = ""] = type.split(";");
    if (declared.content?.[media] === undefined) return [`${operation.id}: ${status} as ${media} is not declared`];
    if (!media.endsWith("json")) return [];
    const place = [
      "paths",
      operation.path,
      operation.method.toLowerCase(),
      "responses",
      String(status),
      "content",
      media,
      "schema",
    ];
    const ref = `contract:/#/${place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
    const validate = validators.get(ref) ?? ajv.compile({ $ref: ref });
    validators.set(ref, validate);
    if (validate(JSON.parse(text))) return [];
    return [`${operation.id}: ${status} is not as declared: ${ajv.errorsText(validate.errors).slice(0, 400)}`];
  };
  return { document, operations, check };
}

/** The address with its parameters: those of the path in their places, the others behind it. */
export function addressOf(
  base: string,
  { path, parameters }: Operation,
  values: Record<string, string | string[]>,
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name] ?? "")));
  const query = new URLSearchParams();
  for (const { in: where, name } of parameters) {
    const value = values[name];
    if (where !== "query" || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, one);
  }
  const text = query.toString();
  return `${base}${filled}${text === "" ? "" : `?${text}`}`;
}
