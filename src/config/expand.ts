/** `${VAR}`, `${VAR:-default}` and `$$` in the string values of a parsed configuration, never in its text. */
import type { Path } from "../schema-keys.ts";

export type Problem = { path: Path; message: string };

const PATTERN = /\$\$|\$\{([^}]*)\}|\$\{/g;
const NAME = /^([A-Za-z_]\w*)(?::-([\s\S]*))?$/;

/** Returns the tree with every string expanded, and one problem for each variable that is not set. */
export function expandVariables(
  value: unknown,
  variables: Record<string, string | undefined>,
  path: Path = [],
): { value: unknown; problems: Problem[] } {
  const problems: Problem[] = [];
  const visit = (node: unknown, at: Path): unknown => {
    if (typeof node === "string") return expandText(node, variables, (message) => problems.push({ path: at, message }));
    if (Array.isArray(node)) return node.map((item, index) => visit(item, [...at, index]));
    if (node !== null && typeof node === "object" && Object.getPrototypeOf(node) === Object.prototype) {
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, visit(item, [...at, key])]));
    }
    return node;
  };
  return { value: visit(value, path), problems };
}

function expandText(
  text: string,
  variables: Record<string, string | undefined>,
  report: (message: string) => void,
): string {
  return text.replace(PATTERN, (match, inside: string | undefined) => {
    if (match === "$$") return "$";
    const [, name, fallback] = NAME.exec(inside ?? "") ?? [];
    if (name === undefined) {
      report("${ starts no variable here: write ${NAME}, ${NAME:-default}, or $$ for a dollar sign");
      return match;
    }
    if (fallback?.includes("${") === true) {
      report(`a default holds no variable of its own: write \${${name}}, and set ${name} where the program is started`);
      return match;
    }
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined && (value !== "" || fallback === undefined)) return value;
    if (fallback !== undefined) return fallback;
    report(`the environment variable ${name} is not set: set it, or write \${${name}:-default}`);
    return match;
  });
}
