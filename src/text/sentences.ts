/** Sentences one behind the other. */

/** `text`, which may be without the mark at its end or be a question, and a sentence behind it. */
export function followWith(text: string, sentence: string): string {
  return `${text}${/[.?!…]$/.test(text) ? "" : "."} ${sentence}`;
}
