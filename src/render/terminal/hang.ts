/** Text wrapped beside its label. */

/** A label of `labelWidth` columns, then text wrapped beside it. */
export function hang(label: string, text: string, labelWidth: number, width: number): string[] {
  const indent = 2 + labelWidth + 2;
  const wrapped = Bun.wrapAnsi(text, Math.max(20, width - indent), { hard: true, trim: true }).split("\n");
  const padding = " ".repeat(Math.max(0, labelWidth - Bun.stringWidth(label)));
  return wrapped.map((line, index) => (index === 0 ? `  ${label}${padding}  ${line}` : `${" ".repeat(indent)}${line}`));
}
