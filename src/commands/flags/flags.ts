/** Flags that several commands share, and what their values mean. */
import type { ArgsDef } from "citty";
import { parseDuration } from "../../time/duration.ts";
import { AppError } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import { LOG_FORMATS } from "../../log.ts";
import { FORMATS, type View } from "../../render/view.ts";
import { quoteWord } from "../../text/terminal.ts";
import { isTimeZone } from "../../time/occurrences.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../time/units.ts";
import type { Window } from "../../time/window.ts";

const LONGEST_WINDOW_MS = 366 * DAY_MS;
/** The one word that stands for a time. */
export const NOW = "now";
const MOST_LISTED = 10_000;
/** Hours. */
const DEFAULT_WINDOW = "24";
const WINDOW_FLAGS = ["as-of", "time-window"] as const;

export const CONFIG_FLAG = {
  config: { type: "string", valueHint: "FILE", description: "configuration file" },
} satisfies ArgsDef;

export const ZONE_FLAG = {
  timezone: { type: "string", valueHint: "ZONE", description: "show times of this zone beside UTC" },
} satisfies ArgsDef;

/** Which window, and how its times are shown. */
export const AS_OF_FLAGS = {
  "time-window": { type: "string", valueHint: "24|7d", default: DEFAULT_WINDOW, description: "hours, or a duration" },
  "as-of": {
    type: "string",
    valueHint: "TIME",
    description: "end of the window, such as 2026-07-10T21:00:00Z; now by default",
  },
  ...ZONE_FLAG,
} satisfies ArgsDef;

export const FORMAT_FLAG = {
  format: { type: "enum", options: [...FORMATS], default: "table" as const, description: "how to print" },
} satisfies ArgsDef;

export const OUTPUT_FLAGS = {
  color: {
    type: "enum",
    options: ["auto", "always", "never"],
    default: "auto" as const,
    description: "whether to colour",
  },
  quiet: { type: "boolean", description: "say only errors on stderr" },
  verbose: { type: "boolean", description: "say more on stderr" },
  "log-format": {
    type: "enum",
    options: [...LOG_FORMATS],
    default: "text" as const,
    description: "form of the lines on stderr",
  },
} satisfies ArgsDef;

/** The window of that length that ends at `asOf`, or now. A bare number is hours. */
export function readWindow(length: string, asOf: string | undefined, nowMs: number): Window {
  const lengthMs = Math.round(parseDuration(length, HOUR_MS) ?? Number.NaN);
  if (!(lengthMs >= MINUTE_MS && lengthMs <= LONGEST_WINDOW_MS)) {
    throw new AppError(
      "usage",
      `--time-window ${quoteTyped(length)}: write hours or a duration from 1 minute to 366 days, such as 24, 90m or 7d`,
    );
  }
  const endMs = readAsOf(asOf, nowMs);
  if (endMs > nowMs) throw new AppError("usage", "--as-of lies in the future: nothing is known about it yet");
  return { startMs: endMs - lengthMs, endMs };
}

/** The end of a window; now where none is given. */
export function readAsOf(text: string | undefined, nowMs: number): number {
  return text === undefined || text === NOW ? nowMs : readInstant("--as-of", text);
}

/** An IANA zone; null where none is asked for. */
export function readZone(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (isTimeZone(text)) return text;
  throw new AppError("usage", `--timezone ${quoteTyped(text)}: write an IANA name such as Europe/Berlin`);
}

/** The flags of a command that a further one needs to be about the same reports, as they are typed. */
export function repeatFlags(
  flags: Partial<Record<"config" | (typeof WINDOW_FLAGS)[number], string | undefined>>,
): View["repeat"] {
  const write = (name: keyof typeof flags) => {
    const value = flags[name];
    return value === undefined || value === DEFAULT_WINDOW ? "" : ` --${name} ${quoteWord(value)}`;
  };
  return { config: write("config"), window: WINDOW_FLAGS.map(write).join("") };
}

/** A time that has all its parts, whatever they are. */
const IS_WHOLE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * Epoch milliseconds of an RFC 3339 timestamp with a zone, from 1970 on. Far earlier, no window fits before it.
 * `other`: how else it may be written.
 */
export function readInstant(flag: string, text: string, other = ""): number {
  const ms = parseInstant(text);
  if (ms !== null && ms >= 0) return ms;
  const wrong = IS_WHOLE.test(text)
    ? "there is no such day or time"
    : `write a time with its zone, such as 2026-07-10T21:00:00Z${other}`;
  const advice = ms === null ? wrong : "it lies before 1970";
  throw new AppError("usage", `${flag} ${quoteTyped(text)}: ${advice}`);
}

/** How many rows a list may have. */
export function readLimit(text: string, flag = "--limit"): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST_LISTED) return limit;
  throw new AppError("usage", `${flag} ${quoteTyped(text)}: write a whole number from 1 to ${MOST_LISTED}`);
}

function parseInstant(text: string): number | null {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return null;
  }
}
