/** The verdict as a small picture. */
import type { Verdict } from "../../../report/words.ts";
import { cutText, showText } from "../../../text/terminal.ts";

/** Dark enough below white letters. */
const COLOURS: Record<Verdict, string> = { critical: "#b3261e", warning: "#8a5a00", ok: "#1e6f3c", unknown: "#5f6368" };
const LETTER = 6.6;
const PAD = 7;
const HEIGHT = 20;
const LONGEST = 40;

/** SVG. The letters are drawn to fit, whichever font there is. */
export function drawBadge(label: string, verdict: Verdict): string {
  const [left, right] = [draw(cutText(showText(label), LONGEST)), draw(verdict)];
  const width = left.width + right.width;
  const title = `${left.text}: ${right.text}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="${title}"><title>${title}</title><rect width="${width}" height="${HEIGHT}" rx="3" fill="#3c4043"/><path d="M${left.width} 0h${right.width - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H${left.width}z" fill="${COLOURS[verdict]}"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">${write(left, 0)}${write(right, left.width)}</g></svg>\n`;
}

type Part = { text: string; letters: number; width: number };

function draw(text: string): Part {
  const letters = Math.round(Bun.stringWidth(text) * LETTER);
  return { text: Bun.escapeHTML(text), letters, width: letters + 2 * PAD };
}

function write({ text, letters, width }: Part, fromX: number): string {
  return `<text x="${fromX + width / 2}" y="14" textLength="${letters}" lengthAdjust="spacingAndGlyphs">${text}</text>`;
}
