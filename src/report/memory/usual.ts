/** What is usual for a rule, each with the days that say so: what a report shows beside what is. */
import { HOUR_MS } from "../../time/units.ts";
import type { Report } from "../document/schema.ts";
import { countUsualFailures } from "./failures.ts";
import type { RuleHistory } from "./history.ts";
import { FEWEST_DAYS, PAST_DAYS } from "./known.ts";
import { findUsualLevel, withoutPoorHours } from "./levels.ts";
import type { Silence } from "./silence.ts";
import { fromThousandths } from "./sketch.ts";
import { sayDays } from "./words.ts";

type Usual = NonNullable<Report["rules"][number]["usual"]>;

/** Null: nothing is known. */
export function describeUsual(history: RuleHistory, silence: Silence | null): Usual | null {
  const { knownDays } = history;
  const failures = countUsualFailures(history);
  const [duration, records] = [history.seconds, withoutPoorHours(history)].map((levels) =>
    findUsualLevel(levels, history),
  );
  const isUnknown = silence === null && (duration ?? records ?? null) === null && failures.total === 0;
  if (knownDays === 0 && isUnknown) return null;
  return {
    known_days: knownDays,
    judged_by: knownDays < FEWEST_DAYS ? "last-runs" : "past",
    interval:
      silence === null
        ? null
        : { seconds: (silence.hoursApart * HOUR_MS) / 1000, days: silence.days, limit_runs: silence.limit },
    duration:
      duration === null || duration === undefined
        ? null
        : { seconds: fromThousandths(duration.usual), days: duration.days },
    records:
      records === null || records === undefined
        ? null
        : { records: Math.max(0, Math.round(fromThousandths(records.usual)) - 1), days: records.days },
    failures:
      failures.total === 0
        ? null
        : { failed: failures.failed, total: failures.total, days: Math.min(PAST_DAYS, knownDays) },
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
