/** One sign for how something stands, readable without colour, and its word for those who do not see it. */
import type { Standing } from "../../report/pass/attention.ts";
import type { Severity, Verdict } from "../../report/words.ts";

type Tone = "bad" | "warn" | "quiet" | "dim";

const MARKS: Record<Standing | Verdict | Severity, { sign: string; tone: Tone; word: string }> = {
  unread: { sign: "✗", tone: "bad", word: "not read" },
  "no-table": { sign: "✗", tone: "bad", word: "no table" },
  silent: { sign: "✗", tone: "bad", word: "silent" },
  critical: { sign: "✗", tone: "bad", word: "critical" },
  warning: { sign: "!", tone: "warn", word: "warning" },
  unknown: { sign: "?", tone: "dim", word: "unknown" },
  ok: { sign: "✓", tone: "quiet", word: "ok" },
  info: { sign: "·", tone: "dim", word: "note" },
};

export function Mark({ of, large = false }: { of: Standing | Verdict | Severity; large?: boolean }) {
  const { sign, tone, word } = MARKS[of];
  return (
    <span class={`mark ${tone}${large ? " large" : ""}`}>
      <span aria-hidden="true">{sign}</span>
      <span class="unseen">{word}: </span>
    </span>
  );
}

export function toneOf(of: Standing | Verdict | Severity): Tone {
  return MARKS[of].tone;
}

export function wordOf(of: Standing | Verdict | Severity): string {
  return MARKS[of].word;
}
