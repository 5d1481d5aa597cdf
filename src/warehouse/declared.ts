/** The rules a warehouse declares, with their schedules, as one of the presets' relations tells them. */
import { maskName } from "../report/errors/redact.ts";
import type { CrmConfig } from "../config/schema.ts";
import type { DeclaredSchedule, RuleActivity, DeclaredRule } from "../report/activity.ts";
import { readRecurrence, type Recurrence } from "../time/recurrence.ts";
import type { Inexpressible } from "../time/cron.ts";
import { plainWord } from "../report/vocabulary.ts";
import { compareNames } from "../report/words.ts";
import { isLater } from "../report/written-later.ts";
import type { Document } from "./document.ts";
import { attachSchedules, indexRules, nameByRuns, recognizeRules } from "./schedule-names.ts";
import type { Source } from "./source.ts";

export type RuleConfig = Pick<CrmConfig, "crmSource" | "ruleNames" | "excludeRules" | "wrapperRules" | "timezone">;

/** Years 1 and 9999: what is beyond them is no date, as PostgreSQL's statement says too. */
const [FIRST_MS, LAST_MS] = [Date.parse("0001-01-01T00:00:00Z"), Date.UTC(9999, 0)];
/** Programs write the beginning of their time for no end. */
const FIRST_END_MS = Date.UTC(1971, 0);

type RuleRow = Document["rules"][number];

/**
 * As they were at the window's end, as far as their rows tell. Without those that are excluded, and without those that only wrap
 * others, unless no other is known to have run.
 */
export function readDeclared(
  document: Document,
  endMs: number,
  { ruleNames, wrapperRules }: Pick<Source, "ruleNames" | "wrapperRules">,
  rules: RuleActivity[],
  crm: RuleConfig,
): DeclaredRule[] {
  const made = listMade(document.rules, endMs, rules, crm);
  const declared = made.map((row) => declareRule(row, endMs));
  const wrapping = [
    ...(crm.wrapperRules ?? wrapperRules),
    ...rules.filter(({ current, previous }) => current.wrapper + previous.wrapper > 0).map(({ rule }) => rule),
  ];
  const words = wrapping.map(plainWord);
  const isAlone = document.wrappers_only && rules.every(({ rule }) => words.includes(plainWord(rule)));
  const without = new Set(isAlone ? crm.excludeRules : [...crm.excludeRules, ...wrapping]);
  if (ruleNames === "exact") {
    const named = nameByRuns(declared, crm.ruleNames);
    return named.filter(({ name }) => !without.has(name)).toSorted((a, b) => compareNames(a.name, b.name));
  }
  const isLeftOut = recognizeRules([...without], crm.crmSource, crm.ruleNames);
  const wanted = declared.filter(({ name }) => !isLeftOut(name));
  const attached = attachSchedules(wanted, rules, crm.crmSource, crm.ruleNames);
  return attached.toSorted((a, b) => compareNames(a.name, b.name));
}

/**
 * Those that were there at the window's end. Where all are younger than that, and a rule of theirs had run before, or none at
 * all is known to have run, the table was filled anew: its dates say nothing of the window.
 */
function listMade(
  rows: RuleRow[],
  endMs: number,
  rules: RuleActivity[],
  { crmSource, ruleNames }: RuleConfig,
): RuleRow[] {
  const made = rows.filter(({ created }) => created === null || created <= endMs);
  if (made.length > 0) return made;
  const findRule = indexRules(rules, crmSource, ruleNames);
  const isFilledAnew = rules.length === 0 || rows.some(({ name }) => findRule(name) !== null);
  return isFilledAnew ? rows.map((row) => ({ ...row, created: null, changed: null })) : made;
}

/** A row that was disabled later is that of an enabled rule: nothing says that it was disabled before. */
function declareRule(row: RuleRow, endMs: number): DeclaredRule {
  const enabled = row.enabled || isLater(row.changed, endMs);
  return {
    name: row.name,
    enabled,
    automationLevel: row.automation_level,
    strategy: row.strategy === null ? null : maskName(row.strategy),
    priority: row.priority === null ? null : maskName(row.priority),
    schedules: enabled ? listSchedules(row) : [],
    disabledMs: row.enabled ? null : limit(row.changed),
    unmatched: false,
    isRewritten: false,
  };
}

/** Of numbers, or of few words: nothing in it can be a secret, and to look for one costs more than to read it. */
const USUAL_SCHEDULE = /^(?:[\d *,/-]+|every \d{0,6} ?[a-z]{1,12})$/;

function listSchedules(row: RuleRow): DeclaredSchedule[] {
  const text = row.schedule?.trim() ?? "";
  const recurrence = row.recurrence === null ? (text === "" ? null : readRecurrence(text)) : readRow(row.recurrence);
  return recurrence === null
    ? []
    : [
        {
          text: USUAL_SCHEDULE.test(text) ? text : maskName(text),
          recurrence,
          startAtMs: limit(row.from),
          endAtMs: row.to !== null && row.to < FIRST_END_MS ? null : limit(row.to),
          createdMs: limit(row.created),
          changedMs: limit(row.changed),
        },
      ];
}

/** SQLite's numbers go beyond what a date can be. */
function limit(ms: number | null): number | null {
  return ms === null ? null : Math.min(Math.max(ms, FIRST_MS), LAST_MS);
}

/** A row of sync_schedule. A crontab field that is not set means every value, as in Celery. */
function readRow(row: NonNullable<RuleRow["recurrence"]>): Recurrence | Inexpressible {
  if (row.kind === "other") {
    const type = row.type === null ? "no recurrence_type" : `recurrence_type ${JSON.stringify(maskName(row.type))}`;
    return { kind: "inexpressible", reason: `${type}: neither interval nor crontab` };
  }
  if (row.kind === "interval") {
    if (row.every === null) return { kind: "inexpressible", reason: "an interval without a length" };
    return readRecurrence(`every ${row.every} ${row.period ?? ""}`);
  }
  const field = (text: string | null) => text?.trim() || "*";
  return {
    kind: "crontab",
    minute: field(row.minute),
    hour: field(row.hour),
    dayOfWeek: field(row.day_of_week),
    dayOfMonth: field(row.day_of_month),
    monthOfYear: field(row.month_of_year),
  };
}
