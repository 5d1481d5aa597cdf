/** A rule that no schedule asks for, and that starts far fewer runs than it usually does at these hours, or none at one of them. */
import { formatCount, formatHours, formatInstant, formatNear, formatPlural } from "../../text/figures.ts";
import { HOUR_MS } from "../../time/units.ts";
import { findLull } from "../memory/lull.ts";
import { findSilentTime, type SilentTime } from "../memory/silent-time.ts";
import { sayDays } from "../memory/words.ts";
import { degraded, type Judgement, type RuleFacts } from "./facts.ts";

export function judgeTooSeldom({ rule, history, compared, window }: RuleFacts): Judgement | null {
  if (history === null || compared !== null) return null;
  const lull = findLull(history);
  if (lull === null) return describeSilentTime(findSilentTime(history), { rule, window });
  const { started, hours, expected, sinceHour, days } = lull;
  const usual = Math.round(expected);
  const message = `${rule}: ${formatPlural(started, "run")} in ${formatHours(hours)}, usually ${formatCount(usual)} at these hours (${sayDays(days)}); since ${formatNear(sinceHour * HOUR_MS, window.endMs)}`;
  return {
    ...degraded("too-seldom", "warning", message),
    sinceMs: sinceHour * HOUR_MS,
    evidence: { seen: started, expected: usual },
  };
}

/** It starts at its other times as ever. */
function describeSilentTime(
  silent: SilentTime | null,
  { rule, window }: Pick<RuleFacts, "rule" | "window">,
): Judgement | null {
  if (silent === null) return null;
  const { sinceHour, n, days } = silent;
  const sinceMs = sinceHour * HOUR_MS;
  const about = formatInstant(sinceMs).slice(11, 16);
  const message = `${rule}: its usual run about ${about} has not started since ${formatNear(sinceMs, window.endMs)} (${formatPlural(n, "run")}), while its others go on`;
  return {
    ...degraded("too-seldom", "warning", message),
    sinceMs,
    evidence: { since: formatInstant(sinceMs), missed: n, days },
  };
}
