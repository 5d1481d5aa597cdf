import { expect, test } from "bun:test";
import { createRedactor } from "../../src/text/redact.ts";

test("a secret is found as it is, percent-encoded, in base64 and in JSON", () => {
  const secret = 'p@ss"w/rd';
  const text = [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
    JSON.stringify(secret),
  ].join(" ");
  expect(createRedactor([secret, "x"])(`x ${text}`)).toBe('x *** *** *** "***"');
});

test.each([
  { name: "of three characters", secrets: ["abc"], text: "abc abd", clean: "*** abd" },
  { name: "of two characters it would be found everywhere", secrets: ["ab"], text: "ab", clean: "ab" },
  { name: "that begins like another", secrets: ["abc", "abcdef"], text: "abcdef abc", clean: "*** ***" },
])("a secret $name", ({ secrets, text, clean }) => {
  expect(createRedactor([...secrets])(text)).toBe(clean);
});
