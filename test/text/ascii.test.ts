/** Text for terminals that show ASCII alone: nothing else is left, and what was aligned stays so. */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { writeAsciiText } from "../../src/text/ascii.ts";
import { draws } from "../making/draws.ts";

test.each([
  { name: "ASCII stays as it is", text: "a ~ \u001b[1mb\u001b[22m\n", written: "a ~ \u001b[1mb\u001b[22m\n" },
  { name: "marks of verdicts stay apart", text: "✓ ✗ ! ?", written: "+ x ! ?" },
  { name: "signs of the screens", text: "·–…×→└▲▼", written: "--~x>`^v" },
  { name: "heights are digits", text: "▁▂▃▄▅▆▇█", written: "12345678" },
  { name: "letters lose their marks", text: "Café über Ångström", written: "Cafe uber Angstrom" },
  { name: "a letter that is apart from its mark", text: "Cafe\u0301", written: "Cafe" },
  { name: "letters of no likeness", text: "Łódź ß", written: "?odz ?" },
  { name: "wide letters take two columns", text: "予約|", written: "????|" },
  { name: "letters of a wide likeness", text: "ＡＢ|", written: "????|" },
  { name: "from right to left", text: "مرحبا|", written: "?????|" },
  { name: "beyond the first plane", text: "👍|", written: "??|" },
])("$name", ({ text, written }) => {
  expect(writeAsciiText(text)).toBe(written);
  expect(Bun.stringWidth(written)).toBe(Bun.stringWidth(text));
});

test("whatever the text is: ASCII alone, line for line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const written = writeAsciiText(text);
      expect(written).not.toMatch(/\P{ASCII}/u);
      expect(written.split("\n").length).toBe(text.split("\n").length);
    }),
    draws(500, 20_000),
  );
});
