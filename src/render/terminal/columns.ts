/** Aligned columns for a terminal: widths are measured in columns of the screen, colour counts nothing. */
import { cutText } from "../../text/terminal.ts";

export type Column = {
  title: string;
  align: "left" | "right";
  cells: string[];
};

const GAP = "  ";
/** A name that is cut further than this names nothing. */
const FEWEST_COLUMNS = 8;
/** In less a sentence is a column of single words. */
const FEWEST_WORDS = 20;

function columnWidth({ title, cells }: Column): number {
  return Math.max(Bun.stringWidth(title), ...cells.map((cell) => Bun.stringWidth(cell)));
}

/** The width of a whole line of these columns. */
function lineWidth(columns: Column[]): number {
  return columns.reduce((sum, column) => sum + columnWidth(column), 0) + GAP.length * Math.max(0, columns.length - 1);
}

/** Without the columns of these titles, in their order, until a line fits; then the first column's texts are cut to fit. */
export function fitColumns(columns: Column[], expendable: string[], width: number): Column[] {
  const [first, ...others] = expendable.reduce(
    (kept, title) => (lineWidth(kept) > width ? kept.filter((column) => column.title !== title) : kept),
    columns,
  );
  if (first === undefined) return [];
  const room = width - (others.length === 0 ? 0 : lineWidth(others) + GAP.length);
  return [{ ...first, cells: first.cells.map((cell) => cutText(cell, Math.max(FEWEST_COLUMNS, room))) }, ...others];
}

/** One line for the titles, then one for each row. */
export function alignColumns(columns: Column[], styleTitle: (text: string) => string): string[] {
  const widths = columns.map(columnWidth);
  const rows = Math.max(0, ...columns.map((column) => column.cells.length));
  const line = (textOf: (column: Column) => string) =>
    columns
      .map((column, index) => pad(textOf(column), widths[index] ?? 0, column.align))
      .join(GAP)
      .trimEnd();
  return [
    styleTitle(line((column) => column.title)),
    ...Array.from({ length: rows }, (_, row) => line((column) => column.cells[row] ?? "")),
  ];
}

/** With sentences as the last column, each wrapped below itself. */
export function hangLast(
  columns: Column[],
  last: Pick<Column, "title" | "cells">,
  width: number,
  styleTitle: (text: string) => string,
): string[] {
  const indent = lineWidth(columns) + GAP.length;
  const room = Math.max(FEWEST_WORDS, width - indent);
  return alignColumns(columns, (title) => title).map((line, row) => {
    const text = row === 0 ? last.title : (last.cells[row - 1] ?? "");
    const wrapped = Bun.wrapAnsi(text, room, { hard: true, trim: true }).replaceAll("\n", `\n${" ".repeat(indent)}`);
    const whole = `${pad(line, indent, "left")}${wrapped}`;
    return row === 0 ? styleTitle(whole) : whole;
  });
}

function pad(text: string, width: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, width - Bun.stringWidth(text)));
  return align === "right" ? space + text : text + space;
}
