/** The times of a rule that are told apart: those of each of its schedules, and each time of day of one that fires a few times a day. */
import { listCronValues } from "../../time/cron.ts";
import { isInForce, type CalendarRecurrence, isCalendar, type Schedule } from "../../time/recurrence.ts";
import type { RuleExpectation } from "./expectations.ts";

export type OwnTimes = {
  /** As it is written; of one time of day: as it would be written alone. */
  text: string;
  schedule: Schedule<CalendarRecurrence>;
  /** All else that starts runs of the rule. */
  others: Schedule[];
  /** One of so many times of day of its schedule; 1: the whole schedule. */
  times: number;
};

/** More schedules are not told apart. */
export const MOST_SCHEDULES = 20;
/** Nor are more times of day. */
const MOST_TIMES = 4;

/** Those of calendars that are in force; nothing where a schedule is not understood. */
export function listOwnTimes({ schedules, texts }: RuleExpectation, nowMs: number): OwnTimes[] {
  if (schedules.length > MOST_SCHEDULES || schedules.length !== texts.length) return [];
  return schedules.flatMap((schedule, index): OwnTimes[] => {
    if (!isCalendar(schedule) || !isInForce(schedule, nowMs)) return [];
    const text = texts[index] ?? "";
    const others = schedules.filter((other) => other !== schedule);
    const parts = splitTimes(schedule, text);
    const each = parts.map((part) => ({
      ...part,
      others: [...others, ...parts.filter((other) => other !== part).map((other) => other.schedule)],
      times: parts.length,
    }));
    return others.length === 0 ? each : [{ text, schedule, others, times: 1 }, ...each];
  });
}

/** One schedule for each time of day; none where it has one time, or too many. */
function splitTimes(schedule: Schedule<CalendarRecurrence>, text: string): Pick<OwnTimes, "text" | "schedule">[] {
  const { recurrence } = schedule;
  const [, , ...days] = text.trim().split(/\s+/);
  const values = listCronValues(recurrence.kind === "cron" ? recurrence.pattern : text);
  if ("kind" in values || days.length !== 3) return [];
  const times = values.hour.flatMap((hour) =>
    values.minute.map((minute) => ({ hour: `${hour}`, minute: `${minute}` })),
  );
  if (times.length < 2 || times.length > MOST_TIMES) return [];
  return times.map(({ hour, minute }) => {
    const pattern = [minute, hour, ...days].join(" ");
    const one = recurrence.kind === "cron" ? { ...recurrence, pattern } : { ...recurrence, hour, minute };
    return { text: pattern, schedule: { ...schedule, recurrence: one } };
  });
}
