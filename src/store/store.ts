/** What is kept between passes: every report and pass, every slot and its outcome. Times are epoch milliseconds. */
import type { PassDocument } from "../report/pass-schema.ts";
import type { ParsedReport } from "../report/parse.ts";
import type { Report } from "../report/schema.ts";

/** One time at which a schedule should report. */
export type SlotKey = { schedule: string; slotMs: number };

/** `skipped`: not run on purpose; `interrupted`: stopped by a signal, and free to be claimed again. */
export const SLOT_STATES = ["running", "made", "failed", "skipped", "interrupted"] as const;
export type SlotState = (typeof SLOT_STATES)[number];

export type SlotRow = SlotKey & {
  state: SlotState;
  /** Who runs or ran it. */
  holder: string | null;
  /** How often it was claimed. */
  attempts: number;
  claimedMs: number | null;
  endedMs: number | null;
  /** Until when a running slot is its holder's alone. */
  leaseUntilMs: number | null;
  exitCode: number | null;
  note: string | null;
  passId: string | null;
};

export type Claim =
  | { kind: "claimed"; attempt: number }
  | { kind: "held"; holder: string }
  /** Another slot of the schedule is being made. */
  | { kind: "overlapping"; holder: string }
  | { kind: "ended"; state: SlotState };

export type ReportRow = {
  id: string;
  passId: string;
  source: string;
  /** A schedule's name, or `adhoc`. */
  origin: string;
  generatedMs: number;
  windowStartMs: number;
  windowEndMs: number;
  status: Report["metadata"]["status"];
};

/** A row that can no longer be read is told, not thrown. */
export type ReadReport = ParsedReport | { status: "missing" };

export type Store = {
  /** Where it is, without a secret. */
  place: string;
  keepPass: (kept: { pass: PassDocument; reports: Report[]; origin: string; slotMs: number | null }) => Promise<void>;
  /** Newest first. */
  listReports: (filter: {
    sources?: string[];
    sinceMs?: number;
    untilMs?: number;
    status?: Report["metadata"]["status"];
    limit: number;
  }) => Promise<ReportRow[]>;
  readReport: (id: string) => Promise<ReadReport>;
  /**
   * Atomic: of many who ask at once exactly one is told `claimed`, and one slot of a schedule at a time. PostgreSQL: a running slot may be taken over once its
   * lease has passed by the database's clock. SQLite: at once where its holder's process is gone, never while that
   * lives, whatever the clock says; where neither can be told, once its lease has passed. `holder`: `describeHolder()`.
   */
  claimSlot: (key: SlotKey, holder: string, leaseMs: number) => Promise<Claim>;
  /** False: it is no longer the holder's. */
  renewSlot: (key: SlotKey, holder: string, leaseMs: number) => Promise<boolean>;
  endSlot: (
    key: SlotKey,
    holder: string,
    end: { state: Exclude<SlotState, "running">; exitCode: number | null; note: string | null; passId: string | null },
  ) => Promise<boolean>;
  /** A slot that was left in the middle is skipped; false while its holder has it. */
  giveUpSlot: (key: SlotKey, note: string) => Promise<boolean>;
  /** Writes down a slot that nobody ran; false where it is known already. */
  skipSlot: (key: SlotKey, note: string) => Promise<boolean>;
  /** Newest slot first. */
  listSlots: (filter: {
    schedules?: string[];
    states?: SlotState[];
    sinceMs?: number;
    untilMs?: number;
    limit: number;
  }) => Promise<SlotRow[]>;
  /** Deletes what is older, except the newest slot of each schedule, and returns how much that was. */
  prune: (beforeMs: number) => Promise<{ reports: number; passes: number; slots: number }>;
  /** What is wrong with it; empty: nothing. */
  check: () => Promise<string[]>;
  /** SQLite only: a consistent copy, written whole or not at all. */
  backup: (path: string) => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
};
