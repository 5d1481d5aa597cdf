/** Every command in words. Bun runs the macro while it builds this file, so that hints load no command's code. */
import { describeTable } from "./describe.ts" with { type: "macro" };
import type { CommandHelp } from "./help/commands.ts";

const TABLE: string = await describeTable();

/** In the order of the table, the program first. */
export function listDescribed(): CommandHelp[] {
  return JSON.parse(TABLE) as CommandHelp[];
}
