/** The table of characters that act, against every way of writing: terminal, JSON document, JSON log, TOML. */
import { expect, test } from "bun:test";
import { writeTomlValue } from "../../src/config/write-toml.ts";
import { writeJson, writeJsonLine } from "../../src/text/json.ts";
import { createRedactor } from "../../src/text/redact.ts";
import { quoteText, showText } from "../../src/text/terminal.ts";

const ACTING = [
  { name: "a control of C0", code: 0x1b, shown: "1b" },
  { name: "delete", code: 0x7f, shown: "7f" },
  { name: "a control of C1: the one-byte escape sequence", code: 0x9b, shown: "9b" },
  { name: "next line, of C1", code: 0x85, shown: "85" },
  { name: "a soft hyphen", code: 0xad, shown: "ad" },
  { name: "a combining grapheme joiner", code: 0x34f, shown: "34f" },
  { name: "the Arabic letter mark", code: 0x61c, shown: "61c" },
  { name: "a Hangul filler", code: 0x115f, shown: "115f" },
  { name: "a Mongolian variation mark", code: 0x180b, shown: "180b" },
  { name: "a zero-width space", code: 0x200b, shown: "200b" },
  { name: "a zero-width joiner", code: 0x200d, shown: "200d" },
  { name: "the right-to-left mark", code: 0x200f, shown: "200f" },
  { name: "a line separator", code: 0x2028, shown: "2028" },
  { name: "the right-to-left override", code: 0x202e, shown: "202e" },
  { name: "a word joiner", code: 0x2060, shown: "2060" },
  { name: "an isolate", code: 0x2067, shown: "2067" },
  { name: "Braille without a dot", code: 0x2800, shown: "2800" },
  { name: "the filler that looks like a blank", code: 0x3164, shown: "3164" },
  { name: "a private character", code: 0xe000, shown: "e000" },
  { name: "a variation mark", code: 0xfe0f, shown: "fe0f" },
  { name: "a byte order mark", code: 0xfeff, shown: "feff" },
  { name: "the first that is no character", code: 0xfdd0, shown: "fdd0" },
  { name: "the last but one of the first plane", code: 0xfffe, shown: "fffe" },
  { name: "the last of the first plane", code: 0xffff, shown: "ffff" },
  { name: "the last of the last plane", code: 0x10ffff, shown: "10ffff" },
  { name: "an interlinear mark", code: 0xfff9, shown: "fff9" },
  { name: "a mark of musical notation", code: 0x1d173, shown: "1d173" },
  { name: "a tag character", code: 0xe0041, shown: "e0041" },
  { name: "a variation mark beyond the first plane", code: 0xe0100, shown: "e0100" },
];

test.each(ACTING)("$name", ({ code, shown }) => {
  const character = String.fromCodePoint(code);
  const text = `a${character}b`;
  expect(showText(text)).toBe(`a\\u{${shown}}b`);
  expect(quoteText(text)).not.toContain(character);
  for (const written of [writeJson({ [text]: text }), writeJsonLine([text])]) {
    expect(written).not.toContain(character);
  }
  expect(JSON.parse(writeJson({ [text]: text }))).toEqual({ [text]: text });
  expect(writeTomlValue(text)).not.toContain(character);
  expect(Bun.TOML.parse(`x = ${writeTomlValue(text)}`)).toEqual({ x: text });
  const redact = createRedactor([text]);
  expect([redact(showText(text)), redact(writeJsonLine({ text }))]).toEqual(["***", '{"text":"***"}']);
});

test.each(["contacts", "é", "日本語", "🤖", "ÅA\u0301", "e\u0301", "नमस्ते", "a b"])("%s is shown as it is", (text) => {
  expect(showText(text)).toBe(text);
  expect(writeJsonLine(text)).toBe(`"${text}"`);
});
