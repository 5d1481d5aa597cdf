/** One CRM of the configuration, with `[defaults]` behind its own table. */
import * as v from "valibot";
import { readRecurrence } from "../time/recurrence.ts";
import { layDefaults } from "./defaults.ts";
import { readConnection } from "./read-connection.ts";
import type { Reading } from "./reading.ts";
import type { CrmConfig } from "./schema.ts";
import { CrmSchema } from "./sections/crm.ts";
import type { Table } from "./toml.ts";

/** Null where a problem was said. */
export function readCrm(name: string, own: Table, defaults: Table, reading: Reading): CrmConfig | null {
  const merged = v.parse(CrmSchema, layDefaults(own, defaults));
  const { url, url_file, crm_source, statement_timeout, ...settings } = merged;
  const before = reading.problems.length;
  const at = (key: string) => (key in own ? ["crm", name, key] : key in defaults ? ["defaults", key] : ["crm", name]);
  const say = (key: string, message: string) => reading.problems.push({ path: at(key), message });
  if ((settings.table !== null || settings.rules_table !== null) && settings.preset === "auto") {
    say(
      settings.table === null ? "rules_table" : "table",
      'say which kind of table: preset = "sync-history" or "automation"',
    );
  }
  for (const [rule, { expect }] of Object.entries(settings.rules)) {
    const recurrence = expect === null ? null : readRecurrence(expect);
    if (recurrence?.kind !== "inexpressible") continue;
    reading.problems.push({ path: ["crm", name, "rules", rule, "expect"], message: `expect: ${recurrence.reason}` });
  }
  const target = readConnection({ url, url_file }, say, reading);
  if (target?.kind === "sqlite" && settings.schema !== null) say("schema", "SQLite has no schemas: leave it out");
  if (target === null || reading.problems.length > before) return null;
  const statuses = Object.fromEntries(
    Object.entries(settings.statuses).map(([word, status]) => [word.trim().toLowerCase(), status]),
  );
  return {
    ...settings,
    statuses,
    name,
    crm_source: crm_source ?? name,
    statement_timeout: statement_timeout ?? null,
    target,
  };
}
