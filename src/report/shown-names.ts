/** Names of rules and schedules as a report may show them: the warehouse's writers choose them, command lines included. */
import type { ReadActivity } from "./activity.ts";
import { maskName } from "./errors/redact.ts";
import type { Past } from "./memory/cells.ts";
import type { ReportSettings } from "./settings.ts";
import { compareNames } from "./words.ts";

/** The same with secrets masked in every name. Without a secret in any name all stay as they are. */
export function hideSecretsInNames<T extends ReadActivity>(
  activity: T,
  settings: ReportSettings,
  past: Past | null,
): { activity: T; settings: ReportSettings; past: Past | null } {
  const shown = chooseNames(listNames(activity, settings, past));
  if (shown.size === 0) return { activity, settings, past };
  const show = (name: string) => shown.get(name) ?? name;
  const rename = <R extends { rule: string }>(row: R): R => ({ ...row, rule: show(row.rule) });
  return {
    activity: {
      ...activity,
      rules: activity.rules.map(rename),
      failures: activity.failures.map(rename),
      recent: activity.recent.map(rename),
      wrappers: activity.wrappers.map(rename),
      wrapperRuns: activity.wrapperRuns.map(rename),
      contradictions: activity.contradictions.map((row) => ({
        ...row,
        rule: row.rule === null ? null : show(row.rule),
      })),
      sampledRules: activity.sampledRules.map(show),
      declaredRules: activity.declaredRules.map((rule) => ({ ...rule, name: show(rule.name) })),
    },
    past: past === null ? null : { ...past, rules: past.rules.map(rename) },
    settings: {
      ...settings,
      excludedRules: settings.excludedRules.map(show),
      retiredRules: settings.retiredRules.map(rename),
      rules: Object.fromEntries(Object.entries(settings.rules).map(([name, rule]) => [show(name), rule])),
    },
  };
}

function listNames(activity: ReadActivity, settings: ReportSettings, past: Past | null): Set<string> {
  const rows = [
    ...activity.rules,
    ...activity.failures,
    ...activity.recent,
    ...activity.wrappers,
    ...activity.wrapperRuns,
  ];
  return new Set([
    ...rows.map(({ rule }) => rule),
    ...(past?.rules ?? []).map(({ rule }) => rule),
    ...activity.contradictions.flatMap(({ rule }) => rule ?? []),
    ...activity.declaredRules.map(({ name }) => name),
    ...Object.keys(settings.rules),
  ]);
}

/** Of the names that hold a secret. Rules that differ in nothing else are numbered, so that they stay several rules. */
function chooseNames(names: Set<string>): Map<string, string> {
  const chosen = new Map<string, string>();
  const taken = new Set(names);
  for (const name of [...names].toSorted(compareNames)) {
    const masked = maskName(name);
    if (masked === name) continue;
    let shown = masked;
    for (let n = 2; taken.has(shown); n++) shown = `${masked} (${n})`;
    taken.add(shown);
    chosen.set(name, shown);
  }
  return chosen;
}
