/** The CRM's own success rate against its past: the same test as a rule's, on all its runs together. */
import type { ReportSettings } from "../settings.ts";
import type { Thresholds } from "../thresholds.ts";
import { findFailureShift, type FailureShift } from "./failures.ts";
import { addAt, createTally, takeColumns, type HourColumns } from "./columns.ts";
import type { RuleHistory } from "./history.ts";
import { FEWEST_DAYS } from "./known.ts";

export type CrmShift = {
  /** Null: its runs fail as usual, or too little is known. */
  shift: FailureShift | null;
  knownDays: number;
  /** Whether its past decides instead of that threshold: enough is known, and the configuration does not set it. */
  decides: (threshold: keyof Thresholds) => boolean;
};

export function judgeCrm(histories: ReadonlyMap<string, RuleHistory>, { ownThresholds }: ReportSettings): CrmShift {
  const rules = [...histories.values()];
  const knownDays = rules.length === 0 ? 0 : Math.max(...rules.map((rule) => rule.knownDays));
  const isKnown = knownDays >= FEWEST_DAYS;
  return {
    shift: isKnown ? findFailureShift({ finished: addUp(rules), endHour: rules[0]?.endHour ?? 0 }) : null,
    knownDays,
    decides: (threshold) => isKnown && !ownThresholds.includes(threshold),
  };
}

function addUp(rules: RuleHistory[]): HourColumns {
  const all = rules.map(({ finished }) => finished);
  const fromHour = Math.min(...all.map(({ hours }) => hours[0] ?? Infinity));
  const toHour = Math.max(...all.map(({ hours }) => hours.at(-1) ?? -Infinity)) + 1;
  const sum = createTally(Math.max(0, toHour - fromHour));
  for (const finished of all)
    for (let index = 0; index < finished.hours.length; index += 1)
      addAt(sum, (finished.hours[index] ?? 0) - fromHour, finished.counts[index] ?? 0, finished.values[index] ?? 0);
  return takeColumns(sum, fromHour);
}
