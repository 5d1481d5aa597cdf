/** What is asked of one warehouse. */
import type { CrmConfig } from "../config/schema.ts";
import type { MissingTables, ReadActivity } from "../report/activity.ts";
import type { Past } from "../report/memory/cells.ts";
import type { Window } from "../time/window.ts";

export type ReadRequest = {
  crm: CrmConfig;
  window: Window;
  /** How many of the newest actions to list; 0 for none. */
  recent: number;
  /** How long before the window a second one of its length lies that it is compared with; null for none. */
  baselineSeconds: number | null;
  /**
   * Whether the windows are told hour by hour, for the memory; they are unless it is false. For three CRMs of
   * 2,700 runs a day it costs a tenth more of the statement and 7 MB.
   */
  hours?: boolean;
  /** The real time, which tells a start in the future from one after the window. */
  nowMs: number;
  /**
   * Since when the past is known from elsewhere, epoch milliseconds: where it reaches back as far as a report looks or the table does, that
   * of a small warehouse is not read either. Null: it is not known. Asked after the report's own rows.
   */
  pastKnownFromMs?: number | null | Promise<number | null>;
};

/** As a thread is asked, once. */
export type SettledRequest = Omit<ReadRequest, "pastKnownFromMs"> & { pastKnownFromMs: number | null };

/** The hours of the past that are read besides: half-open, epoch milliseconds. `asksSize`: whether the table is small is looked at, too. */
export type HoursRequest = Pick<ReadRequest, "crm" | "nowMs"> & { fromMs: number; toMs: number; asksSize?: boolean };

/**
 * Hours that hold no run are covered all the same, unless they are known to lie before the table's oldest row. `isSmall`: many days at
 * once cost no more than one; false where that was not asked. `unindexed`: any day would be a look at the whole table, so none was read.
 */
export type HoursResult =
  | { kind: "read"; past: Past; isSmall: boolean }
  | { kind: "unindexed"; problem: string }
  | MissingTables;

export type ReadResult = ReadActivity | MissingTables;
