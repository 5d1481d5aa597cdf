/** The CRM's own success rate against its past: the same test as a rule's, on all its runs together. */
import type { ReportSettings } from "../settings.ts";
import type { Thresholds } from "../thresholds.ts";
import { findFailureShift, type FailureShift } from "./failures.ts";
import type { Finished, RuleHistory } from "./history.ts";
import { FEWEST_DAYS } from "./usual.ts";

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

function addUp(rules: RuleHistory[]): Finished[] {
  const byHour = new Map<number, Finished>();
  for (const { hour, total, failed } of rules.flatMap(({ finished }) => finished)) {
    const sum = byHour.get(hour) ?? { hour, total: 0, failed: 0 };
    byHour.set(hour, { hour, total: sum.total + total, failed: sum.failed + failed });
  }
  return [...byHour.values()].toSorted((a, b) => a.hour - b.hour);
}
