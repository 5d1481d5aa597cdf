/** Lays a page of help out for a terminal. Loops, for the first use of each method of arrays costs a fortieth of a start. */
import { createStyle, finish } from "../render/terminal/style.ts";
import type { Line, Section } from "./page.ts";

export type UsageView = { width: number; color: boolean; ascii: boolean };

/** Longer lines are hard to read. */
const LONGEST_LINE = 100;
const SHORTEST_LINE = 40;
const INDENT = "  ";

export function renderUsage(page: Section[], view: UsageView): string {
  const columns = Math.max(SHORTEST_LINE, Math.min(view.width, LONGEST_LINE));
  const { strong } = createStyle(view.color);
  const lines: string[] = [];
  for (const { title, longest, lines: written } of page) {
    if (lines.length > 0) lines.push("");
    if (title !== null) lines.push(strong(`${title}:`));
    const indent = title === null ? "" : INDENT;
    const width = columns - indent.length;
    // Where the explanations begin: behind the longest term, but not farther than half of the width.
    const column = Math.min(longest, Math.floor(width / 2)) + INDENT.length;
    for (const line of written) for (const text of layOut(line, width, column)) lines.push(`${indent}${text}`);
  }
  return finish(`${lines.join("\n")}\n`, view);
}

function layOut(line: Line, width: number, column: number): string[] {
  if (line.kind === "term") return explain(line.term, wrap(line.text, width - column), width, column);
  if (line.kind === "comment") return indentBy("# ", wrap(line.text, width - 2));
  return line.kind === "code" ? [line.text] : wrap(line.text, width);
}

function explain(term: string, text: string[], width: number, column: number): string[] {
  const explanation = indentBy(" ".repeat(column), text);
  if (term.length > width) return [...wrap(term, width), ...explanation];
  if (term.length > column - INDENT.length) return [term, ...explanation];
  const [first = "", ...rest] = explanation;
  return [`${term}${first.slice(term.length)}`.trimEnd(), ...rest];
}

function indentBy(indent: string, texts: string[]): string[] {
  const indented: string[] = [];
  for (const text of texts) indented.push(`${indent}${text}`);
  return indented;
}

function wrap(text: string, width: number): string[] {
  return Bun.wrapAnsi(text, width, { trim: true }).split("\n");
}
