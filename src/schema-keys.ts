/** What a valibot schema says about the values it describes: which keys a table has, and what kind of value stands where. */
import * as v from "valibot";

export type Shape =
  /** Its keys are fixed. */
  | { kind: "table"; keys: Record<string, v.GenericSchema> }
  /** Its keys are names that the writer chooses. */
  | { kind: "names"; value: v.GenericSchema }
  | { kind: "list"; item: v.GenericSchema }
  | { kind: "choice"; words: string[] }
  | { kind: "text" | "number" | "boolean" | "other" };

export type Path = (string | number)[];

export type TablePlace = {
  path: Path;
  /** Null: the writer chooses them. */
  keys: Record<string, v.GenericSchema> | null;
  /** What is written there, else the default. It may be no table. */
  value: unknown;
};

type Node = v.GenericSchema & {
  wrapped?: v.GenericSchema;
  entries?: Record<string, v.GenericSchema>;
  value?: v.GenericSchema;
  item?: v.GenericSchema;
  options?: readonly (v.GenericSchema | string)[];
};

/** Several where a union allows several; the tables of a union count as one with the keys of all. */
export function shapesOf(schema: v.GenericSchema): Shape[] {
  const { type, wrapped, entries, value, item, options = [] } = schema as Node;
  if (wrapped !== undefined) return shapesOf(wrapped);
  if (entries !== undefined) return [{ kind: "table", keys: entries }];
  if (item !== undefined) return [{ kind: "list", item }];
  if (type === "record" && value !== undefined) return [{ kind: "names", value }];
  if (type === "picklist") return [{ kind: "choice", words: options.map(String) }];
  if (type === "union" || type === "variant") return mergeTables((options as v.GenericSchema[]).flatMap(shapesOf));
  if (type === "string") return [{ kind: "text" }];
  return [{ kind: type === "number" || type === "boolean" ? type : "other" }];
}

/** Every place of a value that is a table by its schema, outer ones first; none where nothing is written and nothing is the default. */
export function listTables(schema: v.GenericSchema, value: unknown, path: Path = []): TablePlace[] {
  const found = value === undefined ? v.getDefault(schema) : value;
  if (found === undefined) return [];
  const table = isTable(found) ? found : {};
  const shapes = shapesOf(schema);
  return shapes.flatMap((shape): TablePlace[] => {
    if (shape.kind === "list") {
      return Array.isArray(found) ? found.flatMap((item, index) => listTables(shape.item, item, [...path, index])) : [];
    }
    if ((shape.kind !== "table" && shape.kind !== "names") || (shapes.length > 1 && !isTable(found))) return [];
    const inside = shape.kind === "table" ? Object.entries(shape.keys) : namedBy(table, shape.value);
    return [
      { path, keys: shape.kind === "table" ? shape.keys : null, value: found },
      ...inside.flatMap(([key, schema]) =>
        listTables(schema, Object.hasOwn(table, key) ? table[key] : undefined, [...path, key]),
      ),
    ];
  });
}

/** Whether tables with fixed keys stand there, or within. */
export function holdsTables(schema: v.GenericSchema): boolean {
  return shapesOf(schema).some((shape) => {
    if (shape.kind === "names") return holdsTables(shape.value);
    return shape.kind === "table" || (shape.kind === "list" && holdsTables(shape.item));
  });
}

/** What a schema says of itself, else what the schema says that it wraps. */
export function textOf(schema: v.GenericSchema, what: "title" | "description"): string | null {
  const own = what === "title" ? v.getTitle(schema) : v.getDescription(schema);
  const { wrapped } = schema as Node;
  return own ?? (wrapped === undefined ? null : textOf(wrapped, what));
}

/** A list, a date or null is none. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
}

function namedBy(table: Record<string, unknown>, value: v.GenericSchema): [string, v.GenericSchema][] {
  return Object.keys(table).map((name) => [name, value]);
}

function mergeTables(shapes: Shape[]): Shape[] {
  const tables = shapes.filter((shape) => shape.kind === "table");
  if (tables.length < 2) return shapes;
  const keys = Object.assign({}, ...tables.map((table) => table.keys)) as Record<string, v.GenericSchema>;
  return [...shapes.filter(({ kind }) => kind !== "table"), { kind: "table", keys }];
}
