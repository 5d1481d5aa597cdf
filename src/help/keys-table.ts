/** The keys of the configuration as tables of a help topic. */
import { writeTable } from "./table.ts";

type Key = { section: string; key: string; kind: string; preset: string | null; description: string };

/** One table for each section; `[defaults]` is left out, because its keys are those of `[crm.NAME]`. */
export function writeKeysTable(keys: Key[]): string {
  const isSection = (path: string) => keys.some(({ section }) => section === path || section.startsWith(`${path}.`));
  const shown = keys.filter(
    ({ section, key }) => !/^defaults\b/.test(section) && !isSection(section === "" ? key : `${section}.${key}`),
  );
  return [...Map.groupBy(shown, ({ section }) => section)]
    .map(([section, rows]) => `### ${nameSection(section)}\n\n${writeTable(TITLES, rows.map(writeRow))}`)
    .join("\n\n");
}

const TITLES = ["key", "value", "meaning"];

function nameSection(section: string): string {
  if (section === "") return "Above all tables";
  return section === "schedule" ? "[[schedule]]" : `[${section}]`;
}

function writeRow({ key, kind, preset, description }: Key): string[] {
  return [key, preset === null ? kind : `${kind}; ${preset} by default`, description];
}
