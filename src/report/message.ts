/** What a finding or a condition says. */
import { formatMinute } from "../text/figures.ts";

/** Where the rule stands beside it already. */
export function withoutName(message: string, rule: string | null): string {
  return rule !== null && message.startsWith(`${rule}: `) ? message.slice(rule.length + 2) : message;
}

/** For those who read it hours after the report: an age was right at the end of the report's window, RFC 3339. */
export function withMoment(message: string, windowEnd: string): string {
  return / ago\b/.test(message) ? `${message}, as of ${formatMinute(windowEnd)} UTC` : message;
}
