/** A run by itself, as its row tells it: what the activity and the memory both keep of some. */
import { meanOf } from "../memory/spread.ts";
import type { ActionStatus } from "../words.ts";

/** One run of a rule as its row tells it. */
export type RunRow = {
  id: string | null;
  startedMs: number;
  /** Null: it has not ended by the window's end, or its row does not say when. */
  endedMs: number | null;
  /** `running` and `pending` have not ended by the window's end, whatever became of them later. */
  status: ActionStatus;
  records: number | null;
  /** Only of the newest failed ones. */
  error: string | null;
};

/** Of those whose records are known; null: of none. */
export function averageRecords(runs: RunRow[]): number | null {
  const known = runs.flatMap(({ records }) => records ?? []);
  return known.length === 0 ? null : meanOf(known);
}
