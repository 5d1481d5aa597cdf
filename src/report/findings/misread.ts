/** Why runs are perhaps missed in words only: they go under another spelling, or by the clock of another zone. */
import { HOUR_MS, MINUTE_MS } from "../../time/units.ts";
import { mergeCertain } from "../../time/occurrences.ts";
import { isCalendar, readRecurrence, type CalendarRecurrence, type Schedule } from "../../time/recurrence.ts";
import { countRuns } from "../counts.ts";
import type { RuleFacts } from "../condition/facts.ts";
import type { Finding } from "../document/schema.ts";
import type { RuleState } from "./facts.ts";

/** Zones differ from UTC by quarters of an hour, and by no more than this in either direction. */
const [STEP_MS, MOST_MS] = [15 * MINUTE_MS, 14 * HOUR_MS];
/** A worker takes up a run within this. */
const TAKEN_UP_MS = 5 * MINUTE_MS;
const EARLY_MS = MINUTE_MS;
/** Fewer runs are chance. */
const FEWEST_RUNS = 5;

/** More evidence of a rule whose runs are missed or late; empty where nothing says that they are not. */
export function explainMissed({ facts, judgement }: RuleState, states: RuleState[]): Finding["evidence"] {
  const { condition, degradation } = judgement;
  if (condition !== "overdue" && degradation !== "missed" && degradation !== "late") return {};
  const spelled = states.filter(({ facts: other }) => isOtherSpelling(other, facts)).map(({ facts: { rule } }) => rule);
  const offset = findOffset(facts);
  return {
    ...(spelled.length === 0 ? {} : { also_written: spelled }),
    ...(offset === null ? {} : { usual_offset_seconds: offset / 1000 }),
  };
}

/** A rule that runs without a schedule, and differs in capitals only. */
function isOtherSpelling({ rule, schedules, counts }: RuleFacts, of: RuleFacts): boolean {
  return (
    rule !== of.rule && rule.toLowerCase() === of.rule.toLowerCase() && schedules.length === 0 && countRuns(counts) > 0
  );
}

/** How much after its time each of its newest runs started, negative: before it; null where they do not agree, or are in time. */
function findOffset({ finished, open, schedules, timezone }: RuleFacts): number | null {
  const starts = [...new Set([...finished, ...open].map(({ startedMs }) => startedMs))];
  const read = schedules.flatMap((text): Schedule[] => {
    const recurrence = readRecurrence(text);
    return recurrence.kind === "inexpressible" ? [] : [{ recurrence, timezone, startAtMs: null, endAtMs: null }];
  });
  const calendars = read.filter(isCalendar);
  if (starts.length < FEWEST_RUNS || calendars.length !== schedules.length) return null;
  const offsets = starts.map((startMs) => offsetOf(startMs, calendars));
  const [first = null] = offsets;
  return first !== null && Math.abs(first) >= HOUR_MS && offsets.every((offset) => offset === first) ? first : null;
}

/** From the nearest time at which a run was due, in whole quarters of an hour; null: none is near, or it is no whole one. */
function offsetOf(startMs: number, schedules: Schedule<CalendarRecurrence>[]): number | null {
  const { occurrencesMs } = mergeCertain(schedules, { startMs: startMs - MOST_MS, endMs: startMs + MOST_MS });
  const [nearest] = occurrencesMs.map((atMs) => startMs - atMs).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  if (nearest === undefined) return null;
  const wholeMs = Math.floor((nearest + EARLY_MS) / STEP_MS) * STEP_MS;
  return nearest - wholeMs <= TAKEN_UP_MS ? wholeMs : null;
}
