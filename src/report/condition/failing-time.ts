/** A rule that works but for the runs of one time: those of a schedule of its own, or of one hour of the day. */
import { formatInstant, formatNear, formatPlural } from "../../text/figures.ts";
import { HOUR_MS } from "../../time/units.ts";
import { hasFailed, settledAt } from "../rules/attempts.ts";
import { expectedShare } from "../chance.ts";
import { maskErrorMessage } from "../errors/redact.ts";
import { sayWhenDue, WEEKDAYS } from "../expectation/schedule-words.ts";
import { degraded, type Judgement, type RuleFacts } from "./facts.ts";
import { CERTAIN } from "./failing.ts";

/** As of a rule that had this schedule, or habit, alone; of an hour of the day among others nothing says that it is more than that hour. */
export function judgeFailingTime({
  rule,
  failingTime,
  timezone,
  window,
  finished,
  newestError,
}: RuleFacts): Judgement | null {
  if (failingTime === null) return null;
  const { text, everyDays, sinceMs, newestHour, isNewest, n, before } = failingTime;
  const since = formatNear(sinceMs, window.endMs);
  const newest = finished.find((run) => hasFailed(run) && Math.floor(settledAt(run) / HOUR_MS) === newestHour);
  const error = maskErrorMessage(newest?.error ?? (isNewest ? newestError : null));
  const what = sayWhich(failingTime, { timezone, since });
  const isCertain = (text !== null || everyDays !== null) && expectedShare(before) ** n < CERTAIN;
  const message = `${rule}: ${what}, while its others go on${error === null ? "" : `: ${error}`}`;
  return {
    ...degraded("failures", isCertain ? "critical" : "warning", message),
    sinceMs,
    evidence: {
      ...(text === null ? {} : { schedule: text }),
      failed_in_a_row: n,
      since: formatInstant(sinceMs),
      newest_error: error,
      row_ids: newest?.id === undefined || newest.id === null ? [] : [newest.id],
    },
  };
}

function sayWhich(
  { text, everyDays, n, sinceMs }: NonNullable<RuleFacts["failingTime"]>,
  { timezone, since }: { timezone: string; since: string },
): string {
  const hour = since.slice(-"00:00".length);
  const inARow = `failed ${formatPlural(n, "time")} in a row, since ${since}`;
  if (text !== null) return `its runs ${sayWhenDue([text], timezone)} ${inARow}`;
  if (everyDays === null)
    return `its runs that end in the hour after ${hour} failed on ${formatPlural(n, "day")} in a row, since ${since}`;
  const weekday = everyDays === 1 ? "" : ` on ${WEEKDAYS[new Date(sinceMs).getUTCDay()]}`;
  return `its runs that end about ${hour}${weekday} ${inARow}`;
}
