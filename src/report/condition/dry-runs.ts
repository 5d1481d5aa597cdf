/** Dry runs, which store nothing: whether a rule makes no others, or none since it last ran. */
import { formatHours, formatNear, formatPlural } from "../../text/figures.ts";
import { hoursOf } from "../../time/window.ts";
import type { RuleFacts } from "./facts.ts";
import { formatMissed } from "./missed.ts";

/** As many as were due, up to this share of them or one: they are started at about their times. */
const ALIKE_SHARE = 0.25;

/**
 * How many dry runs ended in the window, where no run of its own started in it, or about as many of them as were due since.
 * More of them than that were there all along.
 */
export function countDryRuns(facts: RuleFacts): number {
  return areDryRunsOnly(facts) || areDryRunsInstead(facts) ? facts.counts.dry_run : 0;
}

/** About as many as were due since its last start. */
function areDryRunsInstead(facts: RuleFacts): boolean {
  const due = countDueInWindow(facts);
  const dryRuns = facts.counts.dry_run;
  return dryRuns > 0 && due > 0 && Math.abs(dryRuns - due) <= Math.max(1, due * ALIKE_SHARE);
}

/** Its runs that were due, by its schedules, in the place of "did not start"; "": they are no dry runs. */
export function sayDueDryRuns(facts: RuleFacts): string {
  const { missedSince } = facts;
  if (!areDryRunsInstead(facts)) return "";
  const due = `${formatMissed(missedSince)} due since`;
  if (areDryRunsOnly(facts)) return due;
  return `${due} ${missedSince.n === 1 ? "was a dry run" : "were dry runs"}`;
}

/** All that has started since its last start, as the subject of a sentence; `isCounted`: it tells how many dry runs that were. */
export function sayStarted(facts: RuleFacts): { what: string; isCounted: boolean } {
  if (countDryRuns(facts) === 0) return { what: "nothing", isCounted: false };
  if (areDryRunsOnly(facts)) return { what: "nothing but dry runs", isCounted: false };
  return { what: `nothing but ${formatPlural(facts.counts.dry_run, "dry run")}`, isCounted: true };
}

/** What else is to be said of its dry runs, as a part of a sentence. */
export function sayDryRuns(facts: RuleFacts): string {
  const { counts, window, lastStartMs, missedSince } = facts;
  if (counts.dry_run === 0) return "";
  const runs = formatPlural(counts.dry_run, "run");
  const hours = formatHours(hoursOf(window));
  if (areDryRunsOnly(facts))
    return counts.dry_run === 1
      ? `; its only run in ${hours} was a dry run`
      : `; all of its ${runs} in ${hours} were dry runs`;
  if (!areDryRunsInstead(facts)) return `; beside its own ${formatPlural(counts.dry_run, "dry run")} in ${hours}`;
  return missedSince.n > 0
    ? ""
    : `; all of its ${runs} since ${formatNear(lastStartMs ?? 0, window.endMs)} were dry runs`;
}

function areDryRunsOnly({ lastStartMs, window }: RuleFacts): boolean {
  return lastStartMs !== null && lastStartMs < window.startMs;
}

/** Since its last start, by its schedules, else by its past, else by its usual interval. */
function countDueInWindow({ missedSince, silence, usualIntervalMs, lastStartMs, window, compared }: RuleFacts): number {
  if (lastStartMs === null) return 0;
  const silentMs = window.endMs - lastStartMs;
  const share = Math.min(1, (window.endMs - window.startMs) / silentMs);
  if (missedSince.n > 0) return share < 1 ? (compared?.expected ?? missedSince.n * share) : missedSince.n;
  if (silence !== null) return silence.expected * share;
  return usualIntervalMs === null ? 0 : (silentMs * share) / usualIntervalMs;
}
