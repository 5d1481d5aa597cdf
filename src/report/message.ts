/** What a finding or a condition says. */

/** Where the rule stands beside it already. */
export function withoutName(message: string, rule: string | null): string {
  return rule !== null && message.startsWith(`${rule}: `) ? message.slice(rule.length + 2) : message;
}
