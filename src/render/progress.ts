/** The one line that says what is being waited for. */
import { cutText } from "./visible.ts";

/** Fits any terminal: a line that wraps cannot be taken back. */
const WIDTH = 79;

/** Null where nothing is waited for. */
export function describeProgress(doing: string, names: string[], done: number, all: number): string | null {
  return names.length === 0 ? null : cutText(`${doing}, ${done} of ${all} done: ${names.join(", ")}`, WIDTH);
}
