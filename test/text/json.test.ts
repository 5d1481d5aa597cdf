import { expect, test } from "bun:test";
import { writeAscii, writeJson, writeJsonLine } from "../../src/text/json.ts";

test("characters that act are escaped, and come back the same", () => {
  const hostile = {
    "\u009b31m\u202e": "\u007f\u0085\u2028\u200b\u001b[0m\ufeff",
    "\u{e0041}": ["\ufe0f", "\u{e0100}"],
  };
  const text = writeJson(hostile);
  expect(text.match(/[^\n\u0020-\u007e]/g)).toBeNull();
  expect(JSON.parse(text)).toEqual(hostile);
});

test("a tag character is two units in JSON, and what is only foreign stays as it is", () => {
  expect(writeJsonLine("a\u{e0041}é日🤖")).toBe('"a\\udb40\\udc41é日🤖"');
  expect(writeAscii("é🤖")).toBe(String.raw`"\u00e9\ud83e\udd16"`);
});
