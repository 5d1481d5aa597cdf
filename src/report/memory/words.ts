/** How a past is spoken of. */

import type { Report } from "../document/schema.ts";
import { WEEK_DAYS } from "./known.ts";
import { formatCount, formatDuration, formatPlural } from "../../text/figures.ts";

/** What is usual, each with the time that says so; where that is too short, that it is. Null: nothing is known. */
export function sayUsual(usual: Report["rules"][number]["usual"]): string | null {
  if (usual === undefined || usual === null) return null;
  if (usual.judged_by === "last-runs") return `known for ${sayDays(usual.known_days)}: judged by its last runs only`;
  const { interval, duration, records, failures } = usual;
  const says = [
    interval === null ? null : `a run every ${formatDuration(interval.seconds)} on average (${sayDays(interval.days)})`,
    duration === null ? null : `${formatDuration(duration.seconds)} at these hours (${sayDays(duration.days)})`,
    records === null
      ? null
      : `${formatPlural(records.records, "record")} a run at these hours (${sayDays(records.days)})`,
    failures === null
      ? null
      : `${formatCount(failures.failed)} of ${formatPlural(failures.total, "run")} failed (${sayDays(failures.days)})`,
  ].filter((text) => text !== null);
  return says.length === 0 ? null : says.join("; ");
}

/** The days that something is held against, as far as they are known: "5 weeks", "before the last 5 weeks". */
export function sayAgainst([newest, oldest]: [newest: number, oldest: number], knownDays: number): string {
  return newest > WEEK_DAYS + 1 ? `before the last ${sayDays(newest)}` : sayDays(Math.min(oldest, knownDays));
}

/** "5 weeks", "12 days". */
export function sayDays(days: number): string {
  if (days >= 14) return `${Math.round(days / 7)} weeks`;
  return days === 1 ? "1 day" : `${days} days`;
}
