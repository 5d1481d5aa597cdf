/** What is usual for a rule, each with the days that say so: what a report shows beside what is. */
import { HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import type { Report } from "../document/schema.ts";
import { countUsualFailures } from "./failures.ts";
import { countCovered, type RuleHistory } from "./history.ts";
import { FEWEST_DAYS, PAST_DAYS } from "./known.ts";
import { findUsualLevel, withoutPoorHours } from "./levels.ts";
import { measureInterval, type Silence } from "./silence.ts";
import { fromThousandths } from "./sketch.ts";
import { sayDays } from "./words.ts";

type Usual = NonNullable<Report["rules"][number]["usual"]>;

/** Without the last day, nor what is no longer as usual since that moment. Null: nothing is known. */
export function describeUsual(history: RuleHistory, silence: Silence | null, sinceMs: number | null): Usual | null {
  const { knownDays, endHour } = history;
  const sinceHour = sinceMs === null ? endHour : Math.floor(sinceMs / HOUR_MS);
  const beforeHour = Math.min(endHour - HOURS_A_DAY, sinceHour);
  const failures = countUsualFailures(history, beforeHour);
  const failureDays = Math.ceil(countCovered(history, beforeHour - PAST_DAYS * HOURS_A_DAY, beforeHour) / HOURS_A_DAY);
  const interval = (sinceMs === null || silence === null ? null : measureInterval(history, sinceHour)) ?? silence;
  const [duration, records] = [history.seconds, withoutPoorHours(history)].map((levels) =>
    findUsualLevel(levels, history),
  );
  const isUnknown = silence === null && (duration ?? records ?? null) === null && failures.total === 0;
  if (knownDays === 0 && isUnknown) return null;
  return {
    known_days: knownDays,
    judged_by: knownDays < FEWEST_DAYS ? "last-runs" : "past",
    interval:
      silence === null || interval === null
        ? null
        : { seconds: (interval.hoursApart * HOUR_MS) / 1000, days: interval.days, limit_runs: silence.limit },
    duration:
      duration === null || duration === undefined
        ? null
        : { seconds: fromThousandths(duration.usual), days: duration.days },
    records:
      records === null || records === undefined
        ? null
        : { records: Math.max(0, Math.round(fromThousandths(records.usual)) - 1), days: records.days },
    failures: failures.total === 0 ? null : { failed: failures.failed, total: failures.total, days: failureDays },
  };
}

/** What the past cannot yet say, said once for all rules; null: it says enough. */
export function sayWhatIsUnknown(histories: Iterable<RuleHistory>): string | null {
  const days = [...histories].map(({ knownDays }) => knownDays);
  const most = days.length === 0 ? 0 : Math.max(...days);
  if (most >= FEWEST_DAYS) return null;
  return most === 0
    ? "nothing is known: rules are judged by their last runs only"
    : `known for ${sayDays(most)}: rules are judged by their last runs only`;
}
