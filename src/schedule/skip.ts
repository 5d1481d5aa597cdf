/** Slots that no report is made for: why, and who is told. */
import type { Log } from "../log.ts";
import { formatInstant } from "../text/figures.ts";
import type { SlotKey, SlotNews, SlotRow, SlotState } from "../store/slot.ts";
import type { Store } from "../store/store.ts";

/** `note`: what the store keeps. `level`: how loud the log says it; of slots that nobody waited for, only where it is asked for everything. */
const SKIPS = {
  /** Tells from when on the store knows a schedule: nothing was to be made then. */
  beforeBegin: { note: "due before the schedule began", level: "debug" },
  overlapping: { note: "the report before it was still being made", level: "warn" },
  noScheduler: { note: "no scheduler was running", level: "debug" },
  unreachable: { note: "the store could not be reached", level: "warn" },
  unfinished: { note: "left unfinished, and not made up for", level: "warn" },
} as const satisfies Record<string, { note: string; level: keyof Log }>;

export type SkipReason = keyof typeof SKIPS;

/** Of a schedule that nobody looked at for long: the next call gives up the others. */
const MOST_GIVEN_UP = 100;
const UNFINISHED: SlotState[] = ["running", "interrupted"];

/** Who remembers it and who hears of it. */
export type Told = { store: Store; log: Log; onSlot: ((news: SlotNews) => void) | null };

/** False where the slot is recorded already: then nobody is told. */
export async function skipSlot(key: SlotKey, reason: SkipReason, told: Told): Promise<boolean> {
  if (!(await told.store.slots.skip(key, SKIPS[reason].note))) return false;
  tell(key, reason, told);
  return true;
}

/** Skips a slot that was begun, and whose process is gone. False where another process has it. */
export async function giveUpSlot(key: SlotKey, told: Told): Promise<boolean> {
  if (!(await told.store.slots.giveUp(key, SKIPS.unfinished.note))) return false;
  tell(key, "unfinished", told);
  return true;
}

/**
 * Gives up the schedule's unfinished slots before that one, which is due: their reports are no longer made. What another process
 * has stays as it is.
 */
export async function giveUpOlder({ schedule, slotMs }: SlotKey, told: Told): Promise<void> {
  const filter = { schedules: [schedule], states: UNFINISHED, untilMs: slotMs, limit: MOST_GIVEN_UP };
  for (const older of await told.store.slots.list(filter)) await giveUpSlot(older, told);
}

/** Whether a slot was skipped for that reason. */
export function isSkippedBy(slot: Pick<SlotRow, "note"> | undefined, reason: SkipReason): boolean {
  return slot?.note === SKIPS[reason].note;
}

function tell(key: SlotKey, reason: SkipReason, { log, onSlot }: Told): void {
  const { note, level } = SKIPS[reason];
  log[level](`slot skipped: ${note}`, { schedule: key.schedule, slot: formatInstant(key.slotMs) });
  onSlot?.({ ...key, state: "skipped", passId: null });
}
