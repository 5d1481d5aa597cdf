/** Which names in a CRM's settings mean nothing that its warehouse holds: a slip of the pen, or something that is gone. */
import { maskName } from "../report/errors/redact.ts";
import { plainWord } from "../report/vocabulary.ts";
import type { CrmConfig } from "../config/schema.ts";
import type { RuleNames } from "./presets.ts";
import { normalizeName } from "../text/alike-names.ts";
import { mappedName } from "./schedule-names.ts";

/** Of the newest runs, up to this many are asked for their names. */
export const MOST_NAMED_RUNS = 100_000;

const SETTINGS = [
  "rules",
  "rules with expect",
  "exclude_rules",
  "wrapper_rules",
  "rule_names",
  "rule_names to",
  "statuses",
] as const;

/** A name that a setting holds; `rules with expect` are judged although nothing has their name, `rule_names to` is the name of runs that a schedule or a declared rule is mapped to. */
export type NamedSetting = { setting: (typeof SETTINGS)[number]; name: string };

/** `near`: what is there and only written otherwise. */
export type UnusedSetting = NamedSetting & { near: string | null };

export type NamingConfig = Pick<
  CrmConfig,
  "crmSource" | "rules" | "excludeRules" | "wrapperRules" | "ruleNames" | "statuses"
>;

/** What a CRM's rows name: the rules of its runs, those declared or scheduled, and its status words as `writeWord` spells them. */
export type RowNames = { runs: string[]; declared: string[]; words: string[] };

export function listNamedSettings(crm: NamingConfig): NamedSetting[] {
  const rules = Object.keys(crm.rules);
  const names: Record<NamedSetting["setting"], string[]> = {
    rules: rules.filter((rule) => (crm.rules[rule]?.expect ?? null) === null),
    "rules with expect": rules.filter((rule) => (crm.rules[rule]?.expect ?? null) !== null),
    exclude_rules: crm.excludeRules,
    wrapper_rules: crm.wrapperRules ?? [],
    rule_names: Object.keys(crm.ruleNames),
    "rule_names to": Object.values(crm.ruleNames),
    statuses: Object.keys(crm.statuses),
  };
  return SETTINGS.flatMap((setting) => [...new Set(names[setting])].map((name) => ({ setting, name })));
}

/** In the order in which the settings are listed; names as a report shows them. */
export function findUnused(crm: NamingConfig, rows: RowNames, ruleNames: RuleNames): UnusedSetting[] {
  const { runs, declared, words } = rows;
  const mapped = declared.map((schedule) => mappedName(schedule, crm.ruleNames) ?? schedule);
  const there: There = {
    runs: indexNames(runs, crm),
    declared: indexNames(declared, crm),
    mapped: indexNames(mapped, crm),
    either: indexNames([...runs, ...mapped], crm),
    words,
  };
  return listNamedSettings(crm).flatMap(({ setting, name }) => {
    const near = NEAR[setting](name, there, crm, ruleNames);
    return near === "used" ? [] : [{ setting, name: maskName(name), near: near === null ? null : maskName(near.name) }];
  });
}

/** The name is used, or another is like it, or neither. */
type Answer = "used" | { name: string } | null;

/** Names as they are, and the first of those that are alike. */
type Names = { own: Set<string>; alike: Map<string, string> };

/** `mapped`: what the declared mean. */
type There = { runs: Names; declared: Names; mapped: Names; either: Names; words: string[] };

type Seek = (name: string, there: There, crm: NamingConfig, ruleNames: RuleNames) => Answer;

/** Runs are left out by their very name, schedules by one that is like it. */
const seekLeftOut: Seek = (name, { runs, mapped }, crm, ruleNames) => {
  const answer = seekAmong(name, runs, crm);
  if (answer !== null) return answer;
  const ofDeclared = seekAmong(name, mapped, crm);
  return ofDeclared !== null && ruleNames === "normalized" ? "used" : ofDeclared;
};

const seekRule: Seek = (name, { either }, crm) => seekAmong(name, either, crm);

const NEAR: Record<NamedSetting["setting"], Seek> = {
  rules: seekRule,
  "rules with expect": seekRule,
  exclude_rules: seekLeftOut,
  wrapper_rules: seekLeftOut,
  rule_names: (name, { declared }, crm) => seekAmong(name, declared, crm),
  "rule_names to": (name, { runs }, crm) => seekAmong(name, runs, crm),
  statuses: (name, { words }) => (words.some((word) => plainWord(word) === plainWord(name)) ? "used" : null),
};

function indexNames(names: string[], { crmSource }: NamingConfig): Names {
  const alike = new Map(names.toReversed().map((name) => [normalizeName(name, crmSource), name]));
  return { own: new Set(names), alike };
}

function seekAmong(name: string, { own, alike: likes }: Names, { crmSource }: NamingConfig): Answer {
  if (own.has(name)) return "used";
  const alike = likes.get(normalizeName(name, crmSource));
  return alike === undefined ? null : { name: alike };
}
