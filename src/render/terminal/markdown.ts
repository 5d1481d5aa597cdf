/** A page of Markdown for a terminal: headings, paragraphs, lists, tables and code blocks, as the help topics use them. */
import { createStyle, finish, type Style } from "./style.ts";

/** Longer lines are hard to read. */
const LONGEST_LINE = 100;
const SHORTEST_LINE = 30;
const NARROWEST_COLUMN = 8;
const INDENT = "  ";
const GAP = "  ";
const HEADING = /^(#{1,3}) (.*)$/;
/** With a dash or a number. */
const ITEM = /^(-|\d{1,3}\.) (.*)$/;
const FENCE = "```";

/** Titles in capitals, and what stands below a heading farther in than it, so that the page is readable without colour too. */
export function renderMarkdown(page: string, view: { width: number; color: boolean; ascii: boolean }): string {
  const { width, color } = view;
  const style = createStyle(color);
  const columns = Math.max(SHORTEST_LINE, Math.min(width, LONGEST_LINE));
  let depth = 0;
  const blocks = splitBlocks(page).map((block) => {
    const [, marks, title = ""] = HEADING.exec(block[0] ?? "") ?? [];
    if (marks === undefined) return indent(renderBlock(block, columns - depth * INDENT.length, style, color), depth);
    depth = marks === "###" ? 2 : 1;
    const shown = style.strong(marks === "#" ? title.toUpperCase() : title);
    return indent(wrap(shown, columns - INDENT.length), depth - 1);
  });
  return finish(`${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`, view);
}

/** Blank lines part blocks, but not those of a code block. */
function splitBlocks(page: string): string[][] {
  const blocks: string[][] = [];
  let open = false;
  let isCode = false;
  for (const line of page.split("\n")) {
    if (line.trim() === "" && !isCode) {
      open = false;
      continue;
    }
    if (line.startsWith(FENCE)) isCode = !isCode;
    if (!open) blocks.push([]);
    blocks.at(-1)?.push(line);
    open = true;
  }
  return blocks;
}

function renderBlock(lines: string[], width: number, style: Style, color: boolean): string[] {
  const [first = ""] = lines;
  if (first.startsWith(FENCE)) return indent(lines.slice(1, -1), 1);
  const paint = (text: string) => paintInline(text, style, color);
  if (first.startsWith("|")) return renderTable(lines, width, paint, style);
  if (ITEM.test(first)) return renderItems(listItems(lines), width, paint);
  return wrap(paint(lines.join(" ")), width);
}

type Item = { mark: string; text: string };

/** An item goes on to the next line that begins with a mark. */
function listItems(lines: string[]): Item[] {
  const items: Item[] = [];
  for (const line of lines) {
    const [, mark, text = ""] = ITEM.exec(line) ?? [];
    const last = items.at(-1);
    if (mark !== undefined) items.push({ mark, text });
    else if (last !== undefined) last.text += ` ${line.trim()}`;
  }
  return items;
}

/** Numbers end below each other, and every text begins in one column. */
function renderItems(items: Item[], width: number, paint: (text: string) => string): string[] {
  const room = Math.max(...items.map(({ mark }) => mark.length));
  return items.flatMap(({ mark, text }) =>
    wrap(paint(text), width - room - 1).map((line, index) => `${(index === 0 ? mark : "").padStart(room)} ${line}`),
  );
}

/** The widest columns give way until the table fits; a cell is wrapped within its column. */
function renderTable(lines: string[], width: number, paint: (text: string) => string, style: Style): string[] {
  const [titles = [], , ...rows] = lines.map((line) => readCells(line).map(paint));
  const widths = titles.map((_, column) =>
    Math.max(...[titles, ...rows].map((cells) => Bun.stringWidth(cells[column] ?? ""))),
  );
  const room = width - GAP.length * (widths.length - 1);
  while (widths.reduce((sum, one) => sum + one, 0) > room) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST_COLUMN) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return [
    ...renderRow(titles, widths).map((line) => style.faint(line)),
    style.faint(widths.map((one) => "─".repeat(one)).join(GAP)),
    ...rows.flatMap((cells) => renderRow(cells, widths)),
  ];
}

function renderRow(cells: string[], widths: number[]): string[] {
  const wrapped = widths.map((width, column) => wrap(cells[column] ?? "", width));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    wrapped
      .map((lines, column) => pad(lines[row] ?? "", widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

function readCells(line: string): string[] {
  return line
    .replace(/^\| ?|\s*\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll(String.raw`\|`, "|"));
}

/** Code keeps its marks where no colour tells it apart. */
function paintInline(text: string, style: Style, color: boolean): string {
  const strong = text.replaceAll(/\*\*(.+?)\*\*/g, (_, inside: string) => style.strong(inside));
  return color ? strong.replaceAll(/`([^`]+)`/g, (_, inside: string) => style.strong(inside)) : strong;
}

function wrap(text: string, width: number): string[] {
  return Bun.wrapAnsi(text, width, { hard: true, trim: true }).split("\n");
}

function indent(lines: string[], depth: number): string[] {
  return lines.map((line) => `${INDENT.repeat(depth)}${line}`.trimEnd());
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - Bun.stringWidth(text)));
}
