/** What most failures of a CRM have in common, and whether that is over. */
import type { ErrorGroup } from "../errors/schema.ts";
import { hasFailed, settledAt } from "../rules/attempts.ts";
import { OVER_MS } from "../pass/shared-failures.ts";
import { HOUR_MS } from "../../time/units.ts";
import type { Facts, RuleState } from "./facts.ts";

/** An outage may rest for as long, and is not over. */
const REST_MS = 3 * HOUR_MS;
/** Fewer successes than these show nothing. */
const FEWEST_SUCCESSES = 3;

/** What more than half of the failures have in common. */
export function findCommon({ errorGroups: [group], outcome }: Facts): ErrorGroup | null {
  return group !== undefined && group.example !== null && group.count * 2 > outcome.failed ? group : null;
}

/**
 * Of a cause that is over, when it was seen last: each of its rules has succeeded since, and that was longer ago than it lasted
 * or each has succeeded often enough. Null: it may go on.
 */
export function findEnd(group: ErrorGroup, { activity: { window }, states }: Facts): number | null {
  const [firstMs, lastMs] = [Date.parse(group.first_seen), Date.parse(group.last_seen)];
  const quietMs = window.endMs - lastMs;
  if (quietMs <= OVER_MS) return null;
  const isLong = quietMs > lastMs - firstMs;
  const stateOf = new Map(states.map((state) => [state.facts.rule, state]));
  return group.rules.every((rule) => {
    const state = stateOf.get(rule);
    if (state === undefined || (state.facts.lastSuccessMs ?? -Infinity) <= lastMs) return false;
    return isLong || (quietMs >= REST_MS && isWell(state, firstMs));
  })
    ? lastMs
    : null;
}

/** By its own past; where that does not tell, by more newest successes in a row than there were between two failures. */
function isWell({ facts: { finished }, judgement: { degradation, evidence } }: RuleState, firstMs: number): boolean {
  if (degradation === "failures" && typeof evidence["over"] === "boolean") return evidence["over"];
  const inIt = finished.filter((run) => settledAt(run) >= firstMs);
  const places = inIt.flatMap((run, index) => (hasFailed(run) ? index : []));
  const rests = places.slice(1).map((place, index) => place - (places[index] ?? place) - 1);
  return (places[0] ?? inIt.length) >= Math.max(FEWEST_SUCCESSES, ...rests.map((rest) => rest + 1));
}
