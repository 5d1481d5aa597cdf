/** The schedules that make reports: whether they do, what each slot was used for, and when the next ones are. */
import type { ScheduleConfig } from "../../config/schema.ts";
import { isWell, verdictOnSchedule, type ScheduleJudgement } from "../../schedule/judge.ts";
import type { PublishedSchedule } from "../../schedule/published.ts";
import { sayWhenDue } from "../../report/expectation/schedule-words.ts";
import type { SlotRow } from "../../store/slot.ts";
import { formatInstant, formatPlural } from "../../text/figures.ts";
import { showText } from "../../text/terminal.ts";
import type { Links, Notice, ScheduleView, SlotMark } from "../view.ts";

export type ScheduleFacts = {
  schedule: ScheduleConfig;
  judgement: ScheduleJudgement;
  published: PublishedSchedule;
  /** Newest first. */
  slots: SlotRow[];
  /** What is wrong with each slot that is left out. */
  spoiled: string[];
};

const SHOWN_SLOTS = 40;
const LISTED_SLOTS = 60;

/** `hasPass`: whether the pass has a page. */
export function viewSchedules(all: ScheduleFacts[], hasPass: (id: string) => boolean, links: Links): ScheduleView {
  const mark = (row: SlotRow): SlotMark => ({
    slot: formatInstant(row.slotMs),
    state: row.state,
    tone: toneOf(row),
    note: row.note === null ? null : showText(row.note),
    href: row.passId === null || !hasPass(row.passId) ? null : links({ page: "pass", pass: row.passId }),
  });
  return {
    kind: "schedule",
    schedules: all.map(({ schedule, judgement, published, slots, spoiled }) => ({
      name: showText(schedule.name),
      verdict: verdictOnSchedule(judgement),
      text: showText(judgement.message),
      hasMade: judgement.status !== "not-due" && judgement.status !== "never-run",
      // The zone stands beside it.
      pattern: sayWhenDue(schedule.cron, "UTC"),
      timezone: schedule.timezone,
      notices: saySpoiled(spoiled),
      next: published.next,
      slots: slots.slice(0, SHOWN_SLOTS).map(mark).toReversed(),
    })),
    slots: all
      .flatMap(({ slots }) => slots)
      .toSorted((a, b) => b.slotMs - a.slotMs)
      .slice(0, LISTED_SLOTS)
      .map((row) => ({
        ...mark(row),
        schedule: showText(row.schedule),
        began: row.claimedMs === null ? null : formatInstant(row.claimedMs),
        ended: row.endedMs === null ? null : formatInstant(row.endedMs),
        attempts: row.attempts,
      })),
  };
}

function saySpoiled([first, ...others]: string[]): Notice[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : `, and ${formatPlural(others.length, "other slot")}`;
  const text = `${showText(first)}${more}: left out here: see automation-reports store check`;
  return [{ severity: "warning", text, href: null }];
}

function toneOf({ state, exitCode, attempts }: SlotRow): SlotMark["tone"] {
  if (state === "failed") return "bad";
  if (state === "skipped" && attempts === 0) return "dim";
  return state === "running" || (state === "made" && (exitCode ?? 0) <= 1) ? "quiet" : "warn";
}

/** What of it the first page must say: reports that are not made are worse than any that is. */
export function listNotices(judgements: ScheduleJudgement[], links: Links): Notice[] {
  return judgements
    .filter((judgement) => !isWell(judgement) && judgement.status !== "incomplete")
    .map((judgement) => {
      const { schedule, status, message } = judgement;
      const verdict = verdictOnSchedule(judgement);
      return {
        severity: verdict === "critical" || verdict === "warning" ? verdict : "info",
        text: showText(`Schedule ${schedule} is ${status === "never-run" ? "not run yet" : status}: ${message}`),
        href: links({ page: "schedule" }),
      };
    });
}
