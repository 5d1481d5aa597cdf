/** Schedule rows and sync types call the same thing by different names: `Genius_Appointment` starts `appointments`. */
import type { DeclaredRule, RuleActivity } from "../report/activity.ts";
import { countRuns } from "../report/counts.ts";
import { findNewestSpelling } from "../report/renamed.ts";
import { normalizeName } from "../text/alike-names.ts";

/**
 * In a sync-history warehouse a rule is a sync type. Schedule rows attach to the type they name, several to one; an
 * enabled row that names none is a rule of its own, marked unmatched. Without schedule rows nothing is declared.
 */
export function attachSchedules(
  schedules: DeclaredRule[],
  rules: RuleActivity[],
  crmSource: string,
  ruleNames: Record<string, string>,
): DeclaredRule[] {
  if (schedules.length === 0) return [];
  const attached = new Map<string, DeclaredRule[]>();
  const unmatched = new Map<string, DeclaredRule>();
  const findRule = indexRules(rules, crmSource, ruleNames);
  for (const schedule of schedules) {
    const rule = findRule(schedule.name);
    if (rule !== null) {
      const others = attached.get(rule);
      if (others === undefined) attached.set(rule, [schedule]);
      else others.push(schedule);
    } else if (schedule.enabled) {
      const name = mappedName(schedule.name, ruleNames) ?? schedule.name;
      unmatched.set(name, unmatched.get(name) ?? { ...schedule, name, unmatched: true });
    }
  }
  const types = rules.filter(
    (rule) => countRuns(rule.current) > 0 || countRuns(rule.previous) > 0 || attached.has(rule.rule),
  );
  return [...types.map((type) => declareType(type.rule, attached.get(type.rule) ?? [])), ...unmatched.values()];
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

/** Null: one of its rows is enabled to this day. */
function findDisabled(schedules: DeclaredRule[]): number | null {
  if (schedules.some(({ enabled, disabledMs }) => enabled && disabledMs === null)) return null;
  const changes = schedules.flatMap(({ disabledMs }) => disabledMs ?? []);
  return changes.length === 0 ? null : Math.max(...changes);
}

/**
 * The rule that a schedule's name means: the configured name, else the same name, else the same in other capitals, else the rule
 * whose normalised name is the same, of several the one that goes on where the others ended; never a guess. Thousands of schedules
 * are looked up, so that rules are put in order once.
 */
export function indexRules(
  rules: RuleActivity[],
  crmSource: string,
  ruleNames: Record<string, string>,
): (name: string) => string | null {
  const known = new Set(rules.map(({ rule }) => rule));
  const bySmallLetters = Map.groupBy(rules, ({ rule }) => rule.toLowerCase());
  const alike = Map.groupBy(rules, ({ rule }) => normalizeName(rule, crmSource));
  return (name) => {
    const configured = mappedName(name, ruleNames);
    if (configured !== null) return known.has(configured) ? configured : null;
    if (known.has(name)) return name;
    const same = bySmallLetters.get(name.toLowerCase());
    if (same !== undefined) return findNewestSpelling(same) ?? same[0]?.rule ?? null;
    return findNewestSpelling(alike.get(normalizeName(name, crmSource)) ?? []);
  };
}

/** Where a rule has the name of its runs: each under the name it is mapped to, if it is; several of one name are one rule. */
export function nameByRuns(declared: DeclaredRule[], ruleNames: Record<string, string>): DeclaredRule[] {
  const byName = Map.groupBy(declared, ({ name }) => mappedName(name, ruleNames) ?? name);
  return [...byName].map(([name, rows]) => joinRows(name, rows));
}

/** What its first enabled row says of a rule holds; each of them may start it. */
function joinRows(name: string, rows: DeclaredRule[]): DeclaredRule {
  const enabled = rows.filter((row) => row.enabled);
  const say = <K extends "automationLevel" | "strategy" | "priority">(key: K): DeclaredRule[K] | null =>
    [...enabled, ...rows].find((row) => row[key] !== null)?.[key] ?? null;
  return {
    name,
    enabled: enabled.length > 0,
    automationLevel: say("automationLevel"),
    strategy: say("strategy"),
    priority: say("priority"),
    schedules: enabled.flatMap((row) => row.schedules),
    disabledMs: findDisabled(rows),
    unmatched: false,
    isRewritten: false,
  };
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
