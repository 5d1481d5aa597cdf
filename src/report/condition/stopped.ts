/** A rule whose newest run failed, and of which nothing has been seen since. */
import { formatNear } from "../../text/figures.ts";
import { aliveUntil } from "../rules/attempts.ts";
import { rankSeverity } from "../words.ts";
import { judgeFailing } from "./failing.ts";
import type { Judgement, RuleFacts } from "./facts.ts";
import { sayFruitless } from "./fruitless.ts";
import { formatMissed, sayAbsent } from "./missed.ts";
import { judgeOverdue } from "./overdue.ts";
import { sayDueDryRuns } from "./dry-runs.ts";

/** That its runs fail, or that it has stopped since, whichever is worse; either names the other. */
export function judgeFailed(facts: RuleFacts): Judgement | null {
  const failing = judgeFailing(facts);
  const stopped = failing === null ? null : judgeStopped(facts);
  if (failing === null || stopped === null) return failing;
  // An outage tells more than old failures.
  if (stopped.severity === "critical" || rank(stopped) > rank(failing)) {
    // The trouble is as old as the failures.
    return { ...stopped, sinceMs: Math.min(stopped.sinceMs ?? Infinity, failing.sinceMs ?? Infinity) };
  }
  const { n, isMinimum } = facts.missedSince;
  return {
    ...failing,
    message: `${failing.message}; ${sayStopped(facts)}`,
    evidence: { ...failing.evidence, missed: n, missed_is_minimum: isMinimum },
  };
}

/** Overdue by what has not started since the failure: what fails all the time is not silent. */
function judgeStopped(facts: RuleFacts): Judgement | null {
  const { finished, limits, window, due } = facts;
  const [newest] = finished;
  const judgement = judgeOverdue(facts);
  if (newest === undefined || judgement === null) return null;
  const silentMs = window.endMs - aliveUntil(newest);
  const limitMs = judgement.severity === "critical" ? limits.errorAfterMs : limits.warnAfterMs;
  const isSilent = (limitMs !== null && silentMs > limitMs) || judgement.evidence["basis"] === "past";
  return isSilent || (due !== null && limits.basis !== "config") ? judgement : null;
}

function sayStopped(facts: RuleFacts): string {
  const { missedSince, fruitless, lastStartMs, window } = facts;
  if (fruitless !== null && !fruitless.isUsual) return sayFruitless(fruitless, window.endMs);
  if (missedSince.n > 0)
    return sayDueDryRuns(facts) || `${formatMissed(missedSince)} due since then ${sayAbsent(facts)}`;
  return `nothing has started since ${formatNear(lastStartMs ?? window.endMs, window.endMs)}`;
}

function rank({ severity }: Judgement): number {
  return rankSeverity(severity);
}
