/** Numbers of the catalogue in test/cli/faults/README.md. */

/** Each row of a table of faults with a number of its own below the table's: `A4.1`, `A4.2`, … */
export function numbered<Row extends object>(number: string, rows: readonly Row[]): (Row & { no: string })[] {
  return rows.map((row, index) => ({ ...row, no: `${number}.${index + 1}` }));
}
