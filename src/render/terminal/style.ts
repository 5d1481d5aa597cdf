/** Colour that means something: good, doubtful, bad, unimportant. Without colour the words and signs carry it alone. */
import { styleText } from "node:util";
import type { Finding } from "../../report/schema.ts";
import type { Verdict } from "../../report/words.ts";

export type Style = {
  good: (text: string) => string;
  doubtful: (text: string) => string;
  bad: (text: string) => string;
  faint: (text: string) => string;
  strong: (text: string) => string;
};

export type Tone = keyof Style;

export function createStyle(color: boolean): Style {
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    color && text !== "" ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: paint("green"),
    doubtful: paint("yellow"),
    bad: paint("red"),
    faint: paint("dim"),
    strong: paint("bold"),
  };
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
