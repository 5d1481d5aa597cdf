import { expect, test } from "bun:test";
import { writeJson } from "../../src/text/json.ts";

test("characters a terminal acts on are escaped, and come back the same", () => {
  const hostile = { "\u009b31m\u202e": "\u007f\u0085\u2028\u200b\u001b[0m\ufeff" };
  const text = writeJson(hostile);
  expect(text.match(/[^\n\u0020-\u007e]/g)).toBeNull();
  expect(JSON.parse(text)).toEqual(hostile);
});
