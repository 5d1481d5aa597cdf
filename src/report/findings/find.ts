/** What an operator may have to act on. Each finding is a small rule over the facts; the table is the list of them. */
import type { Finding } from "../document/schema.ts";
import { SEVERITIES, type FindingId } from "../words.ts";
import { CONDITION_FINDINGS } from "./conditions.ts";
import type { Facts, Finder } from "./facts.ts";
import { findDecline, findFall, findLowSuccess, findManyFailures, findSlowdown } from "./outcome.ts";
import {
  findAssumedZone,
  findContradictions,
  findOtherSpelling,
  findUnknownStatus,
  findUnreadableStarts,
} from "./rows.ts";
import {
  findIdleRules,
  findInexpressibleSchedules,
  findManualShare,
  findUndeclaredRules,
  findUnreadableRules,
} from "./setup.ts";
import { findPause } from "./pause.ts";
import { findNoData, findStale } from "./silence.ts";
import { findStopped } from "./stopped.ts";

/** What did not run and what fails comes first. */
const FINDERS: Record<Exclude<FindingId, "tables-missing">, Finder> = {
  "rules-stopped": findStopped,
  ...CONDITION_FINDINGS,
  "runs-missed-together": findPause,
  "no-data": findNoData,
  "failures-many": findManyFailures,
  "success-rate-low": findLowSuccess,
  "success-rate-fell": findFall,
  "trend-declining": findDecline,
  "duration-rising": findSlowdown,
  "stale-actions": findStale,
  "unknown-status": findUnknownStatus,
  "starts-unreadable": findUnreadableStarts,
  "rules-unreadable": findUnreadableRules,
  "times-without-zone": findAssumedZone,
  "source-spelled-otherwise": findOtherSpelling,
  "rows-contradictory": findContradictions,
  "utilization-low": findIdleRules,
  "manual-share-high": findManualShare,
  "schedule-inexpressible": findInexpressibleSchedules,
  "rule-undeclared": findUndeclaredRules,
};

/** Most urgent first: by severity, then in the table's order. */
export function findAll(facts: Facts): Finding[] {
  const found = Object.entries(FINDERS).flatMap(([id, find]) =>
    find(facts).map((finding) => ({ id: id as FindingId, ...finding })),
  );
  return found.toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
}
