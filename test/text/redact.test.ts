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
