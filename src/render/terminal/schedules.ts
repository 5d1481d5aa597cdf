/** Schedules and their slots, in a terminal. */
import { formatDuration, formatInstant, formatMinute } from "../../text/figures.ts";
import type { ScheduleJudgement } from "../../schedule/judge.ts";
import type { PublishedSchedule } from "../../schedule/published.ts";
import type { SlotRow, SlotState } from "../../store/slot.ts";
import { alignColumns, hangLast, type Column } from "./columns.ts";
import { hang } from "./hang.ts";
import { formatListed, formatLocal, tellLocal } from "./local-time.ts";
import { createStyle, finish, type Style, type Tone } from "./style.ts";
import type { View } from "../view.ts";
import { cutText, showText } from "../../text/terminal.ts";

const LABEL = "last".length;

const STATE_TONES: Record<SlotState, Tone> = {
  made: "good",
  running: "doubtful",
  skipped: "doubtful",
  interrupted: "doubtful",
  failed: "bad",
};

const STATUS_TONES: Record<ScheduleJudgement["status"], Tone> = {
  ok: "good",
  running: "good",
  "not-due": "good",
  incomplete: "doubtful",
  skipped: "doubtful",
  interrupted: "doubtful",
  failed: "bad",
  late: "bad",
  "never-run": "bad",
};

export function renderScheduleList(schedules: PublishedSchedule[], view: View): string {
  const style = createStyle(view.color);
  const sections = schedules.map(({ name, cron, timezone, last, next }) => [
    `${style.strong(showText(name))} · ${showText(cron.join(" and "))} · ${showText(timezone)}`,
    ...hang("last", describeLast(last, view, style), LABEL, view.width),
    ...next.flatMap(({ utc }, index) => {
      // On the clock of the schedule, and on that of the reader.
      const zones = [...new Set([timezone, ...(view.timezone === null ? [] : [view.timezone])])];
      const clocks = zones
        .filter((zone) => zone !== "UTC")
        .map((zone) => `${formatLocal(utc, zone)} ${showText(zone)}`);
      const text = `${formatMinute(utc)} UTC${clocks.length === 0 ? "" : style.faint(` (${clocks.join(", ")})`)}`;
      return hang(index === 0 ? "next" : "", text, LABEL, view.width);
    }),
  ]);
  return finish(`${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`, view);
}

/** Where there was none yet, that is said. */
function describeLast({ status, message }: PublishedSchedule["last"], { timezone }: View, style: Style): string {
  const [tone, text] = [style[STATUS_TONES[status]], tellLocal(showText(message), timezone)];
  if (status === "not-due") return `${tone("none yet")}: ${text}`;
  return status === "never-run" ? tone(text) : `${tone(status)}  ${text}`;
}

export function renderScheduleStatus(judgements: ScheduleJudgement[], view: View): string {
  const style = createStyle(view.color);
  const whys = judgements.map(({ message }) => tellLocal(showText(message), view.timezone));
  const columns: Column[] = [
    { title: "Schedule", align: "left", cells: judgements.map(({ schedule }) => showText(schedule)) },
    { title: "Status", align: "left", cells: judgements.map(({ status }) => style[STATUS_TONES[status]](status)) },
  ];
  return finish(`${hangLast(columns, { title: "Why", cells: whys }, view.width, style.strong).join("\n")}\n`, view);
}

export function renderSlots(slots: SlotRow[], view: View): string {
  const style = createStyle(view.color);
  if (slots.length === 0) return "No schedule has made or skipped a report yet.\n";
  const lines = alignColumns(
    [
      {
        title: `Slot (${view.timezone ?? "UTC"})`,
        align: "left",
        cells: slots.map(({ slotMs }) => formatListed(formatInstant(slotMs), view.timezone)),
      },
      { title: "Schedule", align: "left", cells: slots.map(({ schedule }) => showText(schedule)) },
      { title: "State", align: "left", cells: slots.map(({ state }) => style[STATE_TONES[state]](state)) },
      {
        title: "Exit",
        align: "right",
        cells: slots.map(({ exitCode }) => (exitCode === null ? "–" : String(exitCode))),
      },
      { title: "Starts", align: "right", cells: slots.map(({ attempts }) => String(attempts)) },
      { title: "Took", align: "right", cells: slots.map(describeLength) },
      { title: "Note", align: "left", cells: slots.map(({ note }) => showText(note ?? "")) },
    ],
    style.strong,
  );
  return finish(`${lines.map((line) => cutText(line, Math.max(60, view.width))).join("\n")}\n`, view);
}

/** A slot that was given up has no length: it ended when somebody noticed that its process was gone. */
function describeLength({ state, claimedMs, endedMs }: SlotRow): string {
  return state === "skipped" || claimedMs === null || endedMs === null
    ? "–"
    : formatDuration(Math.max(0, endedMs - claimedMs) / 1000);
}
