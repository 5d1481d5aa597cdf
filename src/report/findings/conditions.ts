/** From the rules' conditions to findings: at most one for each rule. */
import type { Condition, FindingId } from "../words.ts";
import { explainMissed } from "./misread.ts";
import { listRecovered } from "./outcome.ts";
import { listPaused } from "./pause.ts";
import { listStoppedTogether } from "./stopped.ts";
import type { Finder } from "./facts.ts";

/** Each rule's own finding, without those that one of the CRM tells: `rules-stopped`, `runs-missed-together` or `failures-many`. */
function findByCondition(condition: Condition): Finder {
  return (facts) => {
    const together = new Set([
      ...listStoppedTogether(facts),
      ...(condition === "degraded" ? [...listPaused(facts), ...listRecovered(facts)] : []),
    ]);
    return facts.states
      .filter(({ judgement }) => judgement.condition === condition && judgement.severity !== null)
      .filter((state) => !together.has(state))
      .map((state) => ({
        severity: state.judgement.severity ?? "info",
        rule_name: state.facts.rule,
        message: state.judgement.message,
        evidence: {
          ...state.judgement.evidence,
          ...(state.judgement.degradation === null ? {} : { degradation: state.judgement.degradation }),
          ...explainMissed(state, facts.states),
        },
      }));
  };
}

/** The finding of a condition, by its name. */
export const CONDITION_FINDINGS = {
  "rule-failing": findByCondition("failing"),
  "rule-overdue": findByCondition("overdue"),
  "rule-stuck": findByCondition("stuck"),
  "rule-never": findByCondition("never"),
  "rule-empty": findByCondition("empty"),
  "rule-degraded": findByCondition("degraded"),
  "rule-idle": findByCondition("idle"),
} satisfies Partial<Record<FindingId, Finder>>;
