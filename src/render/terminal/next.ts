/** The command to type next, as a terminal shows it whole and a shell reads it back. */
import type { Style } from "./style.ts";

const OUTSIDE_QUOTES = "(?=(?:[^'\"]*(?:'[^']*'|\"[^\"]*\"))*[^'\"]*$)";
const BEFORE_FLAG = new RegExp(` (?=--)${OUTSIDE_QUOTES}`);
const BETWEEN_WORDS = new RegExp(` ${OUTSIDE_QUOTES}`);

/** Broken as a shell reads it, so that it can be copied: before a flag where that suffices; a word stays whole. */
export function offerCommand(command: string, style: Style, width: number): string[] {
  return wrapCommand(`${style.strong("Next:")} ${command}`, width);
}

function wrapCommand(command: string, width: number): string[] {
  if (Bun.stringWidth(command) <= width) return [command];
  // Each line but the last ends in a backslash.
  const room = width - 2;
  const parts = command
    .split(BEFORE_FLAG)
    .flatMap((part) => (Bun.stringWidth(part) <= room - 2 ? [part] : part.split(BETWEEN_WORDS)));
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)} ${part}`;
    if (lines.length === 0 || Bun.stringWidth(longer) <= room) lines.splice(-1, 1, longer);
    else lines.push(`  ${part}`);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}
