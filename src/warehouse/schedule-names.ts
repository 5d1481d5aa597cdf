/** Schedule rows and sync types call the same thing by different names: `Genius_Appointment` starts `appointments`. */
import type { DeclaredRule, RuleActivity } from "../report/activity.ts";
import { countRuns } from "../report/counts.ts";

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
    unmatched: false,
  };
}

/**
 * The rule that a schedule's name means: the configured name, else the same name, else the one rule whose normalised name is
 * the same; never a guess. Thousands of schedules are looked up, so that rules are put in order once.
 */
function indexRules(
  rules: RuleActivity[],
  crmSource: string,
  ruleNames: Record<string, string>,
): (name: string) => string | null {
  const names = rules.map(({ rule }) => rule);
  const known = new Set(names);
  const bySmallLetters = new Map(names.toReversed().map((name) => [name.toLowerCase(), name]));
  const alike = Map.groupBy(names, (name) => normalizeName(name, crmSource));
  return (name) => {
    const configured = mappedName(name, ruleNames);
    if (configured !== null) return known.has(configured) ? configured : null;
    const same = bySmallLetters.get(name.toLowerCase());
    if (same !== undefined) return same;
    const [only, another] = alike.get(normalizeName(name, crmSource)) ?? [];
    return another === undefined ? (only ?? null) : null;
  };
}

/** The sync type that the configuration maps a schedule's name to. */
export function mappedName(name: string, ruleNames: Record<string, string>): string | null {
  return Object.hasOwn(ruleNames, name) ? (ruleNames[name] ?? null) : null;
}

function joinLetters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
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

/** Whether two names differ only in case, blanks, number, or the CRM's name before them. */
export function areAlike(name: string, other: string, crmSource: string): boolean {
  return normalizeName(name, crmSource) === normalizeName(other, crmSource);
}

/**
 * The letters and digits in lower case, without the CRM's name and a `sync` before that, the last word in the singular. Where
 * a name is split into words does not matter: `MarketSharpSource` is `marketsharp_sources`.
 */
function normalizeName(name: string, crmSource: string): string {
  const words = name.split(/[^\p{L}\p{N}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u).filter(Boolean);
  const letters = words.map((word) => word.toLowerCase());
  const source = joinLetters(crmSource);
  const named = letters[0] === "sync" ? withoutPrefix(letters.slice(1), source) : null;
  const bare = named ?? withoutPrefix(letters, source) ?? letters;
  const [, text = "", number = ""] = /^(.*?)(\p{N}*)$/u.exec(bare.join("")) ?? [];
  return singular(text) + number;
}

/** What stands behind the CRM's name; null where the name is not there, or nothing stands behind it. */
function withoutPrefix(words: string[], source: string): string[] | null {
  const length = words.findIndex((_, index) => words.slice(0, index + 1).join("") === source) + 1;
  return length > 0 && length < words.length ? words.slice(length) : null;
}

/** One form for both numbers. It need not be a word: `house` and `houses` are both `hou`. */
function singular(text: string): string {
  if (/[^aeiou]ies?$/.test(text)) return text.replace(/ies?$/, "y");
  return text.replace(/(us|ss|x|z|ch|sh)es?$/, "$1").replace(/([^s])s$/, "$1");
}
