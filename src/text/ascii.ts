/** Text for terminals that show ASCII alone: our own signs have a likeness, letters lose their marks, the rest is `?`. */

const LIKENESSES: Record<string, string> = {
  "✓": "+",
  "✗": "x",
  "·": "-",
  "–": "-",
  "…": "~",
  "×": "x",
  "→": ">",
  "└": "`",
  "▲": "^",
  "▼": "v",
  "▁": "1",
  "▂": "2",
  "▃": "3",
  "▄": "4",
  "▅": "5",
  "▆": "6",
  "▇": "7",
  "█": "8",
};

/** As many columns as before, so that what was aligned stays so. */
export function writeAsciiText(text: string): string {
  return text.replaceAll(/\P{ASCII}/gu, (sign) => {
    const likeness = Object.hasOwn(LIKENESSES, sign) ? LIKENESSES[sign] : undefined;
    if (likeness !== undefined) return likeness;
    const letters = sign.normalize("NFKD").replaceAll(/\P{ASCII}/gu, "");
    const width = Bun.stringWidth(sign);
    return letters.length === width ? letters : "?".repeat(width);
  });
}
