/** Colour that means something: good, doubtful, bad, unimportant. Without colour the words and signs carry it alone. */
import type { Finding } from "../../report/document/schema.ts";
import type { Verdict } from "../../report/words.ts";
import { writeAsciiText } from "../../text/ascii.ts";

export type Style = {
  good: (text: string) => string;
  doubtful: (text: string) => string;
  bad: (text: string) => string;
  faint: (text: string) => string;
  strong: (text: string) => string;
};

export type Tone = keyof Style;

/** SGR parameters. These colours of the 256 are as readable on white as on black. */
const CODES: Record<Tone, [on: string, off: string]> = {
  good: ["38;5;28", "39"],
  doubtful: ["38;5;130", "39"],
  bad: ["38;5;160", "39"],
  faint: ["38;5;243", "39"],
  strong: ["1", "22"],
};

export function createStyle(color: boolean): Style {
  const paint =
    ([on, off]: [string, string]) =>
    (text: string) =>
      color && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    good: paint(CODES.good),
    doubtful: paint(CODES.doubtful),
    bad: paint(CODES.bad),
    faint: paint(CODES.faint),
    strong: paint(CODES.strong),
  };
}

/** Text as the terminal can show it. */
export function finish(text: string, { ascii }: { ascii: boolean }): string {
  return ascii ? writeAsciiText(text) : text;
}

export const VERDICT_TONES: Record<Verdict, Tone> = {
  ok: "good",
  warning: "doubtful",
  critical: "bad",
  unknown: "faint",
};

/** What stands for each verdict where there is no colour. */
export const VERDICT_MARKS: Record<Verdict, string> = { ok: "✓", warning: "!", critical: "✗", unknown: "?" };

export const SEVERITY_TONES: Record<Finding["severity"], Tone> = {
  info: "faint",
  warning: "doubtful",
  critical: "bad",
};
