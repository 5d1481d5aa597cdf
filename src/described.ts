/** Every command in words. Bun runs the macro while it builds this file, so that help loads no command's code. */
import { describeTable } from "./describe.ts" with { type: "macro" };
import type { CommandHelp } from "./help/commands.ts";

const PAGES: Record<string, string> = await describeTable();

/** Null where no help names such a command. */
export function findDescribed(path: string[]): CommandHelp | null {
  const page = PAGES[path.join(" ")];
  return page === undefined ? null : (JSON.parse(page) as CommandHelp);
}

/** In the order of the table, the program first. */
export function listDescribed(): CommandHelp[] {
  return Object.values(PAGES).map((page) => JSON.parse(page) as CommandHelp);
}
