/** The one table of characters that a reader does not see as they are, and that a terminal or an editor acts on. */

/**
 * Controls (C0, DEL, C1), format characters (direction, zero-width, tags), separators of lines and paragraphs, halves of
 * characters, private ones, those that will never be characters, all that Unicode calls ignorable (variation marks, joiners and
 * fillers among them), and the sign of Braille that has no dots.
 */
const ACTING =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800]/gu;

export function replaceActing(text: string, show: (character: string) => string): string {
  return text.replace(ACTING, show);
}
