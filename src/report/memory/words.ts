/** How a past is spoken of. */

/** "5 weeks", "12 days". */
export function sayDays(days: number): string {
  if (days >= 14) return `${Math.round(days / 7)} weeks`;
  return days === 1 ? "1 day" : `${days} days`;
}
