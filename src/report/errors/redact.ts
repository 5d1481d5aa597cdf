/** What may be shown of an error message that a sync wrote: without credentials, and without the customers' data. */
import { maskCustomerValues } from "./customer-values.ts";
import { maskSecrets } from "./secrets.ts";

/** Nothing looks further into a message than this. */
export const READ_LENGTH = 1000;
const SHOWN_LENGTH = 300;
const DELIMITERS = [" ", "\n", "\t", ",", ";", "&", '"', "'", "(", "[", "{"];

/** The call stack of a Python traceback, which says where and not what. */
const STACK = /^\s*Traceback \(most recent call last\):[^\n]*\n(?:[ \t][^\n]*\n)*(?=\S)/;

/** One line, shortened, with credentials and customer data masked; null when nothing is left. */
export function maskErrorMessage(message: string | null): string | null {
  const line = message === null ? "" : redactErrorMessage(message);
  return line === "" ? null : shortenLine(line);
}

/** A redacted line at the length that is shown. */
export function shortenLine(line: string): string {
  return line.length > SHOWN_LENGTH ? `${cutBefore(line, SHOWN_LENGTH - 1).trimEnd()}…` : line;
}

/** The masked line at the length that was read; empty when nothing is left. */
export function redactErrorMessage(message: string): string {
  const text = readStart(message).replace(STACK, "");
  return maskCustomerValues(maskSecrets(text)).replace(/\s+/g, " ").trim();
}

/** At most so many UTF-16 units, and never half a character. */
export function cutBefore(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

/** A word that was cut off is dropped: half a secret looks like none. */
function readStart(message: string): string {
  if (message.length <= READ_LENGTH) return message;
  const start = cutBefore(message, READ_LENGTH);
  const end = Math.max(...DELIMITERS.map((delimiter) => start.lastIndexOf(delimiter)));
  return end === -1 ? start : start.slice(0, end + 1);
}
