/** Settings as a configuration that gives them again, had it its secrets, with the origin of each beside it. */
import type { Path } from "../schema-keys.ts";
import { showText } from "../text/terminal.ts";
import type { Setting } from "./show.ts";
import type { Table } from "./toml.ts";
import { writeTomlKey, writeTomlValue } from "./write-toml.ts";

/** Where the origin of a value begins; a longer value pushes it on. */
const ORIGIN_COLUMN = 44;

/** What is not set is left out. `describeTable`: what stands beside the header of a path such as crm, hubspot. */
export function writeSettings(settings: Setting[], raw: Table, describeTable: (path: Path) => string | null): string {
  const tables = Map.groupBy(settings, ({ path }) => JSON.stringify(path.slice(0, -1)));
  const paragraphs = [...tables.values()].map((inside) => {
    const path = inside[0]?.path.slice(0, -1) ?? [];
    const note = describeTable(path);
    const header = path.length === 0 ? [] : [`${writeHeader(path)}${note === null ? "" : `  # ${note}`}`];
    const lines = [...header, ...inside.filter(({ value }) => value !== null).map(writeSetting)].map(showText);
    return (mustStayAbsent(path, raw) ? lines.map((line) => `# ${line}`) : lines).join("\n");
  });
  return `${paragraphs.join("\n\n")}\n`;
}

/** An empty [store] asks for a store: where there is none, its defaults are comments. */
function mustStayAbsent(path: Path, raw: Table): boolean {
  return path[0] === "store" && !("store" in raw);
}

/** A table of a list ends in its number, which the file does not write. */
function writeHeader(path: Path): string {
  const key = writeTomlKey(path.filter((part) => typeof part === "string"));
  return typeof path.at(-1) === "number" ? `[[${key}]]` : `[${key}]`;
}

function writeSetting(setting: Setting): string {
  const assignment = `${writeTomlKey(setting.path.slice(-1))} = ${writeTomlValue(setting.value)}`;
  return `${assignment.padEnd(ORIGIN_COLUMN)} # ${describeOrigin(setting)}`;
}

function describeOrigin({ origin, position, variables }: Setting): string {
  if (origin === "built-in") return "built-in";
  const where = `${origin === "defaults" ? "[defaults], " : ""}line ${position?.line ?? "?"}`;
  return variables.length === 0 ? where : `${where}, $${variables.join(", $")}`;
}
