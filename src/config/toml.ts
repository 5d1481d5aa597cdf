/** TOML text to values, and where in the text a key stands. */
import type { Path } from "../schema-keys.ts";
import type { Mistake, Position, Stop } from "./toml-mistakes.ts";

/** A table of the file, as it is parsed. */
export type Table = Record<string, unknown>;

/** Bun's parser decides what is TOML; where it says no, another one finds the place. Neither's own text is shown. */
export async function parseToml(text: string): Promise<{ value: unknown } | { mistake: Mistake }> {
  try {
    return { value: Bun.TOML.parse(text) };
  } catch {
    // Loaded only here: a right file needs neither.
    const { explainLarge, explainMistake } = await import("./toml-mistakes.ts");
    const large = await findLargeInteger(text);
    return { mistake: large === null ? explainMistake(text, await findSyntaxError(text)) : explainLarge(large) };
  }
}

/** The place of each key, or of the nearest table that holds it; line and column count from 1. */
export async function findPositions(text: string, paths: Path[]): Promise<(Position | null)[]> {
  /** Of each key or table, and of the first that stands within it. */
  const [own, first] = [new Map<string, Position>(), new Map<string, Position>()];
  for (const { path, position } of await listPlaces(text)) {
    if (!own.has(nameOf(path))) own.set(nameOf(path), position);
    for (const above of listAbove(path)) if (!first.has(above)) first.set(above, position);
  }
  return paths.map((path) => {
    const within = first.get(nameOf(path));
    const above = listAbove(path).findLast((name) => own.has(name));
    return within ?? own.get(above ?? "") ?? null;
  });
}

/** Whether tables and lists stand within each other more often than that. */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== "object") return false;
  return levels === 0 || Object.values(value).some((item) => nestsDeeper(item, levels - 1));
}

type Key = { path: Path; position: Position };

/** Every table and key in the text's order; none where the parser that knows places does not follow Bun's. */
async function listPlaces(text: string): Promise<Key[]> {
  const { parseTOML } = await import("toml-eslint-parser");
  const keys: Key[] = [];
  const visit = (node: Node, above: Path): void => {
    if (node.type === "TOMLTable") {
      const { line, column } = node.loc.start;
      keys.push({ path: node.resolvedKey, position: { line, column: column + 1 } });
      for (const child of node.body) visit(child, node.resolvedKey);
    } else if (node.type === "TOMLKeyValue") {
      const own = readKey(node);
      const path = [...above, ...own.path];
      keys.push({ path, position: own.position });
      if (node.value.type === "TOMLInlineTable") for (const child of node.value.body) visit(child, path);
    }
  };
  try {
    for (const node of parseTOML(text).body[0].body) visit(node, []);
  } catch {
    return [];
  }
  return keys;
}

type Node = import("toml-eslint-parser").AST.TOMLTable | import("toml-eslint-parser").AST.TOMLKeyValue;

/** The first that TOML allows and JavaScript has no number for. Bun's parser refuses it. */
async function findLargeInteger(text: string): Promise<Key | null> {
  const { parseTOML, traverseNodes } = await import("toml-eslint-parser");
  const within: Key[] = [];
  const found: Key[] = [];
  try {
    traverseNodes(parseTOML(text), {
      enterNode: (node) => {
        if (node.type === "TOMLKeyValue") within.push(readKey(node));
        if (node.type !== "TOMLValue" || node.kind !== "integer" || Number.isSafeInteger(node.value)) return;
        found.push(...within.slice(-1));
      },
      leaveNode: (node) => {
        if (node.type === "TOMLKeyValue") within.pop();
      },
    });
  } catch {
    return null;
  }
  return found[0] ?? null;
}

/** Its path from the table in which it stands. */
function readKey({ key }: import("toml-eslint-parser").AST.TOMLKeyValue): Key {
  const { line, column } = key.loc.start;
  const path = key.keys.map((part) => (part.type === "TOMLBare" ? part.name : part.value));
  return { path, position: { line, column: column + 1 } };
}

async function findSyntaxError(text: string): Promise<Stop | null> {
  const { parseTOML, ParseError } = await import("toml-eslint-parser");
  try {
    parseTOML(text);
  } catch (error) {
    if (error instanceof ParseError) {
      return { line: error.lineNumber, column: error.column + 1, message: error.message };
    }
  }
  return null;
}

/** The names of the path and of all that hold it, the outermost first. */
function listAbove(path: Path): string[] {
  return path.map((_, at) => nameOf(path.slice(0, at + 1)));
}

function nameOf(path: Path): string {
  return JSON.stringify(path.map(String));
}
