/** What is asked of one warehouse. */
import type { CrmConfig } from "../config/schema.ts";
import type { MissingTables, ReadActivity, Window } from "../report/activity.ts";

export type ReadRequest = {
  crm: CrmConfig;
  window: Window;
  /** How many of the newest actions to list; 0 for none. */
  recent: number;
};

export type ReadResult = ReadActivity | MissingTables;
