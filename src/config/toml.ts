/** TOML text to values, and where in the text a key stands. */
import type { Path } from "./expand.ts";

export type Position = { line: number; column: number };

/** Bun's parser decides what is TOML; where it says no, another one finds the place. Neither's own text is shown. */
export async function parseToml(text: string): Promise<{ value: unknown } | { problem: Position | null }> {
  try {
    return { value: Bun.TOML.parse(text) };
  } catch {
    return { problem: await findSyntaxError(text) };
  }
}

/** The place of a key, or of the nearest table that holds it; line and column count from 1. */
export async function findPosition(text: string, path: Path): Promise<Position | null> {
  const { parseTOML } = await import("toml-eslint-parser");
  let best: { depth: number; position: Position } | null = null;
  const consider = (keys: Path, start: { line: number; column: number }) => {
    const depth = sharedDepth(keys, path);
    if (depth > 0 && depth === Math.min(keys.length, path.length) && depth > (best?.depth ?? 0)) {
      best = { depth, position: { line: start.line, column: start.column + 1 } };
    }
  };
  const visit = (node: Node, above: Path): void => {
    if (node.type === "TOMLTable") {
      consider(node.resolvedKey, node.loc.start);
      for (const child of node.body) visit(child, node.resolvedKey);
    } else if (node.type === "TOMLKeyValue") {
      const keys = [...above, ...node.key.keys.map((key) => (key.type === "TOMLBare" ? key.name : key.value))];
      consider(keys, node.key.loc.start);
      if (node.value.type === "TOMLInlineTable") for (const child of node.value.body) visit(child, keys);
    }
  };
  for (const node of parseTOML(text).body[0].body) visit(node, []);
  return (best as { position: Position } | null)?.position ?? null;
}

type Node = import("toml-eslint-parser").AST.TOMLTable | import("toml-eslint-parser").AST.TOMLKeyValue;

async function findSyntaxError(text: string): Promise<Position | null> {
  const { parseTOML, ParseError } = await import("toml-eslint-parser");
  try {
    parseTOML(text);
  } catch (error) {
    if (error instanceof ParseError) return { line: error.lineNumber, column: error.column + 1 };
  }
  return null;
}

function sharedDepth(a: Path, b: Path): number {
  const different = a.findIndex((key, index) => String(key) !== String(b[index]));
  return different === -1 ? a.length : different;
}
