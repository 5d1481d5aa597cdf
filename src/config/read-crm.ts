/** One CRM of the configuration, with `[defaults]` behind its own table. */
import * as v from "valibot";
import type { Target } from "../database/target.ts";
import { nameTable } from "../text/toml.ts";
import { readRecurrence } from "../time/recurrence.ts";
import { layDefaults } from "./defaults.ts";
import { readConnection } from "./read-connection.ts";
import type { Reading, Say } from "./reading.ts";
import type { CrmConfig } from "./schema.ts";
import { CrmSchema } from "./sections/crm.ts";
import { thresholdsSchema } from "./sections/thresholds.ts";
import type { Table } from "./toml.ts";

type Settings = v.InferOutput<typeof CrmSchema>;

/** Null where a problem was said. */
export function readCrm(name: string, own: Table, defaults: Table, reading: Reading): CrmConfig | null {
  const settings = v.parse(CrmSchema, layDefaults(own, defaults));
  const before = reading.problems.length;
  const at = (key: string) => (key in own ? ["crm", name, key] : key in defaults ? ["defaults", key] : ["crm", name]);
  const say: Say = (key, message) => reading.problems.push({ path: at(key), message });
  if ((settings.table !== null || settings.rules_table !== null) && settings.preset === "auto") {
    say(
      settings.table === null ? "rules_table" : "table",
      'say which kind of table: preset = "sync-history", or "automation" for one of any other shape, of which check then writes a view',
    );
  }
  for (const [rule, { expect }] of Object.entries(settings.rules)) {
    const recurrence = expect === null ? null : readRecurrence(expect);
    if (recurrence?.kind !== "inexpressible") continue;
    reading.problems.push({ path: ["crm", name, "rules", rule, "expect"], message: `expect: ${recurrence.reason}` });
  }
  warnOfOrder(name, settings, reading);
  const target = readConnection(settings, say, reading);
  if (target?.kind === "sqlite" && settings.schema !== null) say("schema", "SQLite has no schemas: leave it out");
  return target === null || reading.problems.length > before ? null : composeCrm(name, settings, target);
}

/** The settings of single rules stand before those of their CRM. */
function warnOfOrder(name: string, settings: Settings, { path, warnings }: Reading): void {
  const tables = [
    { place: ["crm", name], warn_after: settings.warn_after, error_after: settings.error_after },
    ...Object.entries(settings.rules).map(([rule, own]) => ({
      place: ["crm", name, "rules", rule],
      warn_after: own.warn_after ?? settings.warn_after,
      error_after: own.error_after ?? settings.error_after,
    })),
  ];
  for (const { place, warn_after: warn, error_after: error } of tables) {
    if (warn === null || error === null || warn <= error) continue;
    warnings.push(
      `${path}: ${nameTable(place)}: warn_after is longer than error_after: no warning comes before what is critical`,
    );
  }
}

/** The settings under the names that the program knows them by. */
export function composeCrm(name: string, settings: Settings, target: Target): CrmConfig {
  return {
    name,
    crmSource: settings.crm_source ?? name,
    target,
    preset: settings.preset,
    schema: settings.schema,
    table: settings.table,
    rulesTable: settings.rules_table,
    timeoutMs: settings.timeout,
    statementTimeoutMs: settings.statement_timeout ?? null,
    lockTimeoutMs: settings.lock_timeout,
    excludeRules: settings.exclude_rules,
    wrapperRules: settings.wrapper_rules,
    statuses: mapEntries(settings.statuses, (word, status) => [word.trim(), status]),
    ruleNames: settings.rule_names,
    timezone: settings.timezone,
    scheduleTimezone: settings.schedule_timezone,
    lateAfterMs: settings.late_after,
    warnAfterMs: settings.warn_after,
    errorAfterMs: settings.error_after,
    staleAfterMs: settings.stale_after,
    holidays: [],
    retiredRules: settings.retired_rules,
    rules: mapEntries(settings.rules, (rule, own) => [
      rule,
      {
        expect: own.expect,
        warnAfterMs: own.warn_after,
        errorAfterMs: own.error_after,
        staleAfterMs: own.stale_after,
      },
    ]),
    thresholds: settings.thresholds,
    ownThresholds: listOwn(settings.thresholds),
  };
}

/** Those that are not as they are by default: what means the same as the default is nobody's word. */
function listOwn(thresholds: Settings["thresholds"]): CrmConfig["ownThresholds"] {
  const presets = v.parse(thresholdsSchema, {});
  const names = Object.keys(presets) as CrmConfig["ownThresholds"];
  return names.filter((name) => thresholds[name] !== presets[name]);
}

function mapEntries<T, U>(table: Record<string, T>, change: (key: string, value: T) => [string, U]): Record<string, U> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => change(key, value)));
}
