/** Sentences one behind the other. */

/** An action as a sentence begins; what is no small letter stays. */
export function startSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** `text`, which may be without the mark at its end or be a question, and a sentence behind it. */
export function followWith(text: string, sentence: string): string {
  return `${text}${/[.?!…]$/.test(text) ? "" : "."} ${sentence}`;
}
