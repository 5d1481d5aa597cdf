/** Which names in a CRM's settings mean nothing that its warehouse holds: a slip of the pen, or something that is gone. */
import { plainWord } from "../report/vocabulary.ts";
import type { CrmConfig } from "../config/schema.ts";
import type { RuleNames } from "./presets.ts";
import { areAlike } from "../text/alike-names.ts";
import { mappedName } from "./schedule-names.ts";

/** Of the newest runs, up to this many are asked for their names. */
export const MOST_NAMED_RUNS = 100_000;

const SETTINGS = ["rules", "exclude_rules", "wrapper_rules", "rule_names", "rule_names to", "statuses"] as const;

/** A name that a setting holds; `rule_names to` is the sync type that a schedule is mapped to. */
export type NamedSetting = { setting: (typeof SETTINGS)[number]; name: string };

/** `near`: what is there and only written otherwise. */
export type UnusedSetting = NamedSetting & { near: string | null };

export type NamingConfig = Pick<
  CrmConfig,
  "crmSource" | "rules" | "excludeRules" | "wrapperRules" | "ruleNames" | "statuses"
>;

/** What a CRM's rows name: the rules of its runs, those declared or scheduled, and its status words as `plainWord` makes them. */
export type RowNames = { runs: string[]; declared: string[]; words: string[] };

export function listNamedSettings(crm: NamingConfig): NamedSetting[] {
  const names: Record<NamedSetting["setting"], string[]> = {
    rules: Object.keys(crm.rules),
    exclude_rules: crm.excludeRules,
    wrapper_rules: crm.wrapperRules ?? [],
    rule_names: Object.keys(crm.ruleNames),
    "rule_names to": Object.values(crm.ruleNames),
    statuses: Object.keys(crm.statuses),
  };
  return SETTINGS.flatMap((setting) => [...new Set(names[setting])].map((name) => ({ setting, name })));
}

/** In the order in which the settings are listed. */
export function findUnused(crm: NamingConfig, rows: RowNames, ruleNames: RuleNames): UnusedSetting[] {
  return listNamedSettings(crm).flatMap(({ setting, name }) => {
    const near = NEAR[setting](name, rows, crm, ruleNames);
    return near === "used" ? [] : [{ setting, name, near: near?.name ?? null }];
  });
}

/** The name is used, or another is like it, or neither. */
type Answer = "used" | { name: string } | null;

type Seek = (name: string, rows: RowNames, crm: NamingConfig, ruleNames: RuleNames) => Answer;

/** Runs are left out by their very name, schedules by one that is like it. */
const seekLeftOut: Seek = (name, { runs, declared }, crm, ruleNames) => {
  const answer = seekAmong(name, runs, crm);
  if (answer !== null) return answer;
  const ofDeclared = seekAmong(
    name,
    declared.map((schedule) => mappedName(schedule, crm.ruleNames) ?? schedule),
    crm,
  );
  return ofDeclared !== null && ruleNames === "normalized" ? "used" : ofDeclared;
};

const NEAR: Record<NamedSetting["setting"], Seek> = {
  rules: (name, { runs, declared }, crm) =>
    seekAmong(name, [...runs, ...declared.map((schedule) => mappedName(schedule, crm.ruleNames) ?? schedule)], crm),
  exclude_rules: seekLeftOut,
  wrapper_rules: seekLeftOut,
  rule_names: (name, { declared }, crm) => seekAmong(name, declared, crm),
  "rule_names to": (name, { runs }, crm) => seekAmong(name, runs, crm),
  statuses: (name, { words }) => (words.includes(plainWord(name)) ? "used" : null),
};

function seekAmong(name: string, names: string[], { crmSource }: NamingConfig): Answer {
  if (names.includes(name)) return "used";
  const alike = names.find((other) => areAlike(name, other, crmSource));
  return alike === undefined ? null : { name: alike };
}
