/** The pages of help. Bun runs the macro while it builds this file, so that help loads no command's code, nor their table. */
import { describePages } from "./describe.ts" with { type: "macro" };
import type { Section } from "./help/page.ts";
import { renderUsage, type UsageView } from "./help/usage.ts";

const PAGES: Record<string, string> = await describePages();

/** The page of the command that the first words name; of its group where it is hidden, of the program where they name none. */
export function renderHelp(words: string[], view: UsageView): string {
  let name = "";
  for (const word of words) {
    const longer = `${name} ${word}`.trimStart();
    if (!Object.hasOwn(PAGES, longer)) break;
    name = longer;
  }
  return renderUsage(JSON.parse(PAGES[name] ?? "[]") as Section[], view);
}
