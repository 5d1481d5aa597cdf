/** A rule that no schedule asks for, and that starts far fewer runs than it usually does at these hours. */
import { formatCount, formatHours, formatNear, formatPlural } from "../../text/figures.ts";
import { HOUR_MS } from "../../time/units.ts";
import { findLull } from "../memory/lull.ts";
import { sayDays } from "../memory/words.ts";
import { degraded, type Judgement, type RuleFacts } from "./facts.ts";

export function judgeTooSeldom({ rule, history, compared, window }: RuleFacts): Judgement | null {
  const lull = history === null || compared !== null ? null : findLull(history);
  if (lull === null) return null;
  const { started, hours, expected, sinceHour, days } = lull;
  const usual = Math.round(expected);
  const message = `${rule}: ${formatPlural(started, "run")} in ${formatHours(hours)}, usually ${formatCount(usual)} at these hours (${sayDays(days)}); since ${formatNear(sinceHour * HOUR_MS, window.endMs)}`;
  return {
    ...degraded("too-seldom", "warning", message),
    sinceMs: sinceHour * HOUR_MS,
    evidence: { seen: started, expected: usual },
  };
}
