/** Text from a database or a configuration, made harmless for a terminal: what would act is shown instead. */

import { replaceActing } from "./acting.ts";

/** Every character of the table in acting.ts as `\u{1b}`; everything else as it is. */
export function showText(text: string): string {
  return replaceActing(text, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`);
}

/** What an operator typed, between quotation marks. */
export function quoteText(text: string): string {
  return `"${showText(text)}"`;
}

const PLAIN_WORD = /^[\w@%+=:,./-]+$/;

/** As a word of a shell's command line. */
export function quoteWord(text: string): string {
  return showText(PLAIN_WORD.test(text) ? text : Bun.$.escape(text));
}

/** At most `width` columns, with `…` where something was left out. */
export function cutText(text: string, width: number): string {
  if (width < 1) return "";
  // Within a wide character Bun cuts one column too late.
  let cut = text;
  for (let room = width; Bun.stringWidth(cut) > width; room -= 1) cut = Bun.sliceAnsi(text, 0, room, "…");
  return cut;
}
