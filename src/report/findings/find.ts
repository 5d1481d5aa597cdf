/** What an operator may have to act on. Each finding is a small rule over the facts; the table is the list of them. */
import type { Finding } from "../schema.ts";
import { SEVERITIES, type FindingId } from "../words.ts";
import { findAbsences } from "./absence.ts";
import type { Facts, Finder } from "./facts.ts";
import {
  findDecline,
  findFailingRules,
  findFall,
  findLate,
  findLowSuccess,
  findManyFailures,
  findSlowdown,
  findTooOften,
} from "./outcome.ts";
import { findContradictions, findUnknownStatus, findZeroRecords } from "./rows.ts";
import {
  findIdleRules,
  findInexpressibleSchedules,
  findManualShare,
  findUndeclaredRules,
  findUnmatchedSchedules,
} from "./setup.ts";
import { findNoData, findStale } from "./silence.ts";

/** What did not run and what never ended comes first. */
const FINDERS: Record<Exclude<FindingId, "tables-missing">, Finder> = {
  "no-data": findNoData,
  "never-ran": pickAbsences("never-ran"),
  "rule-overdue": pickAbsences("rule-overdue"),
  "runs-missed": pickAbsences("runs-missed"),
  "rule-silent": pickAbsences("rule-silent"),
  "stale-actions": findStale,
  "zero-records": findZeroRecords,
  "rule-success-rate-low": findFailingRules,
  "success-rate-low": findLowSuccess,
  "failures-many": findManyFailures,
  "success-rate-fell": findFall,
  "trend-declining": findDecline,
  "duration-rising": findSlowdown,
  "runs-too-often": findTooOften,
  "runs-late": findLate,
  "unknown-status": findUnknownStatus,
  "rows-contradictory": findContradictions,
  "utilization-low": findIdleRules,
  "manual-share-high": findManualShare,
  "schedule-unmatched": findUnmatchedSchedules,
  "schedule-inexpressible": findInexpressibleSchedules,
  "rule-undeclared": findUndeclaredRules,
};

/** Most urgent first: by severity, then in the table's order. */
export function findAll(known: Omit<Facts, "absences">): Finding[] {
  const facts = { ...known, absences: findAbsences(known) };
  const found = Object.entries(FINDERS).flatMap(([id, find]) =>
    find(facts).map((finding) => ({ id: id as FindingId, ...finding })),
  );
  return found.toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
}

function pickAbsences(id: FindingId): Finder {
  return ({ absences }) => absences.flatMap((absence) => (absence.id === id ? [absence.found] : []));
}
