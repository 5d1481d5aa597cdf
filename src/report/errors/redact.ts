/** What may be shown of an error message that a sync wrote: without credentials, and without the customers' data. */
import { cutBefore, findCause } from "./cause.ts";
import { maskCustomerValues } from "./customer-values.ts";
import { maskSecrets, removeInvisible, UUID } from "./secrets.ts";

const SHOWN_LENGTH = 300;
/** Rules that fail for one cause have one message, and it is asked for in several places. */
const REDACTED = new Map<string, string>();
const MOST_REMEMBERED = 100;

/** One line, shortened, with credentials and customer data masked; null when nothing is left. */
export function maskErrorMessage(message: string | null): string | null {
  const line = message === null ? "" : redactErrorMessage(message);
  return line === "" ? null : shortenLine(line);
}

/** A rule's or a schedule's name; without a secret it stays as it is, to the last character. */
export function maskName(name: string): string {
  const masked = maskSecrets(name);
  return masked === removeInvisible(name) ? name : masked;
}

/** A redacted line at the length that is shown. */
export function shortenLine(line: string): string {
  return line.length > SHOWN_LENGTH ? `${cutBefore(line, SHOWN_LENGTH - 1).trimEnd()}…` : line;
}

/** The masked line at the length that was read; empty when nothing is left. */
export function redactErrorMessage(message: string): string {
  const known = REDACTED.get(message);
  if (known !== undefined) return known;
  const line = redact(message);
  if (REDACTED.size === MOST_REMEMBERED) REDACTED.clear();
  REDACTED.set(message, line);
  return line;
}

function redact(message: string): string {
  return maskCustomerValues(maskSecrets(findCause(message)).replace(UUID, "<uuid>"))
    .replace(/\s+/g, " ")
    .trim();
}
