/** What `config init` prints: the everyday keys, each with an example and what the schema says of it. */
import { listKeys, type KeyInWords } from "./keys.ts";

/** Where a comment begins; a longer example pushes it on. */
const COMMENT_COLUMN = 42;
const WIDEST = 120;

const INTRODUCTION = `#:schema ./automation-reports.schema.json
# The line above lets editors complete and check, once \`automation-reports config schema\` has written that file here.

# automation-reports: one table for each CRM. Check it with: automation-reports config check
# \${VAR}, \${VAR:-default} and $$ expand in text values. Paths are relative to this file.`;

type Table = {
  /** Null: above all tables. */
  header: string | null;
  /** Whose keys they are. */
  section: string;
  /** These hold; all else is commented out. */
  active?: string[];
  /** In their order, with an example each; null: the default. */
  examples: Record<string, string | null>;
};

const TABLES: Table[] = [
  { header: null, section: "", examples: { concurrency: null } },
  {
    header: "[crm.hubspot]",
    section: "crm.NAME",
    active: ["url"],
    examples: {
      url: '"${WAREHOUSE_URL}"',
      crm_source: '"hubspot"',
      preset: '"sync-history"',
      exclude_rules: '["scratch"]',
      retired_rules: '["old_export"]',
      wrapper_rules: '["all"]',
      statuses: '{ done = "success" }',
    },
  },
  {
    header: "[crm.hubspot.rules.contacts]",
    section: "crm.NAME.rules.NAME",
    examples: { expect: '"every 4 hours"', warn_after: '"5h"', error_after: '"12h"', stale_after: '"1h"' },
  },
  { header: "[crm.genius]", section: "crm.NAME", examples: { url_file: '"genius-url"' } },
  {
    header: "[defaults]",
    section: "defaults",
    examples: {
      timeout: null,
      statement_timeout: '"20s"',
      lock_timeout: null,
      stale_after: '"2h"',
      warn_after: '"6h"',
      error_after: '"24h"',
      thresholds: "{ success_rate = 0.95 }",
    },
  },
  {
    header: "[[schedule]]",
    section: "schedule",
    examples: { name: '"morning"', cron: '"0 7 * * 1-5"', timezone: '"Europe/Berlin"', time_window: null },
  },
  {
    header: "[export]",
    section: "export",
    examples: { enabled: "true", dir: '"logs/automation_reports"', keep: "100" },
  },
  {
    header: "[display]",
    section: "display",
    examples: { timezone: '"Europe/Berlin"' },
  },
  {
    header: "[calendar]",
    section: "calendar",
    examples: { holidays: '"holidays.ics"' },
  },
  {
    header: "[store]",
    section: "store",
    examples: { path: '"/var/lib/automation-reports/reports.sqlite"', retention: null, memory: null },
  },
  {
    header: "[serve]",
    section: "serve",
    examples: {
      listen: null,
      token_file: '"serve-tokens"',
      behind_proxy: "true",
      base_path: '"/reports"',
      hosts: '["reports.example.com"]',
      min_interval: null,
    },
  },
];

/** A configuration to start from. With its comments taken off it is one too. */
export function writeTemplate(): string {
  const keys = listKeys();
  return `${[INTRODUCTION, ...TABLES.map((table, index) => writeTable(table, index, keys))].join("\n\n")}\n`;
}

function writeTable({ header, section, active = [], examples }: Table, index: number, keys: KeyInWords[]): string {
  const isFirst = TABLES.findIndex((table) => table.section === section) === index;
  const lines = Object.entries(examples).map(([key, example]) => {
    const { preset, description } = findKey(keys, section, key);
    return writeLine(`${key} = ${example ?? preset ?? ""}`, description, active.includes(key));
  });
  if (header === null) return lines.join("\n");
  const description = isFirst ? findHeader(keys, section).description : "";
  return [writeLine(header, description, active.length > 0), ...lines].join("\n");
}

/** The key that the tables of a section stand under. */
function findHeader(keys: KeyInWords[], section: string): KeyInWords {
  const path = section.replace(/\.NAME$/, "").split(".");
  return findKey(keys, path.slice(0, -1).join("."), path.at(-1) ?? "");
}

function findKey(keys: KeyInWords[], section: string, key: string): KeyInWords {
  const found = keys.find((candidate) => candidate.section === section && candidate.key === key);
  if (found === undefined) throw new Error(`${section} has no key ${key}`);
  return found;
}

/** With the first sentence of the description, and as many more as there is room for. */
function writeLine(code: string, description: string, active: boolean): string {
  const line = `${active ? "" : "# "}${code}`;
  const [first = "", ...others] = description.split(/(?<=\.) (?=[A-Z0-9])/);
  if (first === "") return line;
  let commented = `${line.padEnd(COMMENT_COLUMN - 1)} # ${first}`;
  for (const sentence of others) {
    if (commented.length + sentence.length > WIDEST) break;
    commented += ` ${sentence}`;
  }
  return commented.replace(/\.$/, "");
}
