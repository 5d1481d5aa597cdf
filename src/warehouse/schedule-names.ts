/** Schedule rows and sync types call the same thing by different names: `Genius_Appointment` starts `appointments`. */
import type { DeclaredRule, RuleActivity } from "../report/activity.ts";
import { countRuns } from "../report/counts.ts";
import { indexNames } from "../report/rules/renamed.ts";
import { findDisabled, joinRows } from "../report/rules/rules.ts";
import { normalizeName } from "../text/alike-names.ts";

/**
 * In a sync-history warehouse a rule is a sync type. Schedule rows attach to the type they name, several to one; those that
 * name none are a rule of their own, marked unmatched. Without schedule rows nothing is declared.
 */
export function attachSchedules(
  schedules: DeclaredRule[],
  rules: RuleActivity[],
  crmSource: string,
  ruleNames: Record<string, string>,
): DeclaredRule[] {
  if (schedules.length === 0) return [];
  const attached = new Map<string, DeclaredRule[]>();
  const unmatched: DeclaredRule[] = [];
  const findRule = indexRules(rules, crmSource, ruleNames);
  for (const schedule of schedules) {
    const rule = findRule(schedule.name);
    const others = rule === null ? unmatched : attached.get(rule);
    if (others !== undefined) others.push(schedule);
    else if (rule !== null) attached.set(rule, [schedule]);
  }
  const types = rules.filter(
    (rule) => countRuns(rule.current) > 0 || countRuns(rule.previous) > 0 || attached.has(rule.rule),
  );
  return [
    ...types.map((type) => declareType(type.rule, attached.get(type.rule) ?? [])),
    ...nameByRuns(unmatched, ruleNames).map((rule) => ({ ...rule, unmatched: true })),
  ];
}

/** A type that no schedule names is started some other way: nothing says that it is disabled. */
function declareType(name: string, schedules: DeclaredRule[]): DeclaredRule {
  const enabled = schedules.filter((schedule) => schedule.enabled);
  return {
    name,
    enabled: schedules.length === 0 || enabled.length > 0,
    automationLevel: null,
    strategy: null,
    priority: null,
    schedules: enabled.flatMap((schedule) => schedule.schedules),
    disabledMs: findDisabled(schedules),
    unmatched: false,
    isRewritten: false,
  };
}

/** The rule that a schedule's name means: the configured name, else what the name itself means. */
export function indexRules(
  rules: RuleActivity[],
  crmSource: string,
  ruleNames: Record<string, string>,
): (name: string) => string | null {
  const known = new Set(rules.map(({ rule }) => rule));
  const findRule = indexNames(rules, crmSource);
  return (name) => {
    const configured = mappedName(name, ruleNames);
    if (configured === null) return findRule(name);
    return known.has(configured) ? configured : null;
  };
}

/** Where a rule has the name of its runs: each under the name it is mapped to, if it is; several of one name are one rule. */
export function nameByRuns(declared: DeclaredRule[], ruleNames: Record<string, string>): DeclaredRule[] {
  const byName = Map.groupBy(declared, ({ name }) => mappedName(name, ruleNames) ?? name);
  return [...byName].map(([name, rows]) => joinRows(name, rows));
}

/** The name of the runs that the configuration maps a schedule's name to. */
export function mappedName(name: string, ruleNames: Record<string, string>): string | null {
  return Object.hasOwn(ruleNames, name) ? (ruleNames[name] ?? null) : null;
}

/** Tells whether a schedule's name means one of these rules. */
export function recognizeRules(
  rules: string[],
  crmSource: string,
  ruleNames: Record<string, string>,
): (name: string) => boolean {
  const known = new Set(rules);
  const alike = new Set(rules.map((rule) => normalizeName(rule, crmSource)));
  return (name) => {
    const meant = mappedName(name, ruleNames) ?? name;
    return known.has(meant) || alike.has(normalizeName(meant, crmSource));
  };
}
